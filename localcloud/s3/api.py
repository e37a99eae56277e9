"""S3 over HTTP: a request read, its action called, the answer written. Errors are S3's XML."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from localcloud.home import ACCOUNT
from localcloud.s3 import cors, parsing, serialising
from localcloud.s3.body import Body
from localcloud.s3.calls import CALLS
from localcloud.s3.calls.post import post_object
from localcloud.s3.faults import Fault, not_implemented
from localcloud.s3.model import operation
from localcloud.s3.request import Answer, Origin, Request, principal_of
from localcloud.s3.routing import Address, action_of, address_of
from localcloud.s3.serialising import HEAD, NAMESPACE

if TYPE_CHECKING:
    from localcloud.s3.service import S3

log = logging.getLogger(__name__)
MAY_BE_EMPTY = {"CreateBucket", "PutBucketAcl", "PutObjectAcl", "CompleteMultipartUpload"}
POST = "PostObject"  # a browser's upload by form: no action of botocore's


class Application:
    """The WSGI application of one S3."""

    def __init__(self, s3: S3) -> None:
        self.s3 = s3

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        headers = _headers(environ)
        origin = Origin(principal_of(environ.get("localcloud.caller")), environ.get("REMOTE_ADDR", ""))
        nothing = Address(environ["REQUEST_METHOD"], "", "", {})  # until it is read
        request = Request("", nothing, {}, headers, Body(environ, {}), origin, "", environ)
        try:
            request = _request(environ, headers, origin)
            status, told, content = self._answer(request)
        except Fault as fault:
            fault = _unseen(request, fault)
            status, told, content = _refusal(request, fault)
        except Exception:
            log.exception("%s", request.action or "S3")
            status, told, content = _refusal(request, Fault("InternalError"))
        told += cors.headers(self.s3, request)
        told += [("x-amz-request-id", origin.id), ("x-amz-id-2", origin.host_id)]
        start_response(f"{status} {HTTPStatus(status).phrase}", told)
        return content

    def _answer(self, request: Request) -> tuple[int, list[tuple[str, str]], Iterable[bytes]]:
        if request.address.method == "OPTIONS":
            return cors.preflight(self.s3, request)
        if request.action == POST:
            return post_object(self.s3, request)
        if request.action not in CALLS:
            raise not_implemented(request.action)
        _read_document(request)
        return _written(request, CALLS[request.action](self.s3, request))


def application(s3: S3) -> Application:
    return Application(s3)


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """By lower-case name, with dashes."""
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            found[name.replace("_", "-").lower()] = environ[name]
    return found


def _request(environ: Mapping[str, Any], headers: Mapping[str, str], origin: Origin) -> Request:
    address = address_of(environ)
    action = "" if address.method == "OPTIONS" else _action(address, headers)
    # The checksum that completes an upload is the object's, not that of the list of parts which is the body.
    body = Body(environ, headers, told=action != "CompleteMultipartUpload")
    asked = parsing.parameters(action, address, headers) if action not in ("", POST) else {}
    host = f"{environ.get('wsgi.url_scheme', 'http')}://{headers.get('host', '')}"
    request = Request(action, address, asked, headers, body, origin, host, environ)
    owner = headers.get("x-amz-expected-bucket-owner", ACCOUNT)
    if owner != ACCOUNT or headers.get("x-amz-source-expected-bucket-owner", ACCOUNT) != ACCOUNT:
        raise Fault("AccessDenied")
    return request


def _action(address: Address, headers: Mapping[str, str]) -> str:
    form = headers.get("content-type", "").startswith("multipart/form-data")
    if address.method == "POST" and address.level == "bucket" and form and "delete" not in address.query:
        return POST
    return action_of(address, "x-amz-copy-source" in headers)


def _unseen(request: Request, fault: Fault) -> Fault:
    """Who may not list a bucket is not told what is not in it (pages "GetObject", "HeadObject")."""
    if fault.code != "NoSuchKey" or request.address.method not in ("GET", "HEAD"):
        return fault
    why = request.why_not("s3:ListBucket", f"arn:aws:s3:::{request.bucket}")
    return fault if why is None else Fault("AccessDenied", why)


def _read_document(request: Request) -> None:
    """Read a body that is a document into the request's parameters."""
    found = parsing.payload(request.action)
    if found is None or found[1].type_name == "blob":
        return
    name, shape = found
    text = request.body.text()
    if shape.type_name == "string":
        request.asked[name] = text.decode(errors="replace")
    elif text.strip():
        request.asked[name] = parsing.from_xml(shape, text)
    elif request.action not in MAY_BE_EMPTY:
        raise Fault("MissingRequestBodyError")


def _written(request: Request, answer: Answer) -> tuple[int, list[tuple[str, str]], Iterable[bytes]]:
    status = answer.status or int(operation(request.action).http.get("responseCode", 200))
    told = serialising.headers(request.action, answer.members)
    if answer.content is not None or request.address.method == "HEAD":
        return status, told, answer.content if answer.content is not None else [b""]
    if request.action == "GetBucketLocation":  # one element, whose content is the region
        body: bytes | None = f'{HEAD}<LocationConstraint xmlns="{NAMESPACE}"/>'.encode()
    else:
        body = serialising.body(request.action, answer.members)
    if status != HTTPStatus.NO_CONTENT:
        told.append(("Content-Length", str(len(body or b""))))
    if body:
        kind = "application/json" if request.action == "GetBucketPolicy" else "application/xml"
        told.append(("Content-Type", kind))
    return status, told, [body or b""]


def _refusal(request: Request, fault: Fault) -> tuple[int, list[tuple[str, str]], Iterable[bytes]]:
    told = list(fault.headers.items())
    if request.address.method == "HEAD" or fault.status == HTTPStatus.NOT_MODIFIED:
        return fault.status, told, [b""]
    more = {
        **fault.more,
        "Resource": request.address.resource,
        "RequestId": request.origin.id,
        "HostId": request.origin.host_id,
    }
    body = serialising.fault(fault.code, fault.message, more)
    told += [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    return fault.status, told, [body]
