"""What stands between a process and AWS in a test of faults: it passes on every call, or does something worse."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class Fault(Enum):
    """What may happen to a call. NONE: it is passed on, and its answer passed back."""

    NONE = "none"
    LOST = "it never arrives"
    UNHEARD = "it arrives, its answer never does"
    BUSY = "503 Service Unavailable, by the book of S3"


@dataclass(frozen=True)
class Call:
    """A call as it was sent. `action` is `PollForActivityTask`, of S3 the method and whose key: `PUT …`."""

    action: str
    path: str
    body: bytes

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


Answer = dict[str, Any]
_BUSY = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
_OWN = ("connection", "transfer-encoding", "content-length", "keep-alive", "date", "server")


class Between:
    """A proxy in front of AWS for one process.

    `before(call)` says what happens to a call; `after(call, answer)` hears what AWS answered in JSON, before the
    process does. Both may kill that process.
    """

    def __init__(
        self,
        endpoint: str,
        before: Callable[[Call], Fault] = lambda call: Fault.NONE,
        after: Callable[[Call, Answer], None] = lambda call, answer: None,
    ) -> None:
        self.before, self.after = before, after
        target = urlsplit(endpoint).netloc
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                between._pass(self, target)

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST

            def log_message(self, *words: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _pass(self, request: BaseHTTPRequestHandler, target: str) -> None:
        body = _body(request)
        action = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        call = Call(action or request.command, request.path, body)
        fault = self.before(call)
        if fault is Fault.LOST:
            request.close_connection = True
            return
        if fault is Fault.BUSY:
            _answer(request, 503, [("Content-Type", "application/xml")], _BUSY)
            return
        # The signature covers the Host header: it is passed on as it was sent.
        forward = http.client.HTTPConnection(target, timeout=120)
        forward.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            if name.lower() not in ("expect", "connection", "transfer-encoding", "content-length"):
                forward.putheader(name, value)
        forward.putheader("Content-Length", str(len(body)))
        forward.endheaders(body)
        given = forward.getresponse()
        content = given.read()
        if content.startswith(b"{"):
            self.after(call, json.loads(content))
        if fault is Fault.UNHEARD:
            request.close_connection = True
            return
        _answer(request, given.status, given.getheaders(), content)
        forward.close()


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
        chunks = b""
        while length := int(request.rfile.readline(), 16):
            chunks += request.rfile.read(length)
            request.rfile.readline()
        request.rfile.readline()
        return chunks
    return request.rfile.read(int(request.headers.get("Content-Length", 0)))


def _answer(request: BaseHTTPRequestHandler, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
    try:
        request.send_response_only(status)
        length = {name.lower(): value for name, value in headers}.get("content-length")
        for name, value in headers:
            if name.lower() not in _OWN:
                request.send_header(name, value)
        request.send_header("Content-Length", length if request.command == "HEAD" and length else str(len(content)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)
    except OSError:
        pass  # the process was killed meanwhile
