"""Uploads by a browser's form (page "Browser-based uploads using POST"): its fields, its policy, its file."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from localcloud.s3 import buckets, checksums, parsing, uploads, versions
from localcloud.s3.calls.objects import store
from localcloud.s3.digesting import Digested
from localcloud.s3.faults import Fault, invalid
from localcloud.s3.model import input_shape, members
from localcloud.s3.request import Origin, Request, principal_of
from localcloud.s3.tags import check_tags
from localcloud.s3.versions import New, Piece

if TYPE_CHECKING:
    from localcloud.s3.service import S3

MOST_FIELDS = 20_000  # bytes of fields before the file, as S3 has it
NOT_CHECKED = {"x-amz-signature", "file", "policy", "signature", "awsaccesskeyid"}
Written = tuple[int, list[tuple[str, str]], Iterable[bytes]]


def post_object(s3: S3, request: Request) -> Written:
    form = _Form(request)
    fields = form.fields()
    if not fields.get("key"):
        raise invalid(
            "key",
            "",
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.",
        )
    key = fields["key"].replace("${filename}", form.filename)
    uploads.check_key(key)
    most = _check_policy(fields, key, request.bucket) if "policy" in fields else None
    least, most_size = most or (0, uploads.LARGEST_PUT)
    address = replace(request.address, key=key, method="PUT")
    if form.kind:
        fields.setdefault("content-type", form.kind)
    headers = {name: value for name, value in fields.items() if name not in ("key", "tagging")}
    asked = parsing.parameters("PutObject", address, headers)
    asked |= {"ACL": fields.get("acl"), "ContentLength": None}
    request = replace(request, address=address, asked=asked, origin=_sender(request, fields, key))
    blocks = Digested(form.content(), (request.body.named or checksums.DEFAULT))
    with s3.store.reading() as reading:
        about = uploads.about(asked, reading, buckets.find(reading, request.bucket))
    file = s3.blobs.write(_limited(blocks, least, most_size))
    about = versions.with_checksum(about, blocks.checksum, checksums.FULL)
    piece = Piece(1, file, blocks.size, blocks.etag, blocks.checksum, datetime.now(UTC).timestamp())
    tags = _tags(fields.get("tagging"))
    new = New(file, piece.size, piece.etag, uploads.storage_class(asked), checksums.DEFAULT, about, tags)
    version_id = store(s3, request, new, [piece], "ObjectCreated:Post")
    return _written(request, fields, new, version_id)


def _sender(request: Request, fields: Mapping[str, str], key: str) -> Origin:
    """Who signed the form, and may put the object; whoever asks, where nobody verifies."""
    verify = request.environ.get("localcloud.form")
    if verify is None:
        return request.origin
    from localcloud.access.refusals import Refused  # those who verify know S3's addresses, and import us

    try:
        return replace(request.origin, principal=principal_of(verify(fields, key)))
    except Refused as refused:
        said = refused.reason.s3
        raise Fault.said(said.code, said.status, said.message or refused.message) from None


def _limited(blocks: Digested, least: int, most: int) -> Iterator[bytes]:
    for block in blocks:
        if blocks.size > most:
            raise Fault("EntityTooLarge", ProposedSize=str(blocks.size), MaxSizeAllowed=str(most))
        yield block
    if blocks.size < least:
        raise Fault("EntityTooSmall", ProposedSize=str(blocks.size), MinSizeAllowed=str(least))


def _tags(document: str | None) -> list[dict[str, str]]:
    if not document:
        return []
    shape = members(input_shape("PutObjectTagging"))["Tagging"]
    return check_tags(parsing.from_xml(shape, document.encode())["TagSet"], most=10)


def _written(request: Request, fields: Mapping[str, str], new: New, version_id: str) -> Written:
    location = f"{request.host}/{request.bucket}/{quote(request.key)}"
    told = [("ETag", f'"{new.etag}"'), ("Location", location)]
    if version_id != versions.NULL:
        told.append(("x-amz-version-id", version_id))
    redirect = fields.get("success_action_redirect") or fields.get("redirect")
    if redirect and redirect.startswith(("http://", "https://")):
        query = urlencode({"bucket": request.bucket, "key": request.key, "etag": f'"{new.etag}"'})
        there = f"{redirect}{'&' if '?' in redirect else '?'}{query}"
        told = [(name, value) for name, value in told if name != "Location"]
        return 303, [*told, ("Location", there), ("Content-Length", "0")], [b""]
    status = fields.get("success_action_status", "204")
    if status == "201":
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse><Location>{escape(location)}</Location>'
            f"<Bucket>{request.bucket}</Bucket><Key>{escape(request.key)}</Key><ETag>&quot;{new.etag}&quot;</ETag></PostResponse>"
        ).encode()
        return 201, [*told, ("Content-Type", "application/xml"), ("Content-Length", str(len(body)))], [body]
    return (200, [*told, ("Content-Length", "0")], [b""]) if status == "200" else (204, told, [b""])


def _check_policy(fields: Mapping[str, str], key: str, bucket: str) -> tuple[int, int] | None:
    """Hold the form against its own policy; the sizes that it allows, if it says any.

    Its signature is not asked here.
    """
    try:
        policy = json.loads(base64.b64decode(fields["policy"]))
        expires = parsing.moment(policy["expiration"])
        conditions = list(policy["conditions"])
    except (ValueError, KeyError, TypeError):
        raise Fault("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.") from None
    if expires < datetime.now(UTC):
        raise Fault("AccessDenied", "Invalid according to Policy: Policy expired.")
    values = {**fields, "key": key, "bucket": bucket}
    named, sizes = {"bucket"}, None
    for condition in conditions:
        if isinstance(condition, dict):
            rules = [["eq", f"${name}", value] for name, value in condition.items()]
        else:
            rules = [condition]
        for rule, name, wanted in rules:
            if str(rule).lower() == "content-length-range":
                sizes = int(name), int(wanted)
                continue
            name = str(name).removeprefix("$").lower()
            named.add(name)
            value = values.get(name, "")
            if not (value.startswith(str(wanted)) if str(rule).lower() == "starts-with" else value == str(wanted)):
                raise Fault(
                    "AccessDenied",
                    f"Invalid according to Policy: Policy Condition failed: {json.dumps([rule, '$' + name, wanted])}",
                )
    extra = {name for name in fields if not name.startswith("x-ignore-")} - named - NOT_CHECKED
    if extra:
        raise Fault("AccessDenied", f"Invalid according to Policy: Extra input fields: {', '.join(sorted(extra))}")
    return sizes


class _Form:
    """Reads a form once: its fields, and the file that follows them."""

    def __init__(self, request: Request) -> None:
        _, options = parse_options_header(request.headers.get("content-type", ""))
        if not options.get("boundary"):
            raise Fault("MalformedPOSTRequest")
        self._decoder = MultipartDecoder(options["boundary"].encode("latin-1"), max_form_memory_size=None)
        self._blocks = request.body.blocks()
        self.filename = ""
        self.kind: str | None = None  # the file's own

    def fields(self) -> dict[str, str]:
        """What stands before the file, by lower-case name. Raises where there is no file."""
        found: dict[str, str] = {}
        name, value = "", b""
        for event in self._events():
            if isinstance(event, File) or (isinstance(event, Field) and event.name == "file"):
                self.filename = (getattr(event, "filename", "") or "").replace("\\", "/").rpartition("/")[2]
                self.kind = event.headers.get("content-type")
                return found
            if isinstance(event, Field):
                name, value = event.name.lower(), b""
            elif isinstance(event, Data):
                value += event.data
                if len(value) + sum(map(len, found.values())) > MOST_FIELDS:
                    raise Fault(
                        "MaxMessageLengthExceeded", "Your POST request fields preceding the upload file were too large."
                    )
                found[name] = value.decode(errors="replace")
        raise invalid("file", "", "POST requires exactly one file upload per request.")

    def content(self) -> Iterator[bytes]:
        """The file's content."""
        for event in self._events():
            if isinstance(event, Data):
                yield event.data
                if not event.more_data:
                    break
        for _ in self._blocks:  # what stands after the file is not read, as S3 does it
            pass

    def _events(self) -> Iterator[Any]:
        while True:
            try:
                event = self._decoder.next_event()
            except (ValueError, RequestEntityTooLarge):
                raise Fault("MalformedPOSTRequest") from None
            if isinstance(event, Epilogue):
                return
            if isinstance(event, NeedData):
                self._decoder.receive_data(next(self._blocks, None))
            else:
                yield event
