"""Preview and automatic mode, silent corrections, and approvals that come more than once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.articles import Package, make_article
from tests.pipeline.publishing import PUBLISHED, READY, Publishing, answer

pytestmark = pytest.mark.machines  # the local cloud needs root


@pytest.fixture
def automatic(publishing: Publishing) -> Iterator[str]:
    """The id of the one article that is published at once."""
    file = publishing.folder / "bot" / "publication_settings.yaml"
    before = file.read_text()
    file.write_text("default: false\noverride: {publish: {doi: ['50001$']}}")
    yield "50001"
    file.write_text(before)


def package(article_id: str, **other: object) -> Package:
    return make_article(article_id=article_id, figures=1, figure_size=(100, 80), **other)


def statuses(publishing: Publishing, article: str) -> set[str]:
    """Every publication-status that the dashboard was told."""
    return {
        message["value"]
        for message in publishing.messages
        if message["item_identifier"] == article and message.get("name") == "publication-status"
    }


def ran(publishing: Publishing, article: str) -> list[str]:
    """The workflows of an article that have ended, as they did."""
    ended = [one for one in publishing.executions() if article in one["execution"]["workflowId"]]
    assert {one["closeStatus"] for one in ended} <= {"COMPLETED"}
    return sorted(one["workflowType"]["name"] for one in ended)


def test_one_article_goes_through_and_another_waits(publishing: Publishing, automatic: str) -> None:
    for article in (automatic, "50002"):
        publishing.put(package(article).zip_name, package(article).zip_bytes())
    publishing.until_status(automatic, 1, PUBLISHED)
    publishing.until_status("50002", 1, READY)
    assert READY not in statuses(publishing, automatic)
    assert publishing.told(automatic, 1, "_publication-data") == ""
    assert publishing.public(publishing.told(automatic, 1, "path"))
    assert not publishing.public(publishing.told("50002", 1, "path"))
    assert list(publishing.versions(automatic)) == ["1"]
    assert publishing.versions("50002") == {}
    publishing.until(lambda: ran(publishing, automatic) == ["PostPerfectPublication", "PublishPerfectArticle"])
    assert ran(publishing, "50002") == ["PublishPerfectArticle"]


def test_a_silent_correction_is_published_without_approval(publishing: Publishing) -> None:
    publishing.publish(package("50003"))
    corrected = package("50003", title="Corrected in silence", version=None, date=datetime(2016, 6, 1, tzinfo=UTC))
    # In a folder, for which no rule of the queue worker is: nothing starts by itself.
    key = f"silent-corrections/{corrected.zip_name}"
    etag = publishing.client("s3").put_object(
        Bucket=publishing.bucket("production-final"), Key=key, Body=corrected.zip_bytes()
    )["ETag"]
    data = {
        "event_name": "ObjectCreated:Put",
        "event_time": "2016-06-01T00:00:00.000000Z",
        "bucket_name": publishing.bucket("production-final"),
        "file_name": key,
        "file_etag": etag.strip('"'),
        "file_size": len(corrected.zip_bytes()),
    }
    publishing.ask({"workflow_name": "SilentCorrectionsIngest", "workflow_data": data})
    publishing.until(lambda: ran(publishing, "50003").count("PostPerfectPublication") == 2, 90)
    publishing.until_status("50003", 1, PUBLISHED)
    assert "SilentCorrectionsIngest" in ran(publishing, "50003")
    assert publishing.told("50003", 1, "title") == "Corrected in silence"
    assert list(publishing.versions("50003")) == ["1"]
    assert "Corrected in silence" in answer(f"{publishing.website_url}/{publishing.told('50003', 1, 'path')}")[1]


def test_approving_twice_publishes_once(publishing: Publishing) -> None:
    publishing.put(package("50004").zip_name, package("50004").zip_bytes())
    publishing.until_status("50004", 1, READY)
    publishing.approve("50004")
    publishing.approve("50004")
    publishing.until_status("50004", 1, PUBLISHED)
    publishing.approve("50004")  # and long after
    publishing.until(lambda: ran(publishing, "50004").count("ApproveArticlePublication") >= 2)
    publishing.until_status("50004", 1, PUBLISHED)
    assert list(publishing.versions("50004")) == ["1"]
    assert len(publishing.keys("publishing-archive", "elife-50004-")) == 1
    assert publishing.events("50004", "error") == []


def test_an_approval_that_cannot_be_read_is_told(publishing: Publishing) -> None:
    publishing.put(package("50005").zip_name, package("50005").zip_bytes())
    publishing.until_status("50005", 1, READY)
    data = {"article_id": "50005", "version": "1", "run": "a-run", "publication_data": "bm90aGluZw=="}
    publishing.ask({"workflow_name": "ApproveArticlePublication", "workflow_data": data})
    publishing.until_status("50005", 1, "error")
    [event] = publishing.events("50005", "error")
    assert event["event_type"] == "Approve Publication"
    assert event["message"].startswith("The publication_data can't be read")
    publishing.approve("50005")  # the right one
    publishing.until(lambda: publishing.versions("50005"))
    assert publishing.public(publishing.told("50005", 1, "path"))
