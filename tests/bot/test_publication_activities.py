"""The activities of publication, until an article is a preview or goes through, one by one."""

from __future__ import annotations

import base64
import json
import uuid

import pytest

from bot.activity import approve_publication, convert_jats, prepare_post_eif, set_publication_status, update_lax
from bot.activity.task import PermanentFailure, TemporaryFailure
from continuum.eif import problems
from tests.bot.newsroom import Newsroom, lax_address, newsroom, site

__all__ = ["lax_address", "newsroom", "site"]


def test_the_eif_is_made_and_the_dashboard_told(newsroom: Newsroom) -> None:
    newsroom.deliver(title="Wings of <italic>Drosophila</italic> &amp; others")
    answer = convert_jats.perform(newsroom.task("ConvertJATS"))
    newsroom.session |= answer
    eif = newsroom.eif()
    assert problems(eif) == []
    assert answer == {
        "eif_location": f"{newsroom.article_id}.1/{newsroom.session['run']}/elife-{newsroom.article_id}-v1.json",
        "path": eif["path"],
    }
    assert (eif["publish"], eif["update"]) == (False, "2016-05-28T15:00:00Z")
    told = dict(newsroom.told())
    assert told["title"] == "Wings of Drosophila & others"
    assert told["article-id"] == newsroom.article_id
    assert told["doi"] == f"10.7554/eLife.{newsroom.article_id}"
    assert (told["status"], told["article-type"], told["path"]) == ("VOR", "research-article", eif["path"])
    assert told["publication-date"] == eif["pub-date"]
    assert told["authors"]
    assert set(told["corresponding-authors"].split(", ")) < set(told["authors"].split(", "))
    assert "<" not in "".join(told.values())


def test_converting_again_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.deliver()
    first = convert_jats.perform(newsroom.task("ConvertJATS"))
    assert convert_jats.perform(newsroom.task("ConvertJATS", attempt=2)) == first
    told = newsroom.told()
    assert len(told) == len(dict(told))


def test_a_zip_without_a_date_gives_no_update(newsroom: Newsroom) -> None:
    newsroom.deliver()
    newsroom.session["zip_name"] = f"elife-{newsroom.article_id}-vor-r4.zip"
    newsroom.session |= convert_jats.perform(newsroom.task("ConvertJATS"))
    assert "update" not in newsroom.eif()


def test_the_xml_of_another_article(newsroom: Newsroom) -> None:
    own, newsroom.article_id = newsroom.article_id, "99999"
    newsroom.deliver()
    newsroom.article_id = own
    with pytest.raises(PermanentFailure, match=f"is the XML of article 99999, not of {own}: correct the zip"):
        convert_jats.perform(newsroom.task("ConvertJATS"))


def test_xml_that_is_none(newsroom: Newsroom) -> None:
    key = f"{newsroom.session['expanded_folder']}/{newsroom.session['article_xml']}"
    newsroom.s3.put_object(Bucket=f"{newsroom.prefix}elife-publishing-expanded", Key=key, Body=b"<article>")
    with pytest.raises(PermanentFailure, match=f"elife-{newsroom.article_id}-v1.xml can't be converted: "):
        convert_jats.perform(newsroom.task("ConvertJATS"))


def test_a_try_that_is_not_wanted_any_more_writes_nothing(newsroom: Newsroom) -> None:
    newsroom.deliver()
    task = newsroom.task("ConvertJATS")
    task.abandoned.set()
    with pytest.raises(TemporaryFailure):
        convert_jats.perform(task)
    assert newsroom.told() == []


# SetPublicationStatus


@pytest.mark.parametrize(
    ("rules", "force", "publish"),
    [
        ("default: false", False, False),
        ("default: true", False, True),
        ("default: false", True, True),
        ("default: false\noverride: {publish: {status: ['^VOR$']}}", False, True),
        ("default: true\noverride: {hold: {article-type: ['research']}}", False, False),
        ("default: true\noverride: {hold: {article-type: ['research']}}", True, True),
    ],
)
def test_preview_or_automatic(newsroom: Newsroom, rules: str, force: bool, publish: bool) -> None:
    newsroom.deliver()
    newsroom.session |= convert_jats.perform(newsroom.task("ConvertJATS"))
    newsroom.rules.write_text(rules)
    newsroom.session |= {"force": force}
    newsroom.told()
    for attempt in (1, 2):
        task = newsroom.task("SetPublicationStatus", attempt)
        assert set_publication_status.perform(task) == {"publish": publish}
        assert newsroom.eif()["publish"] is publish
        assert newsroom.eif().get("force", False) is force
    assert newsroom.told() == [("publication-status", "publication in progress")]


def test_rules_that_are_wrong_now_may_be_right_soon(newsroom: Newsroom) -> None:
    newsroom.deliver()
    newsroom.session |= convert_jats.perform(newsroom.task("ConvertJATS"))
    newsroom.rules.write_text("default: perhaps")
    with pytest.raises(
        TemporaryFailure, match=r"Whether to publish at once is not known: .*rules\.yaml: default must be"
    ):
        set_publication_status.perform(newsroom.task("SetPublicationStatus"))


def test_a_manuscript_without_a_date_has_that_of_its_first_version(newsroom: Newsroom) -> None:
    newsroom.ingested()
    eif = newsroom.eif()
    update_lax.perform(newsroom.task("UpdateLAX"))
    date = eif.pop("pub-date")
    where = newsroom.session["eif_location"]
    newsroom.s3.put_object(Bucket=f"{newsroom.prefix}elife-publishing-eif", Key=where, Body=json.dumps(eif))
    set_publication_status.perform(newsroom.task("SetPublicationStatus"))
    assert newsroom.eif()["pub-date"] == date


# PreparePostEIF


def test_a_preview_waits_with_all_that_its_approval_needs(newsroom: Newsroom) -> None:
    newsroom.ingested()
    assert newsroom.on_website() == [False]
    assert newsroom.started() == []
    told = newsroom.told()
    assert [name for name, _ in told[-2:]] == ["_publication-data", "publication-status"]
    assert told[-1][1] == "ready to publish"
    assert json.loads(base64.b64decode(told[-2][1])) == {
        "workflow_name": "PostPerfectPublication",
        "workflow_data": {
            "article_id": newsroom.article_id,
            "version": "1",
            "run": newsroom.session["run"],
            "status": "vor",
            "expanded_folder": newsroom.session["expanded_folder"],
            "eif_location": newsroom.session["eif_location"],
            "update_date": "2016-05-28T15:00:00Z",
        },
    }
    prepare_post_eif.perform(newsroom.task(prepare_post_eif.__name__, attempt=2))
    assert newsroom.on_website() == [False]


def test_automatic_publication_goes_through(newsroom: Newsroom) -> None:
    newsroom.rules.write_text("default: true")
    newsroom.ingested()
    assert newsroom.on_website() == [True]
    [message] = newsroom.started()
    assert message["workflow_name"] == "PostPerfectPublication"
    assert message["workflow_data"]["update_date"] == "2016-05-28T15:00:00Z"
    assert not {"ready to publish", "_publication-data"} & {word for pair in newsroom.told() for word in pair}


def test_what_was_withdrawn_is_published_again_by_the_same_zip(newsroom: Newsroom) -> None:
    newsroom.rules.write_text("default: true")
    newsroom.ingested()
    newsroom.site.withdraw(f"{newsroom.article_id}.1")
    assert newsroom.on_website() == [False]
    newsroom.ingested()
    assert newsroom.on_website() == [True]


def test_a_silent_correction_replaces_what_readers_see(newsroom: Newsroom) -> None:
    newsroom.ingested()
    approve_publication.perform(newsroom.approval())
    newsroom.deliver(title="Corrected")
    newsroom.session |= {"force": True, "run": str(uuid.uuid4())}
    for activity in (convert_jats, set_publication_status, prepare_post_eif):
        newsroom.session |= activity.perform(newsroom.task(activity.__name__))
    [row] = [row for row in newsroom.site.rows() if row["id"] == f"{newsroom.article_id}.1"]
    assert (row["live"], row["eif"]["title"]) == (True, "Corrected")
