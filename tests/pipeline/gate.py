"""What stands between the bot and website or lax in a test of faults: passes requests on, or does something worse."""

from __future__ import annotations

import http.client
import re
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_ARTICLE = re.compile(r"eLife\.(\d{5})|(\d{5})\.\d")


class Fault(Enum):
    """What may happen to a request, beside a status that is answered in its place."""

    LOST = "it never arrives, the connection is closed"
    UNHEARD = "it is done, the connection is closed without an answer (BadStatusLine)"
    LATE = "it is done, and answered when nobody waits any more"
    SILENT = "it never arrives, and nothing is answered"
    PAGE = "somebody in between answers 200 with a page"


@dataclass
class Trouble:
    """So many of an article's requests of a method meet a fault or are answered by a status."""

    method: str
    fault: Fault | int
    times: int = 1


@dataclass
class Gate:
    """A proxy to a web application at `target`; `late` is how many seconds it holds back what is to be late."""

    target: str
    late: float
    troubles: dict[str, list[Trouble]] = field(default_factory=dict)
    passed: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By article: method and status of what really came to the application: `["GET 404", "POST 200"]`."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                with suppress(OSError):
                    gate._handle(self)

            do_GET = do_PUT = do_POST

            def log_message(self, *words: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def left(self) -> list[Trouble]:
        """The troubles that have not happened."""
        return [trouble for troubles in self.troubles.values() for trouble in troubles if trouble.times]

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        found = _ARTICLE.search(request.path) or _ARTICLE.search(body.decode())
        article = (found[1] or found[2]) if found else ""
        fault = self._next(article, request.command)
        if isinstance(fault, int):
            _answer(request, fault, b'{"message": "as the test wants it"}')
        elif fault is Fault.PAGE:
            _answer(request, 200, b"<html>Please sign in")
        elif fault is Fault.SILENT:
            time.sleep(self.late)
        elif fault is not Fault.LOST:
            status, content = self._pass(request, body)
            with self._lock:
                self.passed[article].append(f"{request.command} {status}")
            if fault is Fault.LATE:
                time.sleep(self.late)
            if fault is not Fault.UNHEARD:
                _answer(request, status, content)

    def _next(self, article: str, method: str) -> Fault | int | None:
        with self._lock:
            for trouble in self.troubles.get(article, ()):
                if trouble.method == method and trouble.times:
                    trouble.times -= 1
                    return trouble.fault
        return None

    def _pass(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        forward = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=120)
        names = ("Authorization", "Content-Type", "Accept")
        headers = {name: request.headers[name] for name in names if name in request.headers}
        forward.request(request.command, request.path, body, headers)
        answer = forward.getresponse()
        content = answer.read()
        forward.close()
        return answer.status, content


def _answer(request: BaseHTTPRequestHandler, status: int, content: bytes) -> None:
    request.send_response(status)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)
