"""One caller's connection: requests are read as they come, and answered one after another."""

from __future__ import annotations

import io
import logging
import socket
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import httptools

from localcloud.answer import Answer, Gone

log = logging.getLogger(__name__)

RECEIVE = 262_144  # bytes asked of the system at once
LONGEST_HEAD = 262_144  # bytes: far over what AWS takes, far under what would hurt
IDLE = 300.0  # seconds that a connection may be silent, between requests or within one
LINGER = 2.0  # seconds that a refused caller is given to hear why


class Request:
    """What has come of one request so far."""

    def __init__(self) -> None:
        self.target = b""
        self.headers: list[tuple[str, str]] = []
        self.method = ""
        self.version = "1.1"
        self.stays = True  # whether the connection is kept afterwards
        self.begun = False  # all headers are there
        self.complete = False
        self.expects = False  # the caller sends its body only when told to go on
        self.body: deque[bytes | memoryview] = deque()


class Connection:
    """One caller's connection. httptools calls the `on_…` methods as it reads; requests may come before their turn.

    `waits(bool)` is told when it begins and ends to wait for a request; `stopping()` says whether to take no more.
    """

    def __init__(
        self,
        app: Callable[..., Iterable[bytes]],
        connection: socket.socket,
        environ: dict[str, Any],
        waits: Callable[[bool], None],
        stopping: Callable[[], bool],
    ) -> None:
        self.app = app
        self.socket = connection
        self.environ = environ  # what all of its requests have in common
        self.waits = waits
        self.stopping = stopping
        self._requests: deque[Request] = deque()
        self._parser = httptools.HttpRequestParser(self)
        self._answered = False  # a request, at least

    def run(self) -> None:
        """Answer until either side ends it."""
        try:
            self.socket.settimeout(IDLE)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._answer_next() and not self.stopping():
                pass
        except httptools.HttpParserError:
            if not self._answered:  # else it was fine before: two processes of a forked client write over each other,
                self._refuse("400 Bad Request")  # and each will ask again on a connection of its own
        except OSError:
            pass  # the caller went away, or was silent too long
        except Exception:
            log.exception("a connection ended")
        finally:
            self.waits(False)
            self.socket.close()

    def on_message_begin(self) -> None:
        self._requests.append(Request())

    def on_url(self, part: bytes) -> None:
        self._requests[-1].target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self._requests[-1].headers.append((name.decode("latin-1"), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        request = self._requests[-1]
        request.method = self._parser.get_method().decode("latin-1")
        request.version = self._parser.get_http_version()
        request.stays = self._parser.should_keep_alive()
        request.begun = True

    def on_body(self, part: bytes) -> None:
        self._requests[-1].body.append(part)

    def on_message_complete(self) -> None:
        self._requests[-1].complete = True

    def receive(self, request: Request) -> None:
        """Read on. Raises Gone where the caller has closed."""
        try:
            if request.expects:
                request.expects = False
                self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            data = self.socket.recv(RECEIVE)
        except OSError as error:
            raise Gone(str(error)) from error
        if not data:
            raise Gone("closed in the middle of a request")
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as wish:  # to speak HTTP/2, say: granted to nobody, HTTP/1.1 goes on
            self._parser = httptools.HttpRequestParser(self)
            self._feed(data[wish.args[0] :])

    def _answer_next(self) -> bool:
        """Answer one request; False where the connection ends with it."""
        if not self._requests and not self._wait():
            return False
        request, came = self._requests[0], 0
        while not request.begun:
            if came > LONGEST_HEAD:
                return self._refuse("431 Request Header Fields Too Large")
            data = self.socket.recv(RECEIVE)
            if not data:
                return False
            came += len(data)
            self._feed(data)
        environ = self._environ(request)
        answer = Answer(self.socket, request.method, request.version, request.stays and not self.stopping())
        answer.send(self.app, environ)
        stays = answer.stays and not request.expects  # a body nobody asked for may come or not: no telling
        while stays and not request.complete:
            self.receive(request)
            request.body.clear()
        self._requests.popleft()
        self._answered = True
        return stays

    def _wait(self) -> bool:
        """Wait for the next request's first bytes; False where none come."""
        self.waits(True)
        data = self.socket.recv(RECEIVE)
        self.waits(False)
        if data:
            self._feed(data)
        return bool(self._requests)

    def _refuse(self, status: str) -> bool:
        """Say so and hear the caller out for a moment: closing at once would take the answer from it."""
        with suppress(OSError):
            self.socket.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.settimeout(LINGER)
            while self.socket.recv(RECEIVE):
                pass
        return False

    def _environ(self, request: Request) -> dict[str, Any]:
        raw, host = request.target.decode("latin-1"), None
        path, _, query = raw.partition("?")
        if not raw.startswith("/"):  # as to a proxy: http://host/path
            url = urlsplit(raw)
            path, query, host = url.path, url.query, url.netloc
        environ: dict[str, Any] = {
            **self.environ,
            "REQUEST_METHOD": request.method,
            "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1") if "%" in path else path,
            "QUERY_STRING": query,
            "RAW_URI": raw,
            "REQUEST_URI": raw,
            "SERVER_PROTOCOL": f"HTTP/{request.version}",
            "werkzeug.socket": self.socket,
            "localcloud.headers": request.headers,
            "localcloud.ahead": lambda: len(self._requests) > 1,
        }
        for name, value in request.headers:
            if "_" in name:
                continue  # could pass for one with a dash
            key = name.upper().replace("-", "_")
            if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
                key = f"HTTP_{key}"
                if key in environ:
                    value = f"{environ[key]},{value}"
            environ[key] = value
        if host:
            environ["HTTP_HOST"] = host
        request.expects = not request.complete and environ.get("HTTP_EXPECT", "").lower() == "100-continue"
        environ["wsgi.input"] = self._input(request)
        return environ

    def _input(self, request: Request) -> io.BufferedIOBase:
        if not request.complete:
            return io.BufferedReader(Body(self, request), RECEIVE)
        return io.BytesIO(b"".join(request.body))  # most requests are small and whole when their head is


class Body(io.RawIOBase):
    """A request's body, read from its connection as far as it is asked for."""

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection = connection
        self._request = request

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        request = self._request
        while not request.body:
            if request.complete:
                return 0
            self._connection.receive(request)
        part = request.body.popleft()
        size = min(len(part), len(buffer))
        buffer[:size] = part[:size]
        if size < len(part):
            request.body.appendleft(memoryview(part)[size:])
        return size
