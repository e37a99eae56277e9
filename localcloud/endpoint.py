"""The one endpoint: says for which service a call is, hands it over, and tells the keepers of machines what changed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from localcloud.home import STATUS_PATH
from localcloud.server import Wsgi
from localcloud.server import serve as serve

READING = ("Describe", "Get", "List", "Head", "Receive", "Validate", "Lookup", "Check")


class Endpoint:
    """WSGI application in front of all services.

    `own` are the services answered by applications of our own, by their signing name; `other` answers the rest.
    `changed(service)` runs after each call that may have changed something, before its answer goes out.
    """

    def __init__(
        self, own: Mapping[str, Wsgi], other: Wsgi, changed: Callable[[str], None], status: Callable[[], dict[str, Any]]
    ) -> None:
        self.own = own
        self.other = other
        self.changed = changed
        self.status = status

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == STATUS_PATH:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [json.dumps(self.status()).encode()]
        service = service_of(environ)
        if own := self.own.get(service):
            return own(environ, start_response)
        reading = environ["localcloud.reading"] = _is_reading(environ, service)
        answer = self.other(environ, start_response)
        if not reading:
            self.changed(service)
        return answer


def service_of(environ: Mapping[str, Any]) -> str:
    """The signing name of the service that a request is for: from its credential scope, signed header or query."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if "Credential=" in authorization:
        return str(authorization.split("Credential=", 1)[1].split(",")[0].split("/")[-2]).lower()
    credential = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential")
    return credential[0].split("/")[-2].lower() if credential else "s3"


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
