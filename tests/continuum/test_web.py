"""What every web application answers, with the database it needs there, away, and out of its mind."""

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from werkzeug.test import TestResponse

from continuum.database import Database
from continuum.web import application
from tests.postgresql import PASSWORD, PostgreSQL


def get(database: Database, path: str = "/ping") -> TestResponse:
    return application("test", database.check).test_client().get(path)


@contextmanager
def silent() -> Iterator[int]:
    """A port where connections are taken and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_pong_with_a_database_that_answers(cluster: PostgreSQL) -> None:
    answer = get(cluster.database)
    assert (answer.status_code, answer.data) == (200, b"pong")
    assert answer.mimetype == "text/plain"
    assert answer.headers["Cache-Control"] == "no-store"


def test_pong_without_a_database() -> None:
    assert get(Database("", 5432, "", "", "")).data == b"pong"


def test_it_says_when_the_database_is_away_and_answers_again_when_it_is_back(cluster: PostgreSQL) -> None:
    client = application("test", cluster.database.check).test_client()
    cluster.stop()
    try:
        away = client.get("/ping")
    finally:
        cluster.start()
    assert (away.status_code, away.data) == (503, b"the database is away\n")
    assert away.headers["Cache-Control"] == "no-store"
    assert client.get("/ping").status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"user": "nobody"}, {"database": "nothing"}, {"port": 1}])
def test_a_reader_of_ping_learns_nothing_of_the_database(
    cluster: PostgreSQL, wrong: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = get(replace(cluster.database, **wrong))  # type: ignore[arg-type]
    assert (answer.status_code, answer.data) == (503, b"the database is away\n")
    assert "127.0.0.1" in caplog.text, "the operator learns where"
    assert PASSWORD not in caplog.text


def test_a_database_that_says_nothing_is_away_soon(cluster: PostgreSQL) -> None:
    with silent() as port:
        before = time.monotonic()
        assert get(replace(cluster.database, port=port)).status_code == 503
        assert time.monotonic() - before < 8


def test_a_password_is_not_shown_with_the_database() -> None:
    assert "secret" not in repr(Database("h", 1, "d", "u", "secret"))


def test_every_answer_has_security_headers_errors_too() -> None:
    for path in ("/ping", "/nothing"):
        headers = get(Database("", 1, "", "", ""), path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_errors_are_plain() -> None:
    client = application("test", lambda: None).test_client()
    assert client.get("/nothing").data == b"404 Not Found\n"
    refused = client.post("/ping")
    assert (refused.status_code, refused.data) == (405, b"405 Method Not Allowed\n")
    assert "GET" in refused.headers["Allow"]


def test_a_mistake_in_the_code_shows_nothing_of_it() -> None:
    def broken() -> None:
        raise RuntimeError("secret")

    answer = application("test", broken).test_client().get("/ping")
    assert (answer.status_code, answer.data) == (500, b"500 Internal Server Error\n")
