"""The activities from an editor's approval on: ApprovePublication, RewriteEIF, UpdateLAX."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.activity import approve_publication, rewrite_eif, update_lax
from bot.activity.task import PermanentFailure, Values
from bot.provider.lax import Lax
from continuum.dates import written
from continuum.eif import problems
from continuum.messages.starter import UNLESS_SINCE
from tests.bot.newsroom import STARTED, Newsroom, lax_address, newsroom, site
from tests.bot.speaker import say, speaking

__all__ = ["lax_address", "newsroom", "site"]


def test_an_approved_article_is_published_and_the_rest_follows(newsroom: Newsroom) -> None:
    newsroom.ingested()
    task = newsroom.approval()
    assert approve_publication.perform(task) == {"update_date": "2016-05-28T15:00:00Z"}
    assert newsroom.on_website() == [True]
    [message] = newsroom.started()
    assert message == json.loads(base64.b64decode(task.data["publication_data"]))
    assert newsroom.told() == [("publication-status", "publish requested")]
    newsroom.attributes.clear()
    approve_publication.perform(task)
    assert newsroom.on_website() == [True]
    assert newsroom.started() == [message]
    # What was started by the first try, and may have ended since, is not started by the second.
    assert newsroom.attributes == [{UNLESS_SINCE: STARTED}]


def other_forms(text: str) -> Iterator[tuple[str, Any]]:
    packed = base64.b64encode(text.encode())
    yield "no padding", packed.decode().rstrip("=")
    yield "line breaks", base64.encodebytes(text.encode()).decode()
    yield "other alphabet", base64.urlsafe_b64encode(text.encode()).decode()
    yield "not packed", text


def test_somebody_elses_dashboard_writes_it_in_another_form(newsroom: Newsroom) -> None:
    newsroom.ingested()
    data = dict(newsroom.told())["_publication-data"]
    message = json.loads(base64.b64decode(data))
    message["workflow_data"] |= {"version": 1, "note": "größer?>~"}
    for form, given in other_forms(json.dumps(message, ensure_ascii=False)):
        task = newsroom.approval(publication_data=given, version=1, article_id=newsroom.article_id.lstrip("0"))
        approve_publication.perform(task)
        assert newsroom.started() == [message], form


def test_the_websites_date_of_update_is_handed_on(newsroom: Newsroom) -> None:
    newsroom.ingested()
    task = newsroom.approval()
    for given, update in (
        ({"update": "2016-06-01T10:00:00Z"}, "2016-06-01T10:00:00Z"),
        ({"update": "2016-06-01T12:00:00.5+02:00"}, "2016-06-01T10:00:00Z"),
        ({"update": None}, "2016-05-28T15:00:00Z"),
        ({"update": "soon"}, "2016-05-28T15:00:00Z"),
        ({}, "2016-05-28T15:00:00Z"),
        ([], "2016-05-28T15:00:00Z"),
    ):
        with speaking(say(200, given)) as speaker:
            settings = replace(newsroom.settings, drupal_approve_endpoint=f"{speaker.address}/api/publish/")
            assert approve_publication.perform(replace(task, settings=settings)) == {"update_date": update}
            [asked] = speaker.asked
            assert (asked.method, asked.path) == ("PUT", f"/api/publish/{newsroom.article_id}.1.json")
            assert asked.json() == {"publish": "1"}
        [message] = newsroom.started()
        assert message["workflow_data"]["update_date"] == update


def test_a_message_of_the_time_before_may_have_no_date_of_update(newsroom: Newsroom) -> None:
    newsroom.ingested()
    message = json.loads(base64.b64decode(dict(newsroom.told())["_publication-data"]))
    before = written(datetime.now(UTC))
    for date in (None, "", "soon"):
        message["workflow_data"]["update_date"] = date
        task = newsroom.approval(publication_data=base64.b64encode(json.dumps(message).encode()).decode())
        with speaking(say(200, {"publish": "1"})) as speaker:
            settings = replace(newsroom.settings, drupal_approve_endpoint=f"{speaker.address}/api/publish/")
            answer = approve_publication.perform(replace(task, settings=settings))
        assert before <= answer["update_date"] <= written(datetime.now(UTC))
        assert newsroom.started()[0]["workflow_data"] == message["workflow_data"] | answer


@pytest.mark.parametrize(
    ("publication_data", "words"),
    [
        ("", "can't be read"),
        ("%%%", "not base64"),
        ("e30=", "workflow_name is missing"),
        (base64.b64encode(b"\xff\xfe").decode(), "can't be read"),
        (base64.b64encode(b'{"workflow_name": "Ping", "workflow_data": {}}').decode(), "starts 'Ping'"),
        (base64.b64encode(b'{"workflow_name": "PostPerfectPublication"}').decode(), "has no article_id, version"),
        (None, "is None, not the message that the dashboard was given"),
        ({"a": 1}, "not the message that the dashboard was given"),
    ],
)
def test_publication_data_that_cannot_be_used(newsroom: Newsroom, publication_data: Any, words: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        approve_publication.perform(newsroom.approval(publication_data=publication_data))
    assert words in str(caught.value)
    assert "send the article's zip again, and approve it then" in str(caught.value)
    assert newsroom.told() == []


def test_an_approval_without_publication_data(newsroom: Newsroom) -> None:
    task = newsroom.approval(publication_data="")
    task = replace(task, data=Values({name: value for name, value in task.data.items() if name != "publication_data"}))
    with pytest.raises(PermanentFailure, match="without publication_data"):
        approve_publication.perform(task)


def test_the_approval_of_one_article_does_not_publish_another(newsroom: Newsroom) -> None:
    newsroom.ingested()
    data = dict(newsroom.told())["_publication-data"]
    for other in ({"article_id": "00001"}, {"version": "2"}):
        with pytest.raises(PermanentFailure, match=f"is of article {newsroom.article_id} version 1, not of"):
            approve_publication.perform(newsroom.approval(publication_data=data, **other))
    assert newsroom.on_website() == [False]


def test_an_article_that_the_website_has_lost_cannot_be_approved(newsroom: Newsroom) -> None:
    newsroom.ingested()
    data = dict(newsroom.told())["_publication-data"]
    task = newsroom.approval(publication_data=data)
    with speaking(say(404)) as speaker:
        settings = replace(newsroom.settings, drupal_approve_endpoint=f"{speaker.address}/api/publish")
        with pytest.raises(PermanentFailure, match=r"has no article .* to publish: send its zip again"):
            approve_publication.perform(replace(task, settings=settings))
    assert newsroom.started() == []


# RewriteEIF, UpdateLAX


def test_the_published_eif_says_so(newsroom: Newsroom) -> None:
    newsroom.ingested()
    for date in ("2016-06-01T10:00:00Z", "2016-06-01T12:00:00+02:00", "2016-06-01T10:00:00.25Z"):
        assert rewrite_eif.perform(newsroom.after("RewriteEIF", update_date=date)) == {
            "update_date": "2016-06-01T10:00:00Z"
        }
        assert (newsroom.eif()["publish"], newsroom.eif()["update"]) == (True, "2016-06-01T10:00:00Z")
    assert problems(newsroom.eif()) == []
    with pytest.raises(PermanentFailure, match="update_date can't be read: 'soon' is not a date"):
        rewrite_eif.perform(newsroom.after("RewriteEIF", update_date="soon"))


def test_lax_knows_the_version_then_and_the_dashboard_that_it_is_published(newsroom: Newsroom) -> None:
    newsroom.ingested()
    newsroom.told()
    rewrite_eif.perform(newsroom.after("RewriteEIF"))
    for _ in range(2):
        update_lax.perform(newsroom.after("UpdateLAX"))
    date = newsroom.eif()["pub-date"]
    assert newsroom.told() == [("publication-date", date), ("publication-status", "published")]
    assert list(Lax.of(newsroom.settings).versions(newsroom.article_id)) == [1]
    assert Lax.of(newsroom.settings).publication_date(newsroom.article_id) == date


def test_an_eif_that_is_gone_or_something_else(newsroom: Newsroom) -> None:
    newsroom.ingested()
    key = newsroom.session["eif_location"]
    newsroom.s3.put_object(Bucket=f"{newsroom.prefix}elife-publishing-eif", Key=key, Body=b"[]")
    with pytest.raises(PermanentFailure, match="in the EIF bucket is no EIF: send the article's zip again"):
        rewrite_eif.perform(newsroom.after("RewriteEIF"))
    newsroom.s3.delete_object(Bucket=f"{newsroom.prefix}elife-publishing-eif", Key=key)
    with pytest.raises(PermanentFailure):
        update_lax.perform(newsroom.after("UpdateLAX"))
