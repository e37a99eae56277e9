"""HTTP calls: every way in which one can fail is told apart, in words, and with no secret in them."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.provider import credentials
from bot.provider.http import WebService
from bot.provider.http_failures import Busy, Refused, Unanswered, shown
from tests.bot.speaker import Reply, cut, say, slowly, speaking

REGION = "us-east-1"
SERVICE = WebService("The website", seconds=1)


def failing(reply: Reply, method: str = "GET", service: WebService = SERVICE) -> Exception:
    """What a call raises that is answered so."""
    with speaking(reply) as speaker, pytest.raises((TemporaryFailure, PermanentFailure)) as caught:
        service.call(method, f"{speaker.address}/api/article.json?token=hidden", {"a": 1} if method != "GET" else None)
    return caught.value


def test_an_answer_is_read() -> None:
    with speaking(say(200, {"title": "Größe"})) as speaker:
        answer = SERVICE.call("POST", f"{speaker.address}/a", {"publish": True})
        assert answer.status == 200
        assert answer.json() == {"title": "Größe"}
        assert speaker.asked[0].json() == {"publish": True}
        assert speaker.asked[0].headers["content-type"] == "application/json"


def test_an_answer_in_pieces_and_packed_is_read() -> None:
    packed = gzip.compress(json.dumps({"a": "b" * 5000}).encode())
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    with speaking(cut(head, b"%x\r\n" % len(packed), packed, b"\r\n0\r\n\r\n")) as speaker:
        assert SERVICE.get(speaker.address).json() == {"a": "b" * 5000}


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (429, Busy, "is busy with another article (429)"),
        (500, TemporaryFailure, "failed (500): look at its health and its log"),
        (501, TemporaryFailure, "failed (501)"),
        (502, Unanswered, "did not answer its web server in time (502) and may still be at work on it"),
        (503, TemporaryFailure, "is not available (503), usually because a deploy is in progress"),
        (504, Unanswered, "may still be at work on it"),
        (408, Unanswered, "may still be at work on it"),
        (400, Refused, "refuses the request (400): nothing but <b>trouble</b>"),
        (401, Refused, "does not accept the bot's user name and password (401): the bot's settings name no secret"),
        (403, Refused, "does not allow the bot to do this (403)"),
        (404, Refused, "does not know http://127.0.0.1"),
        (410, Refused, "refuses the request (410)"),
    ],
)
def test_each_status_means_something_to_an_editor(status: int, kind: type[Exception], words: str) -> None:
    failure = failing(say(status, b"nothing  but\n<b>trouble</b>"))
    assert type(failure) is kind
    assert str(failure).startswith("The website ")
    assert words in str(failure)
    assert "hidden" not in str(failure)


def test_how_long_to_wait_is_told() -> None:
    failure = failing(say(429, Retry_After="7"))
    assert isinstance(failure, Busy)
    assert failure.retry_after == 7
    assert "asks to wait 7 s" in str(failure)
    assert "asks to wait 30 s" in str(failing(say(503, Retry_After="30")))
    late = failing(say(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"))
    assert isinstance(late, Busy)
    assert late.retry_after is None


@pytest.mark.parametrize(
    "reply",
    [
        cut(),
        cut(b"rubbish\r\n\r\n"),
        cut(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha"),
        cut(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhalf"),
    ],
)
def test_a_cut_connection_may_have_worked(reply: Reply) -> None:
    failure = failing(reply, "POST")
    assert type(failure) is Unanswered
    assert str(failure) == "The website cut the connection before it answered and may still be at work on it"


@pytest.mark.parametrize(
    "reply",
    [
        slowly(b"", pause=3),
        slowly(b"HTTP/1.1 200 OK\r\n", pause=3),
        slowly(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"."] * 20, pause=0.2),
    ],
)
def test_silence_and_a_trickle_end_in_time(reply: Reply) -> None:
    failure = failing(reply, "POST")
    assert type(failure) is Unanswered
    assert str(failure) == "The website did not answer within 1 s and may still be at work on it"


def test_what_was_never_sent_is_told_apart() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for address, kind, words in (
        (f"http://127.0.0.1:{port}/", TemporaryFailure, "refuses connections at 127.0.0.1: is its web server running?"),
        ("website.elifesciences.org/api", PermanentFailure, "correct the address in the bot's settings"),
        ("http:///api", PermanentFailure, "correct the address in the bot's settings"),
    ):
        with pytest.raises((TemporaryFailure, PermanentFailure)) as caught:
            SERVICE.get(address)
        assert type(caught.value) is kind
        assert words in str(caught.value)


def test_a_name_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with pytest.raises(TemporaryFailure, match=r"can't be found: there is no address for nobody\.invalid \(DNS\)"):
        SERVICE.get("http://nobody.invalid/")


def test_a_server_that_does_not_speak_tls() -> None:
    words = r"can't be trusted at 127\.0\.0\.1: TLS with it fails"
    with speaking(cut(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as speaker, pytest.raises(TemporaryFailure, match=words):
        SERVICE.get(speaker.address.replace("http:", "https:"))


def test_a_redirected_post_is_not_sent_as_a_get() -> None:
    with speaking(say(301, Location="https://ada:secret@elsewhere.org/api?key=1")) as speaker:
        with pytest.raises(PermanentFailure) as caught:
            SERVICE.call("POST", f"{speaker.address}/api/article.json", {})
        assert speaker.methods() == ["POST"]
    assert "redirects" in str(caught.value)
    assert "https://elsewhere.org/api (301)" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_page_where_json_was_meant() -> None:
    with speaking(say(200, b"<html>Sign in to the Wi-Fi")) as speaker:
        answer = SERVICE.get(speaker.address)
    with pytest.raises(TemporaryFailure, match="something that is not JSON: '<html>Sign in to the Wi-Fi'"):
        answer.json()


def test_no_cookies_and_no_credentials_from_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / ".netrc").write_text("default login somebody password else\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with speaking(say(200, {}, Set_Cookie="SESS=1; Path=/")) as speaker:
        SERVICE.get(speaker.address)
        SERVICE.get(speaker.address)
        SERVICE.get(speaker.address.replace("//", "//ada:secret@"))
        assert not any({"cookie", "authorization"} & request.headers.keys() for request in speaker.asked)


def test_an_address_is_shown_without_what_is_secret_in_it() -> None:
    assert (
        shown("https://ada:secret@site.org:8080/api/article.json?key=1#x") == "https://site.org:8080/api/article.json"
    )


@pytest.fixture(scope="module")
def cloud_address() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def secrets(cloud_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Secrets Manager, with the secret `elife-website-ct/api`."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud_address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr(credentials, "_known", {})
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(
        Name="elife-website-ct/api", SecretString=json.dumps({"username": "bot", "password": "größer"})
    )
    yield client
    client.delete_secret(SecretId="elife-website-ct/api", ForceDeleteWithoutRecovery=True)


WITH_SECRET = WebService("The website", "elife-website-ct/api", REGION, seconds=5)


def basic(word: str) -> str:
    return "Basic " + base64.b64encode(f"bot:{word}".encode()).decode()


def test_credentials_are_read_once(secrets: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with speaking(say(200, {})) as speaker:
        WITH_SECRET.get(speaker.address)
        secrets.put_secret_value(SecretId="elife-website-ct/api", SecretString="{}")
        WITH_SECRET.get(speaker.address)
        assert [request.headers["authorization"] for request in speaker.asked] == [basic("größer")] * 2
    assert "GET " in caplog.text
    assert not any(word in caplog.text.split("botocore")[0] for word in ("größer", basic("größer")))


def test_credentials_that_were_changed_are_read_again(secrets: Any) -> None:
    with speaking(say(200, {}), say(401), say(200, {"well": True})) as speaker:
        WITH_SECRET.get(speaker.address)
        changed = json.dumps({"username": "bot", "password": "new"})
        secrets.put_secret_value(SecretId="elife-website-ct/api", SecretString=changed)
        assert WITH_SECRET.get(speaker.address).json() == {"well": True}
        assert [request.headers["authorization"] for request in speaker.asked] == [
            basic("größer"),
            basic("größer"),
            basic("new"),
        ]


def test_credentials_that_are_wrong_are_not_tried_for_ever(secrets: Any) -> None:
    with speaking(say(401)) as speaker:
        with pytest.raises(Refused, match=r"password \(401\): check the secret elife-website-ct/api"):
            WITH_SECRET.get(speaker.address)
        assert len(speaker.asked) == 1  # the secret is what it was: nothing to try anew


@pytest.mark.parametrize("text", ["größer", '"größer"', '{"username": "größer"}', "[]", ""])
def test_a_secret_that_is_something_else_is_not_quoted(secrets: Any, text: str) -> None:
    secrets.put_secret_value(SecretId="elife-website-ct/api", SecretString=text or " ")
    with pytest.raises(PermanentFailure, match='is not JSON with "username" and "password"') as caught:
        WITH_SECRET.get("http://127.0.0.1:1/")
    assert "größer" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_that_is_not_there(secrets: Any) -> None:
    with pytest.raises(PermanentFailure, match="The secret nothing/api can't be read from Secrets Manager"):
        WebService("lax", "nothing/api", REGION).get("http://127.0.0.1:1/")


def test_a_password_is_not_shown() -> None:
    assert "hidden" not in repr(credentials.Credentials("bot", "hidden"))
