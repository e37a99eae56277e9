"""A WSGI application's answer on its way to the caller."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from typing import Any

log = logging.getLogger(__name__)
Write = Callable[[bytes], None]


class Gone(ConnectionError):
    """The caller has closed the connection, or is silent for too long."""


class Answer:
    """Sends one answer. `stays` says afterwards whether the connection can take another request."""

    def __init__(self, connection: socket.socket, method: str, version: str, stays: bool) -> None:
        self.stays = stays and version == "1.1"
        self._socket = connection
        self._method = method
        self._version = version
        self._status = ""
        self._headers: list[tuple[str, str]] = []
        self._head_sent = False
        self._bodiless = False
        self._chunked = False
        self._left: int | None = None  # bytes of the body still owed, where its length was told

    def send(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> None:
        """Run the application and send what it answers. What it raises is logged: the caller gets 500, or a cut."""
        try:
            self._run(app, environ)
        except Gone:
            self.stays = False
        except Exception:
            log.exception("%s %s", self._method, environ["RAW_URI"])
            if not self._head_sent:
                self._status, self._headers = "500 Internal Server Error", [("Content-Length", "0")]
                self._write(b"")
            self.stays = False

    def _run(self, app: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> None:
        parts = app(environ, self._start)
        try:
            if isinstance(parts, (list, tuple)):  # whole: one packet, and its length is known
                body = b"".join(parts)
                self._write(body, len(body))
            else:
                for part in parts:
                    self._write(part)
                self._write(b"")
        finally:
            if hasattr(parts, "close"):
                parts.close()
        if self._chunked:
            self._send(b"0\r\n\r\n")
        elif self._left:
            log.error("%s %s: %d bytes short of what was told", self._method, environ["RAW_URI"], self._left)
            self.stays = False

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Write:
        if exc_info and self._head_sent:
            raise exc_info[1].with_traceback(exc_info[2])
        self._status, self._headers = status, headers
        return self._write

    def _write(self, data: bytes, whole: int | None = None) -> None:
        head = b"" if self._head_sent else self._head(whole)
        if self._bodiless:
            data = b""
        elif self._left is not None:
            self._left -= len(data)
        elif self._chunked and data:
            data = b"%x\r\n%b\r\n" % (len(data), data)
        self._head_sent = True
        if head or data:
            self._send(head + data if head else data)

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Gone(str(error)) from error

    def _head(self, whole: int | None) -> bytes:
        """Status line and headers; decides how the caller will know the body's end."""
        code = self._status[:3]
        self._bodiless = self._method == "HEAD" or code in ("204", "304")
        names = {name.lower(): value for name, value in self._headers}
        lines = [f"HTTP/1.1 {self._status}", *(f"{name}: {value}" for name, value in self._headers)]
        if "date" not in names:
            lines.append(f"Date: {_date(int(time.time()))}")
        if "content-length" in names:
            self._left = None if self._bodiless else int(names["content-length"])
        elif whole is not None and not self._bodiless:
            self._left = whole
            lines.append(f"Content-Length: {whole}")
        elif not self._bodiless and self._version == "1.1":
            self._chunked = True
            lines.append("Transfer-Encoding: chunked")
        elif not self._bodiless:
            self.stays = False  # the end of the connection is the end of the body
        if not self.stays or names.get("connection", "").lower() == "close":
            self.stays = False
            if "connection" not in names:
                lines.append("Connection: close")
        head = "\r\n".join(lines)
        if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
            raise ValueError(f"a line break within a header: {self._headers!r}")
        return (head + "\r\n\r\n").encode("latin-1")


_dates: tuple[int, str] = (0, "")


def _date(second: int) -> str:
    """The Date header's value, made once a second."""
    global _dates
    if _dates[0] != second:
        _dates = second, formatdate(second, usegmt=True)
    return _dates[1]
