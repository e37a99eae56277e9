"""The one endpoint: lets a call pass that may be made, hands it to its service, and tells the keepers what changed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from localcloud.access.refusals import Reason, Refused, Said, answer
from localcloud.home import STATUS_PATH
from localcloud.server import Wsgi
from localcloud.server import serve as serve

NOT_HERE = Reason(
    Said("UnknownOperationException", 400),
    Said("InvalidAction", 400),
    Said("NotImplemented", 501),
    Said("InvalidAction", 400),
)
TARGETS = {"AmazonSQS": "sqs", "SimpleWorkflowService": "swf"}  # in X-Amz-Target, where it is no signing name
# how the names of calls begin that change nothing; what SNS publishes goes out and is not kept
READING = ("Describe", "Get", "List", "Head", "Receive", "Validate", "Lookup", "Check", "Publish")


class Endpoint:
    """WSGI application in front of all services.

    `own` are the services answered by applications of our own, by their signing name; `other` answers the rest.
    `changed(service)` runs after each call that may have changed something, before its answer goes out.
    `admit(environ, service)` raises Refused for a call that may not be made; without it, every call may.
    """

    def __init__(
        self,
        own: Mapping[str, Wsgi],
        other: Wsgi,
        changed: Callable[[str], None],
        status: Callable[[], dict[str, Any]],
        admit: Callable[[dict[str, Any], str], None] = lambda environ, service: None,
    ) -> None:
        self.admit = admit
        self.own = own
        self.other = other
        self.changed = changed
        self.status = status

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == STATUS_PATH:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.status()).encode()]
        service = service_of(environ)
        try:
            self.admit(environ, service)
        except Refused as refused:
            return answer(refused, environ, service, start_response)
        if own := self.own.get(service):
            return own(environ, start_response)
        reading = environ["localcloud.reading"] = _is_reading(environ, service)
        try:
            told = self.other(environ, start_response)
        except NotImplementedError as error:  # not tried again by its client, as an internal error would be
            unknown = Refused(NOT_HERE, f"The local cloud does not have that action of {service}: {error}")
            return answer(unknown, environ, service, start_response)
        if not reading:
            self.changed(service)
        return told


def service_of(environ: Mapping[str, Any]) -> str:
    """The signing name of the service that a request is for: from its credential scope, signed header or query.

    What is not signed is for S3, but for the few calls that say for themselves for whom they are.
    """
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if "Credential=" in authorization:
        return _service_in(str(authorization).split("Credential=", 1)[1].split(",")[0])
    credential = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential")
    if credential:
        return _service_in(credential[0])
    target = str(environ.get("HTTP_X_AMZ_TARGET", "")).partition(".")[0]
    if target:
        return TARGETS.get(target, target.lower())
    form = str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")
    return "sts" if form and environ["PATH_INFO"] == "/" else "s3"


def _service_in(credential: str) -> str:
    """The service in key/date/region/service/aws4_request; what is not so is told by those who verify it."""
    parts = credential.split("/")
    return parts[-2].lower() if len(parts) > 1 else "s3"


def _is_reading(environ: dict[str, Any], service: str) -> bool:
    """Whether a call surely changes nothing. Looks into the body of the query protocol's calls and puts it back."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2].startswith(READING)
    if environ["REQUEST_METHOD"] in ("GET", "HEAD"):
        return "Action=" not in environ.get("QUERY_STRING", "")
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        action = body.partition(b"Action=")[2].partition(b"&")[0]
        return bool(action.decode(errors="replace").startswith(READING))
    return False
