"""Who may write to an API, and how an API's errors look."""

from __future__ import annotations

import base64

import pytest
from flask import Flask, abort
from werkzeug.test import TestResponse

from continuum.login import Login
from continuum.web import NotWell, application

LOGIN = Login("bot", "a word with : and ü")


def app(login: Login = LOGIN) -> Flask:
    made = application("test", lambda: None)

    @made.post("/api/thing")
    def thing() -> str:
        return login.demand()

    @made.get("/api/gone")
    def gone() -> str:
        abort(404, "there is no such thing")

    @made.get("/api/away")
    @made.get("/away")
    def away() -> str:
        raise NotWell("something is away") from OSError("at 10.0.0.1")

    return made


def post(authorization: str | None, login: Login = LOGIN) -> TestResponse:
    headers = {} if authorization is None else {"Authorization": authorization}
    return app(login).test_client().post("/api/thing", headers=headers)


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_the_user_with_the_password_may() -> None:
    answer = post(basic("bot:a word with : and ü"))
    assert (answer.status_code, answer.text) == (200, "bot")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Bearer abc",
        "Digest username=bot",
        basic("bot"),
        basic("bot:"),
        basic("bot:wrong"),
        basic("Bot:a word with : and ü"),
        basic(":a word with : and ü"),
    ],
)
def test_nobody_else_may(authorization: str | None) -> None:
    answer = post(authorization)
    assert answer.status_code == 401
    assert "user name" in answer.get_json()["message"]
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("login", [Login(), Login("bot", ""), Login("", "word")])
def test_without_a_password_in_the_settings_nobody_may(login: Login) -> None:
    answer = post(basic(f"{login.api_user}:{login.api_password}"), login)
    assert answer.status_code == 403
    assert "api_password" in answer.get_json()["message"]


def test_a_password_is_not_shown_with_the_user() -> None:
    assert "word" not in repr(LOGIN)


def test_errors_of_an_api_are_json_and_others_plain() -> None:
    client = app().test_client()
    assert client.get("/api/gone").get_json() == {"message": "there is no such thing"}
    assert client.get("/api/nothing").get_json() == {"message": "404 Not Found"}
    refused = client.get("/api/thing")
    assert (refused.status_code, refused.get_json()) == (405, {"message": "405 Method Not Allowed"})
    assert "POST" in refused.headers["Allow"]
    assert client.get("/nothing").data == b"404 Not Found\n"


def test_what_needs_something_that_is_away_is_a_503_that_says_so_and_no_more() -> None:
    client = app().test_client()
    answer = client.get("/api/away")
    assert (answer.status_code, answer.get_json()) == (503, {"message": "something is away"})
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/away").data == b"something is away\n"
