"""A small HTTP server that says what a test wants: rubbish, half an answer, nothing. What it is asked, it keeps."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

# Pieces of an answer, as they go out; when they are over, the connection is closed.
Reply = Callable[["Request"], Iterable[bytes]]


@dataclass(frozen=True)
class Request:
    """What a client sent; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Speaker:
    """`replies` are said one after another, the last one for ever."""

    address: str
    replies: list[Reply]
    asked: list[Request] = field(default_factory=list)

    def methods(self) -> list[str]:
        return [request.method for request in self.asked]


def say(status: int, document: object = None, **headers: str) -> Reply:
    """An ordinary answer, JSON unless it is bytes."""
    body = document if isinstance(document, bytes) else b"" if document is None else json.dumps(document).encode()
    told = {
        "Content-Length": str(len(body)),
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in told.items())]
    whole = "\r\n".join([*lines, "", ""]).encode() + body
    return lambda request: [whole]


def cut(*pieces: bytes) -> Reply:
    """These bytes, or none, and the connection is closed."""
    return lambda request: pieces


def slowly(*pieces: bytes, pause: float) -> Reply:
    """These bytes with a pause after each; silence first where the first is empty."""

    def reply(request: Request) -> Iterator[bytes]:
        for piece in pieces:
            yield piece
            time.sleep(pause)

    return reply


@contextmanager
def speaking(*replies: Reply) -> Iterator[Speaker]:
    """The server, at `speaker.address`, for as long as the block runs."""
    server = socket.create_server(("127.0.0.1", 0))
    speaker = Speaker(f"http://127.0.0.1:{server.getsockname()[1]}", list(replies))
    threading.Thread(target=_accept, args=(server, speaker), daemon=True).start()
    try:
        yield speaker
    finally:
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()


def _accept(server: socket.socket, speaker: Speaker) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer, args=(connection, speaker), daemon=True).start()


def _answer(connection: socket.socket, speaker: Speaker) -> None:
    with suppress(OSError, ValueError), connection, connection.makefile("rb") as incoming:
        method, path, _ = incoming.readline().decode().split(" ")
        headers: dict[str, str] = {}
        while header := incoming.readline().decode().strip():
            name, _, value = header.partition(": ")
            headers[name.lower()] = value
        request = Request(method, path, headers, incoming.read(int(headers.get("content-length", 0))))
        speaker.asked.append(request)
        reply = speaker.replies.pop(0) if len(speaker.replies) > 1 else speaker.replies[0]
        for piece in reply(request):
            connection.sendall(piece)
