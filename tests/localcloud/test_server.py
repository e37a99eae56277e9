"""The HTTP server under all services: what HTTP/1.1 asks for, by plain sockets and by clients of others."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.server import Server, serve

Start = Callable[..., Any]
Serving = Callable[[Any], Server]


@pytest.fixture
def serving() -> Iterator[Serving]:
    servers: list[Server] = []

    def start(app: Any) -> Server:
        servers.append(serve(app, "127.0.0.1", 0))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()


def echo(environ: dict[str, Any], start: Start) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start("200 OK", [("X-Path", environ["PATH_INFO"]), ("X-Query", environ["QUERY_STRING"])])
    return [body]


def raw(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.server_port), timeout=30)


def ask(server: Server, *sent: bytes) -> bytes:
    """All that comes back until the connection is closed."""
    with raw(server) as link:
        for part in sent:
            link.sendall(part)
        return b"".join(iter(lambda: link.recv(65536), b""))


def until(link: socket.socket, end: bytes) -> bytes:
    found = b""
    while not found.endswith(end):
        part = link.recv(65536)
        assert part, f"closed after {found!r}"
        found += part
    return found


def test_one_connection_for_many_calls(serving: Serving) -> None:
    client = http.client.HTTPConnection("127.0.0.1", serving(echo).server_port, timeout=30)
    client.connect()
    first = client.sock
    for number in range(3):
        client.request("POST", f"/a%20b%2Fc?n={number}", body=b"x" * number)
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (200, b"x" * number)
        assert (answer.headers["X-Path"], answer.headers["X-Query"]) == ("/a b/c", f"n={number}")
        assert answer.headers["Date"]
        assert client.sock is first


def test_requests_sent_ahead_are_answered_in_order(serving: Serving) -> None:
    one = b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
    two = b"POST /2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\ntwo"
    said = ask(serving(echo), one + two)
    assert said.index(b"\r\n\r\none") < said.index(b"\r\n\r\ntwo")
    assert said.count(b"200 OK") == 2


def test_a_request_may_come_byte_by_byte(serving: Serving) -> None:
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
    assert ask(serving(echo), *[sent[n : n + 1] for n in range(len(sent))]).endswith(b"\r\n\r\nok")


def test_a_chunked_body(serving: Serving) -> None:
    head = b"PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert ask(serving(echo), head, b"3\r\nabc\r\n", b"2\r\nde\r\n0\r\n\r\n").endswith(b"abcde")


def test_bodies_are_streamed_both_ways(serving: Serving) -> None:
    """Each part is answered before the next is sent: nothing waits for the whole."""

    def parts(environ: dict[str, Any], start: Start) -> Iterator[bytes]:
        start("200 OK", [])
        while part := environ["wsgi.input"].read(1 << 20):
            yield b"%d;" % sum(part[:: 1 << 10])

    with raw(serving(parts)) as link:
        link.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (8 << 20))
        for number in range(8):
            link.sendall(bytes([number]) * (1 << 20))
            until(link, b"\r\n%d;\r\n" % (number << 10) + (b"0\r\n\r\n" if number == 7 else b""))


def test_a_body_is_asked_for_when_it_is_wanted(serving: Serving) -> None:
    with raw(serving(echo)) as link:
        link.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert until(link, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        link.sendall(b"ok")
        assert until(link, b"\r\n\r\nok").startswith(b"HTTP/1.1 200 OK")


def deny(environ: dict[str, Any], start: Start) -> list[bytes]:
    start("403 Forbidden", [])
    return [b"no"]


def test_a_body_that_nobody_wants_is_not_asked_for(serving: Serving) -> None:
    head = b"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
    said = ask(serving(deny), head)
    assert said.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"100 Continue" not in said


def test_a_body_that_nobody_read_does_not_become_the_next_request(serving: Serving) -> None:
    client = http.client.HTTPConnection("127.0.0.1", serving(deny).server_port, timeout=30)
    for _ in range(2):
        client.request("PUT", "/", body=b"GET / HTTP/1.1\r\n" * 500_000)
        answer = client.getresponse()
        assert (answer.status, answer.read()) == (403, b"no")


def test_head_has_the_length_and_no_body(serving: Serving) -> None:
    def app(environ: dict[str, Any], start: Start) -> list[bytes]:
        start("200 OK", [("Content-Length", "500")])
        return []

    client = http.client.HTTPConnection("127.0.0.1", serving(app).server_port, timeout=30)
    for _ in range(2):
        client.request("HEAD", "/")
        answer = client.getresponse()
        assert (answer.headers["Content-Length"], answer.read()) == ("500", b"")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 600_000, b"431"),
        (b"GET / HTTP/1.0\r\n\r\n", b"200"),
        (b"GET http://bucket.s3/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200"),
    ],
)
def test_status(serving: Serving, sent: bytes, status: bytes) -> None:
    assert ask(serving(echo), sent).split()[1] == status


def test_a_wish_for_http_2_is_answered_in_http_1(serving: Serving) -> None:
    wish = b"GET /%d HTTP/1.1\r\nHost: x\r\nConnection: %bUpgrade\r\nUpgrade: h2c\r\n\r\n"
    said = ask(serving(echo), wish % (1, b""), wish % (2, b"close, "))
    assert said.count(b"HTTP/1.1 200 OK") == 2


def test_headers_as_they_came(serving: Serving) -> None:
    seen: list[Any] = []

    def app(environ: dict[str, Any], start: Start) -> list[bytes]:
        seen.append(environ)
        return deny(environ, start)

    client = http.client.HTTPConnection("127.0.0.1", serving(app).server_port)
    client.putrequest("GET", "/a%2Fb?x=%20", skip_accept_encoding=True)
    for name, value in (("X-Amz-Meta-a_b", "kept"), ("X_Amz_Target", "not this"), ("Twice", "1"), ("Twice", "2")):
        client.putheader(name, value)
    client.endheaders()
    client.getresponse().read()
    assert ("X-Amz-Meta-a_b", "kept") in seen[0]["localcloud.headers"]
    assert "HTTP_X_AMZ_TARGET" not in seen[0]
    assert seen[0]["HTTP_TWICE"] == "1,2"
    assert seen[0]["RAW_URI"] == "/a%2Fb?x=%20"


@pytest.mark.parametrize("header", ["fine", "broken\r\nSet-Cookie: x"])
def test_an_error_within_the_application_is_a_500(serving: Serving, header: str) -> None:
    def app(environ: dict[str, Any], start: Start) -> list[bytes]:
        start("200 OK", [("X", header)])
        if header == "fine":
            raise FileNotFoundError("what it needs")
        return [b""]

    said = ask(serving(app), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 500 ")
    assert b"Cookie" not in said


@pytest.mark.parametrize("headers", [[], [("Content-Length", "10")]])
def test_a_body_that_breaks_off_is_seen_to(serving: Serving, headers: list[Any]) -> None:
    def app(environ: dict[str, Any], start: Start) -> Iterator[bytes]:
        start("200 OK", headers)
        yield b"half"
        raise ValueError("in the middle")

    client = http.client.HTTPConnection("127.0.0.1", serving(app).server_port, timeout=30)
    client.request("GET", "/")
    with pytest.raises(http.client.IncompleteRead):
        client.getresponse().read()


def test_whoever_waits_keeps_nobody_else_waiting(serving: Serving) -> None:
    waiting, go = threading.Semaphore(0), threading.Event()

    def app(environ: dict[str, Any], start: Start) -> list[bytes]:
        if environ["PATH_INFO"] == "/poll":
            waiting.release()
            go.wait(60)
        start("200 OK", [])
        return [b"done"]

    server = serving(app)
    pollers = [raw(server) for _ in range(150)]
    for poller in pollers:
        poller.sendall(b"GET /poll HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert waiting.acquire(timeout=30)
    assert ask(server, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").endswith(b"done")
    server.shutdown()  # those under way are still answered
    go.set()
    for poller in pollers:
        with poller:
            assert until(poller, b"done")


def test_shutdown_ends_idle_connections_and_takes_no_new_ones(serving: Serving) -> None:
    server = serving(echo)
    with raw(server) as link:
        link.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        until(link, b"\r\n\r\n")
        server.shutdown()
        assert link.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        raw(server)
