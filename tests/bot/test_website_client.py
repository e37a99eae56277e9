"""The client of the website: nothing is taken in twice, nothing is lost, whatever happens to the answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.provider import credentials
from bot.provider.environment import BotSettings
from bot.provider.http import WebService
from bot.provider.http_failures import Busy, Refused, Unanswered
from bot.provider.website import Website
from continuum.database import Database
from continuum.migrations import upgrade
from tests.bot.journal_site import PASSWORD, USER, Site, run_site
from tests.bot.speaker import cut, say, slowly, speaking
from tests.conftest import eventually
from tests.postgresql import PostgreSQL, new_database
from website import maintenance

MIGRATIONS = Path(__file__).parents[2] / "website" / "migrations"
SECRET = "elife-website-ct/api"
NEVER = threading.Event()


def eif(number: int = 353, version: int = 1, **other: Any) -> dict[str, Any]:
    """A small EIF, valid by the schema."""
    return {
        "title": "Of what is <italic>tested</italic> – ünïcode",
        "version": version,
        "doi": f"10.7554/eLife.{number:05}",
        "volume": 1,
        "elocation-id": f"e{number:05}",
        "article-id": f"{number:05}",
        "article-version-id": f"{number:05}.{version}",
        "path": f"content/1/e{number:05}v{version}",
        "article-type": "research-article",
        "status": "VOR",
        "publish": False,
        "pub-date": "2012-12-13T00:00:00Z",
        "contributors": [{"type": "author", "surname": "Ünal", "corresp": True}],
        **other,
    }


@pytest.fixture(scope="module")
def tables(cluster: PostgreSQL) -> Iterator[Database]:
    for database in new_database(cluster):
        upgrade(database, MIGRATIONS)
        yield database


@pytest.fixture(scope="module")
def shared(tables: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with speaking(say(404)) as cdn:
        yield from run_site(tables, tmp_path_factory.mktemp("site"), f"{cdn.address}/")


@pytest.fixture
def site(shared: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The website, without articles."""
    monkeypatch.setitem(credentials._known, (SECRET, "us-east-1"), credentials.Credentials(USER, PASSWORD))
    with psycopg.connect(**shared.database.parameters(10)) as connection:
        connection.execute("DELETE FROM content")
    shared.forget()
    return shared


def client(address: str, seconds: float = 10) -> Website:
    service = WebService("The website", SECRET, seconds=seconds)
    return Website(service, f"{address}/api/article.json", f"{address}/api/publish/")


def test_an_article_arrives_once_however_often_it_is_posted(site: Site) -> None:
    website = client(site.address)
    assert website.has(eif()) is None
    assert website.post(eif(), 0, NEVER)["title"] == eif()["title"]
    assert website.post(eif(), 0, NEVER)["path"] == "content/1/e00353v1"
    assert site.asked("POST") == ["POST 200"]
    [row] = site.rows()
    assert (row["id"], row["live"]) == ("00353.1", False)


def test_the_first_time_it_is_posted_unasked(site: Site) -> None:
    """A correction may be one of the text alone."""
    client(site.address).post(eif(), 0, NEVER)
    client(site.address).post(eif(), 0, NEVER, again=False)
    assert site.asked("POST") == ["POST 200"] * 2


def test_a_correction_is_posted(site: Site) -> None:
    website = client(site.address)
    website.post({**eif(), "impact-statement": "Wrong."}, 0, NEVER)
    website.post(eif(title="Another"), 0, NEVER)
    website.post(eif(title="Another", contributors=[]), 0, NEVER)
    assert site.asked("POST") == ["POST 200"] * 3
    [row] = site.rows()
    assert row["eif"] == eif(title="Another", contributors=[])


@pytest.mark.parametrize(("where", "words"), [("", "in time (504)"), ("/silent", "cut the connection")])
def test_a_post_that_is_cut_is_not_repeated(site: Site, where: str, words: str) -> None:
    """The seed's trouble (`BadStatusLine`): nginx gives up, the ingest behind it goes on."""
    website = client(site.address + where)
    with site.slow():
        with pytest.raises(Unanswered) as caught:
            website.post(eif(), 0, NEVER)
        assert words in str(caught.value)
        assert "before the article is posted again, it is asked whether it has arrived" in str(caught.value)
        with pytest.raises(Busy, match=r"is busy with another article \(429\), and asks to wait 5 s"):
            website.post(eif(), 0, NEVER)  # the next try comes while the first is still being taken in
        assert site.rows() == []
    eventually(lambda: not site.ingesting())
    [first] = site.rows()
    website.post(eif(), 0, NEVER)  # and one afterwards
    assert site.rows() == [first]
    assert not_busy(site) == ["POST 504" if not where else "POST 444"]


def test_one_patient_try_is_enough(site: Site) -> None:
    """A cut, then 429 for as long as the ingest goes on, then the article is there."""
    with ThreadPoolExecutor(1) as pool:
        with site.slow():
            posted = pool.submit(client(site.address).post, eif(), 60, NEVER)
            eventually(lambda: "POST 429" in site.asked("POST"))
        assert posted.result()["doi"] == eif()["doi"]
    assert not_busy(site) == ["POST 504"]
    assert len(site.rows()) == 1


def test_a_post_that_was_cut_and_failed_after_all_is_repeated(site: Site) -> None:
    website = client(site.address)
    with site.slow():
        with pytest.raises(Unanswered):
            website.post(eif(), 0, NEVER)
        with psycopg.connect(**site.database.parameters(10), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
            eventually(lambda: not site.ingesting())
    assert site.rows() == []
    website.post(eif(), 0, NEVER)
    assert site.asked("POST") == ["POST 504", "POST 200"]
    assert len(site.rows()) == 1


def test_many_at_once_all_arrive(site: Site) -> None:
    """Each asks again while the website is busy with another; no two are taken in at once."""
    with ThreadPoolExecutor(4) as pool:
        for posted in [pool.submit(client(site.address).post, eif(number), 120, NEVER) for number in range(101, 113)]:
            posted.result()
    assert [row["id"] for row in site.rows()] == [f"{number:05}.1" for number in range(101, 113)]
    assert site.asked("POST").count("POST 200") == 12


def test_two_workers_with_the_same_article(site: Site) -> None:
    """One of them was taken for dead while it still worked (a time-out that overlaps)."""
    with ThreadPoolExecutor(2) as pool:
        with site.slow():
            first = pool.submit(client(site.address).post, eif(), 60, NEVER)
            eventually(site.ingesting)
            second = pool.submit(client(site.address).post, eif(), 60, NEVER)
            eventually(lambda: "POST 429" in site.asked("POST"))
        assert first.result() == second.result()
    assert len(not_busy(site)) == 1
    assert len(site.rows()) == 1


def test_a_try_that_is_not_wanted_any_more_stops_asking(site: Site) -> None:
    abandoned = threading.Event()
    with site.slow(), ThreadPoolExecutor(1) as pool:
        posted = pool.submit(client(site.address).post, eif(), 600, abandoned)
        eventually(lambda: "POST 504" in site.asked("POST"))
        abandoned.set()
        with pytest.raises(TemporaryFailure):
            posted.result(30)
    eventually(lambda: not site.ingesting())


def test_a_website_in_maintenance(site: Site) -> None:
    with connection(site) as database:
        maintenance.hold(database, "a deploy", minutes=5)
    try:
        with pytest.raises(
            TemporaryFailure, match=r"is not available \(503\), usually because a deploy is in progress"
        ):
            client(site.address).post(eif(), 0, NEVER)
    finally:
        with connection(site) as database:
            maintenance.let_go(database, "a deploy")
    client(site.address).post(eif(), 0, NEVER)
    assert len(site.rows()) == 1


def not_busy(site: Site) -> list[str]:
    """What became of the POSTs that were not answered by 429."""
    return [asked for asked in site.asked("POST") if asked != "POST 429"]


def connection(site: Site) -> psycopg.Connection[DictRow]:
    return psycopg.connect(**site.database.parameters(10), row_factory=dict_row)


def test_every_field_that_is_not_accepted_is_named(site: Site) -> None:
    wrong = eif(volume="one", contributors=[{"type": "author non-byline"}])
    del wrong["doi"]
    with pytest.raises(PermanentFailure) as caught:
        client(site.address).post(wrong, 0, NEVER)
    assert str(caught.value).startswith("The website does not accept the EIF: ")
    for word in ("doi: is missing", "volume: is not a whole number ('one')", "contributors.0.surname: is missing"):
        assert word in str(caught.value)


def test_a_wrong_password(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "again", lambda secret, region: credentials.Credentials(USER, "wrong too"))
    monkeypatch.setitem(credentials._known, (SECRET, "us-east-1"), credentials.Credentials(USER, "wrong"))
    with pytest.raises(Refused, match=r"\(40[13]\)"):
        client(site.address).post(eif(), 0, NEVER)


def test_publishing_again_does_no_harm(site: Site) -> None:
    website = client(site.address)
    website.post(eif(), 0, NEVER)
    first = website.publish("00353.1")
    assert (first["publish"], first["pub-date"]) == ("1", "2012-12-13T00:00:00Z")
    assert website.publish("00353.1") == first
    website.post(eif(), 0, NEVER)  # the same zip once more: readers go on seeing it
    assert site.asked("POST") == ["POST 200"]
    assert [row["live"] for row in site.rows()] == [True]


def test_publishing_what_the_website_does_not_have(site: Site) -> None:
    with pytest.raises(PermanentFailure, match=r"has no article 00353\.1 to publish: send its zip again"):
        client(site.address).publish("00353.1")


ELSEWHERE = {
    **eif(),
    "nid": "4711",
    "version": "1",
    "volume": "1",
    "publish": "0",
    "pub-date": "2012-12-13T00:00:00+00:00",
    "contributors": [{"type": "author", "surname": "Ünal", "corresp": "1", "orcid": None}],
    "keywords": {},
    "update": None,
}


@pytest.mark.parametrize(
    ("stored", "there"),
    [
        (ELSEWHERE, True),
        ({**ELSEWHERE, "publish": "1"}, True),
        ({**ELSEWHERE, "title": "Another"}, False),
        ({**ELSEWHERE, "contributors": []}, False),
        ({**ELSEWHERE, "impact-statement": "left from before"}, False),
        ({**ELSEWHERE, "pub-date": "2012-12-14"}, False),
        ({**ELSEWHERE, "pub-date": "tomorrow"}, False),
        ([], False),
        ({}, False),
        (False, False),
    ],
)
def test_somebody_elses_website_tells_it_in_its_own_way(stored: Any, there: bool) -> None:
    with speaking(say(200, stored)) as speaker:
        assert (bare(speaker.address).has(eif()) is not None) is there


def test_a_website_that_cannot_be_asked_is_told(site: Site) -> None:
    for status in (404, 405, 501):
        with speaking(say(status), say(200, eif())) as speaker:
            assert bare(speaker.address).post(eif(), 0, NEVER) == eif()
            assert speaker.methods() == ["GET", "POST"]


def test_it_is_not_posted_while_it_is_not_known_whether_it_has_arrived() -> None:
    for reply in (say(500), say(503), cut(), slowly(b"", pause=2), say(200, b"<html>")):
        with speaking(reply) as speaker:
            with pytest.raises(TemporaryFailure):
                bare(speaker.address).post(eif(), 0, NEVER)
            assert speaker.methods() == ["GET"]


@pytest.mark.parametrize(
    ("posted", "stored", "there"),
    [
        (eif(publish=True), eif(publish=False), False),
        (eif(publish=False), eif(publish=True), True),
        (eif(publish=True), eif(publish="1"), True),
        (eif(publish=True, force=True), eif(publish=True), True),
        (eif(update="2016-05-28T15:00:00Z"), eif(), False),
        (eif(update="2016-05-28T15:00:00Z"), eif(update="2016-05-28T15:00:00.000+00:00"), True),
        (eif(update="2016-05-28T15:00:00Z"), eif(update="2016-05-29"), True),
        (eif(update="2016-05-28T15:00:00Z"), eif(update="2016-05-27T00:00:00Z"), False),
        (eif(), eif(update="2016-05-27T00:00:00Z"), True),
    ],
)
def test_what_the_website_sets_itself(posted: dict[str, Any], stored: dict[str, Any], there: bool) -> None:
    with speaking(say(200, stored)) as speaker:
        assert (bare(speaker.address).has(posted) is not None) is there


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ([{"field": f"f{n}", "message": "m", "value": "v" * 999} for n in range(12)], "f9: m"),
        ({"message": "no"}, 'refuses the request (400): {"message": "no"}'),
        ([], "refuses the request (400): []"),
        (b"<h1>no</h1>", "refuses the request (400): <h1>no</h1>"),
    ],
)
def test_a_refusal_in_any_form(body: Any, words: str) -> None:
    with speaking(say(404), say(400, body)) as speaker, pytest.raises(PermanentFailure) as caught:
        bare(speaker.address).post(eif(), 0, NEVER)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 1200


def test_settings_without_a_website() -> None:
    settings = BotSettings("q", "q", "q", "ct-", "b")
    with pytest.raises(PermanentFailure, match="have no drupal_EIF_endpoint"):
        Website.of(settings)


def bare(address: str) -> Website:
    """The client of a website that does not ask who it is."""
    return Website(WebService("The website", seconds=1), f"{address}/api/article.json", f"{address}/api/publish")
