"""Faults of the website and of lax: whatever they answer, each article is published once, or an editor knows why not.

Each article of a test meets one row of the table. The bot's HTTP time-out is 3 s here instead of 60, and what hangs
does so for 5 s; PIPELINE_FAULTS=long has the real ones: 60 s, 90 s, and lax down for two minutes.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pytest

from tests.articles import Package, make_article
from tests.conftest import Cloud
from tests.pipeline.gate import Fault, Gate, Trouble
from tests.pipeline.outcome import check_published_once, publish_all
from tests.pipeline.publishing import ERROR, PUBLISHED, READY, Publishing, running
from tests.postgresql import PostgreSQL, new_database

pytestmark = [pytest.mark.machines, pytest.mark.timeout(900)]

LONG = os.environ.get("PIPELINE_FAULTS") == "long"
ANSWER_SECONDS, HANG_SECONDS, DOWN_SECONDS = (60, 90, 120) if LONG else (3, 5, 6)
_ids = itertools.count(40_001)

WEBSITE = {
    "429, again and again": [Trouble("POST", 429, 6)],
    "500, twice": [Trouble("POST", 500, 2)],
    "503 to everything": [Trouble("GET", 503), Trouble("POST", 503)],
    "504": [Trouble("POST", 504)],
    "the ingest goes on, its answer is late": [Trouble("POST", Fault.LATE)],
    "the ingest goes on, the connection is closed": [Trouble("POST", Fault.UNHEARD)],
    "the article never arrives": [Trouble("POST", Fault.LOST)],
    "the article never arrives, nobody answers": [Trouble("POST", Fault.SILENT)],
    "whether it has arrived is not answered": [Trouble("POST", Fault.UNHEARD), Trouble("GET", Fault.SILENT)],
    "a page instead of an answer": [Trouble("GET", Fault.PAGE), Trouble("POST", Fault.PAGE)],
    "published, but not heard of": [Trouble("PUT", Fault.UNHEARD), Trouble("PUT", Fault.LATE)],
    "not published at first": [Trouble("PUT", 500), Trouble("PUT", 503)],
}
LAX = {
    "503": [Trouble("POST", 503, 2)],
    "500": [Trouble("POST", 500)],
    "it is told, but not heard": [Trouble("POST", Fault.UNHEARD)],
    "it does not answer": [Trouble("POST", Fault.SILENT)],
    "its answer is late": [Trouble("POST", Fault.LATE)],
}
# What no further try cures, and the words of it.
REFUSED = {
    "400": ([Trouble("POST", 400)], "The website does not accept the EIF: "),
    "401": ([Trouble("POST", 401)], "The website does not accept the bot's user name and password (401): check"),
    "403": ([Trouble("POST", 403)], "The website does not allow the bot to do this (403)"),
}


@dataclass
class Between:
    """An environment with a gate before each of its two web applications."""

    publishing: Publishing
    website: Gate
    lax: Gate


@pytest.fixture(scope="module")
def faults(small_cloud: Cloud, cluster: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Between]:
    """All of it running; each test has articles of its own."""
    folder = tmp_path_factory.mktemp("faults") / "publishing"
    for lax in new_database(cluster):
        for website in new_database(cluster):
            with running(Publishing(small_cloud, folder, lax, website)) as publishing:
                yield from between(publishing)


def between(publishing: Publishing) -> Iterator[Between]:
    publishing.stop()
    website, lax = Gate(publishing.website_url, HANG_SECONDS), Gate(publishing.lax_url, HANG_SECONDS)
    file = publishing.folder / "bot" / "settings.py"
    settings = file.read_text().replace(publishing.website_url, website.url).replace(publishing.lax_url, lax.url)
    file.write_text(f"{settings}    http_seconds = {ANSWER_SECONDS}\n")
    publishing.start()
    try:
        yield Between(publishing, website, lax)
    finally:
        publishing.stop()
        website.close()
        lax.close()


def packages(count: int) -> list[Package]:
    return [make_article(article_id=str(next(_ids)), figures=1, figure_size=(100, 80)) for _ in range(count)]


def test_a_website_or_lax_in_trouble(faults: Between) -> None:
    rows = [*(("website", name) for name in WEBSITE), *(("lax", name) for name in LAX)]
    articles = packages(len(rows))
    for (where, name), package in zip(rows, articles, strict=True):
        gate, table = (faults.website, WEBSITE) if where == "website" else (faults.lax, LAX)
        gate.troubles[package.article_id] = table[name]
    for package in articles:
        faults.publishing.put(package.zip_name, package.zip_bytes())
    publish_all(faults.publishing, articles, 600)
    assert faults.website.left() == faults.lax.left() == []
    for (where, name), package in zip(rows, articles, strict=True):
        check_published_once(faults.publishing, package)
        asked = faults.website.passed[package.article_id]
        assert asked.count("POST 200") == 1, (where, name, asked)  # never taken in twice


def test_a_website_that_refuses(faults: Between) -> None:
    articles = packages(len(REFUSED))
    for (troubles, _), package in zip(REFUSED.values(), articles, strict=True):
        faults.website.troubles[package.article_id] = troubles
        faults.publishing.put(package.zip_name, package.zip_bytes())
    for (_, words), package in zip(REFUSED.values(), articles, strict=True):
        faults.publishing.until_status(package.article_id, 1, ERROR)
        [event] = faults.publishing.events(package.article_id, "error")
        assert event["event_type"] == "Post EIF"
        assert event["message"].startswith(words)
        faults.publishing.until(partial(_failed, faults.publishing, package.article_id))
        # The editor acts: the same zip once more.
        faults.publishing.put(package.zip_name, package.zip_bytes())
    publish_all(faults.publishing, articles, 300)


def _failed(publishing: Publishing, article: str) -> bool:
    ended = [one for one in publishing.executions() if article in one["execution"]["workflowId"]]
    return [one["closeStatus"] for one in ended] == ["FAILED"]


def test_lax_down(faults: Between) -> None:
    [package] = packages(1)
    lax = faults.publishing.processes["lax"]
    faults.publishing.put(package.zip_name, package.zip_bytes())
    faults.publishing.until_status(package.article_id, 1, READY)
    lax.stop()
    faults.publishing.approve(package.article_id)
    faults.publishing.until(lambda: _tried_again(faults.publishing, package.article_id), 120)
    time.sleep(DOWN_SECONDS)
    lax.start()
    faults.publishing.until_status(package.article_id, 1, PUBLISHED, 300)
    faults.publishing.until_idle()
    check_published_once(faults.publishing, package)
    [event, *_] = [
        event for event in faults.publishing.events(package.article_id) if "trying again" in event["message"]
    ]
    assert event["message"].startswith("lax ")


def _tried_again(publishing: Publishing, article: str) -> bool:
    publishing.look()
    return any("trying again" in event["message"] for event in publishing.events(article))
