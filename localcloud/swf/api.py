"""SWF over HTTP: AWS's JSON protocol 1.0, in and out."""

from __future__ import annotations

import json
import logging
import select
import socket
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from localcloud.swf.calls import CALLS
from localcloud.swf.calls.tasks import POLLS
from localcloud.swf.faults import Fault, unreadable
from localcloud.swf.text import text
from localcloud.swf.validation import check

if TYPE_CHECKING:
    from localcloud.swf.service import Swf

log = logging.getLogger(__name__)
TARGET = "SimpleWorkflowService."
CONTENT_TYPE = "application/x-amz-json-1.0"
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def application(service: Swf) -> Application:
    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        status, body = _answer(service, environ)
        payload = b"" if body is None else text(body).encode()
        headers = [
            ("Content-Type", CONTENT_TYPE),
            ("Content-Length", str(len(payload))),
            ("x-amzn-RequestId", str(uuid.uuid4())),
        ]
        start_response(status, headers)
        return [payload]

    return app


def _answer(service: Swf, environ: dict[str, Any]) -> tuple[str, dict[str, Any] | None]:
    """Status line and JSON body; None is an empty body."""
    name = environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(TARGET)
    try:
        return "200 OK", _perform(service, name, _body(environ), environ)
    except Fault as fault:
        return "400 Bad Request", {"__type": fault.kind, "message": fault.message}
    except Exception:
        log.exception("%s", name)
        return "500 Internal Server Error", {"__type": "com.amazon.coral.service#InternalFailure"}


def _body(environ: dict[str, Any]) -> Any:
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        return json.loads(content or b"{}")
    except ValueError as error:
        raise unreadable(f"The request's body is not JSON: {error}") from error


def _perform(service: Swf, name: str, asked: Any, environ: dict[str, Any]) -> dict[str, Any] | None:
    if name in POLLS:
        check(name, asked)
        kind, take, nothing = POLLS[name]
        queue = (kind, asked["domain"], asked["taskList"]["name"])
        return service.poll(queue, lambda change: take(change, asked), lambda: _listens(environ)) or nothing
    if name not in CALLS:
        raise Fault("com.amazon.coral.service#UnknownOperationException", f"SWF has no action {name!r}")
    check(name, asked)
    with service.store.change() as change:
        return CALLS[name](change, asked)


def _listens(environ: dict[str, Any]) -> bool:
    """Whether the caller is still there to take a task: werkzeug shows us its socket; a closed one reads as empty."""
    connection = environ.get("werkzeug.socket")
    if connection is None:
        return True
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        return not readable or connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except (OSError, ValueError):
        return False
