"""The bot's client of lax: against our lax on a PostgreSQL, and against every way in which one can fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from threading import Thread

import boto3
import pytest
from moto.server import ThreadedMotoServer
from werkzeug.serving import make_server

from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.provider import credentials
from bot.provider.environment import BotSettings
from bot.provider.http_failures import Refused
from bot.provider.lax import BadAnswer, Lax, UnknownArticle
from tests.bot.speaker import Reply, cut, say, speaking
from tests.lax import asked
from tests.lax.asked import LOGIN, eif
from tests.postgresql import PostgreSQL

SECRET = "elife-lax-ct/api"


def settings(address: str, secret: str = SECRET) -> BotSettings:
    return BotSettings(
        S3_monitor_queue="",
        workflow_starter_queue="",
        event_monitor_queue="",
        publishing_buckets_prefix="ct-",
        production_bucket="",
        lax_article_versions=f"{address}/api/v1/article/10.7554/eLife.{{article_id}}/version/",
        lax_update=f"{address}/api/v1/article/create-update/",
        lax_secret=secret,
    )


@pytest.fixture(scope="module")
def address(cluster: PostgreSQL) -> Iterator[str]:
    """lax itself, served."""
    for database in asked.migrated(cluster):
        server = make_server("127.0.0.1", 0, asked.Lax(database).app, threaded=True)
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module", autouse=True)
def _secrets() -> Iterator[None]:
    """A Secrets Manager that has the bot's password for lax."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setattr(credentials, "_known", {})
        secret = json.dumps({"username": LOGIN.api_user, "password": LOGIN.api_password})
        boto3.client("secretsmanager", region_name="us-east-1").create_secret(Name=SECRET, SecretString=secret)
        yield
    server.stop()


def failing(reply: Reply, update: bool = False) -> Exception:
    """What the client raises that is answered so."""
    with speaking(reply) as speaker, pytest.raises((TemporaryFailure, PermanentFailure)) as caught:
        lax = Lax.of(settings(speaker.address, ""))
        lax.update(eif(353)) if update else lax.versions("00353")
    return caught.value


def test_versions_come_one_after_another(address: str) -> None:
    lax = Lax.of(settings(address))
    assert lax.next_version("00353") == 1
    assert lax.publication_date("00353") is None
    for version in range(1, 12):
        record = lax.update(eif(353, version, update=f"2015-01-{version:02}T00:00:00Z"))
        assert record["version"] == version
    assert lax.update(eif(353, 11, update="2015-01-11T00:00:00Z"))["version"] == 11, "the same again"
    assert list(lax.versions("00353")) == list(range(1, 12))
    assert lax.versions("00353")[2]["datetime_published"] == "2015-01-02T00:00:00Z"
    assert lax.highest_version("00353") == 11
    assert lax.next_version("00353") == 12
    assert lax.publication_date("00353") == "2012-12-13T00:00:00Z"


def test_an_article_that_lax_does_not_know_is_told_apart(address: str) -> None:
    lax = Lax.of(settings(address))
    for ask in (lax.versions, lax.highest_version):
        with pytest.raises(UnknownArticle, match="lax has no version of article 00354"):
            ask("00354")


def test_what_lax_does_not_accept_is_named(address: str) -> None:
    lax = Lax.of(settings(address))
    with pytest.raises(PermanentFailure) as caught:
        lax.update(eif(353, title=None, volume="1"))
    assert str(caught.value).startswith("lax does not accept the EIF: ")
    assert "title" in str(caught.value) and "volume" in str(caught.value)


def test_a_user_whom_lax_does_not_know_is_refused(address: str) -> None:
    with pytest.raises(Refused, match=r"lax does not accept the bot's user name and password \(401\)"):
        Lax.of(settings(address, "")).update(eif(353))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
@pytest.mark.parametrize("update", [False, True])
def test_what_may_pass_is_tried_again(status: int, update: bool) -> None:
    failure = failing(say(status), update)
    assert isinstance(failure, TemporaryFailure)
    assert str(failure).startswith("lax ")


def test_a_lax_that_is_away_or_cuts_the_connection_is_tried_again() -> None:
    assert isinstance(failing(cut()), TemporaryFailure)
    with pytest.raises(TemporaryFailure, match="lax refuses connections"):
        Lax.of(settings("http://127.0.0.1:1")).versions("00353")


@pytest.mark.parametrize("status", [400, 401, 403, 405, 409, 413, 415])
@pytest.mark.parametrize("update", [False, True])
def test_a_refusal_is_final(status: int, update: bool) -> None:
    assert isinstance(failing(say(status, {"message": "no"}), update), PermanentFailure)


@pytest.mark.parametrize(
    "answer", [[], "1", 1, {"message": "hello"}, {"1": "2012-12-13"}, {"0": {}}, {"1.0": {}}, {"9" * 5000: {}}]
)
def test_something_else_at_its_address_is_found_out(answer: object) -> None:
    assert isinstance(failing(say(200, answer)), BadAnswer)


def test_something_else_at_its_address_is_found_out_when_it_is_told() -> None:
    assert isinstance(failing(say(200, []), update=True), BadAnswer)


def test_somebody_elses_lax_may_say_less_and_more() -> None:
    with speaking(say(200, {"2": {"datetime_published": None}, "1": {"x": 1}})) as speaker:
        lax = Lax.of(settings(speaker.address, ""))
        assert lax.next_version("00353") == 3
        assert lax.publication_date("00353") is None
        assert speaker.asked[0].path == "/api/v1/article/10.7554/eLife.00353/version/"
    with speaking(say(404, b"<h1>Not Found</h1>")) as speaker:
        assert Lax.of(settings(speaker.address, "")).next_version("00353") == 1
    with speaking(say(200, {})) as speaker:
        assert Lax.of(settings(speaker.address, "")).next_version("00353") == 1


@pytest.mark.parametrize("name", ["lax_article_versions", "lax_update"])
def test_settings_without_lax_say_so(name: str) -> None:
    with pytest.raises(PermanentFailure, match=name):
        Lax.of(replace(settings("http://lax"), **{name: ""}))  # type: ignore[arg-type]
    with pytest.raises(PermanentFailure, match="article_id"):
        Lax.of(replace(settings("http://lax"), lax_article_versions="http://lax/version/"))
