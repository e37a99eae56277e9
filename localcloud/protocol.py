"""AWS's JSON protocol over HTTP: an action's name and a JSON body in, JSON out. What a service refuses is a Fault."""

from __future__ import annotations

import json
import logging
import select
import socket
import uuid
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from localcloud.answer import Gone
from localcloud.text import Json, text

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Answer = dict[str, Any] | Json | None
Perform = Callable[[str, Any, dict[str, Any]], Answer]
"""What an action does: its name, what was asked, WSGI's environ -> the answer. None is an empty body."""

INTERNAL_FAILURE = {"__type": "com.amazon.coral.service#InternalFailure"}
CONTENT_TYPE = "application/x-amz-json-1.0"
Header = tuple[str, str]
LAST = "localcloud.last"  # in WSGI's environ: the connection is to end with this answer


class Fault(Exception):
    """A call refused. `kind` is the full name on the wire; `code` the short one that clients see."""

    status = 400
    headers: tuple[Header, ...] = ()

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message

    @property
    def code(self) -> str:
        return self.kind.partition("#")[2]


def invalid(message: str) -> Fault:
    return Fault("com.amazon.coral.validate#ValidationException", message)


def unreadable(message: str) -> Fault:
    return Fault("com.amazon.coral.service#SerializationException", message)


def unknown_action(service: str, name: str) -> Fault:
    return Fault("com.amazon.coral.service#UnknownOperationException", f"{service} has no action {name!r}")


def json_application(target: str, perform: Perform) -> Application:
    """Answer AWS JSON 1.0. `target` is what stands before an action's name in X-Amz-Target, as "AmazonSQS."."""

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("localcloud.ahead", bool)():
            raise shared()
        name = environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(target)
        status, headers, answer = _answer(perform, name, environ)
        payload = b"" if answer is None else text(answer).encode()
        told = [
            ("Content-Type", CONTENT_TYPE),
            ("Content-Length", str(len(payload))),
            ("x-amzn-RequestId", str(uuid.uuid4())),
            *headers,
            *([("Connection", "close")] if environ.get(LAST) else []),
        ]
        start_response(f"{status} {HTTPStatus(status).phrase}", told)
        return [payload]

    return app


def _answer(perform: Perform, name: str, environ: dict[str, Any]) -> tuple[int, tuple[Header, ...], Answer]:
    try:
        return 200, (), perform(name, _body(environ), environ)
    except Fault as fault:
        return fault.status, fault.headers, {"__type": fault.kind, "message": fault.message}
    except Gone:
        raise
    except Exception:
        log.exception("%s", name)
        return 500, (), INTERNAL_FAILURE


def _body(environ: dict[str, Any]) -> Any:
    content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        return json.loads(content or b"{}")
    except ValueError as error:
        raise unreadable(f"The request's body is not JSON: {error}") from error


def shared() -> Gone:
    """Another request came before this one's answer, which no AWS client does.

    Unless it has forked, as simpleflow does: then two processes write to one connection, and either may read what is
    for the other. Closed, it makes each ask again on a connection of its own, as broken TLS does on AWS.
    """
    return Gone("another request came before this one's answer")


def listens(environ: dict[str, Any]) -> bool:
    """Whether the caller is still there to be answered: the server shows us its socket; a closed one reads as empty.

    Raises Gone where the next request has come already.
    """
    connection = environ.get("werkzeug.socket")
    if connection is None:
        return True
    try:
        readable, _, _ = select.select([connection], [], [], 0)
        if not readable:
            return True
        if connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"":
            return False
    except BlockingIOError:
        return True
    except (OSError, ValueError):
        return False
    raise shared()
