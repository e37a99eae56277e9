"""Preview, publishing, withdrawing: what readers see of a version is changed by nothing but publication."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.website.site import Site, eif

PATH = "content/1/e00777v1"


def seen(site: Site, preview: bool = False) -> str | None:
    found = site.store.by_path(PATH, preview)
    return found.title if found else None


def answered(site: Site, flag: str = "1") -> Any:
    answer = site.publish("00777.1", flag)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_draft_is_for_editors(site: Site) -> None:
    site.post(eif(title="A"))
    assert (seen(site), seen(site, preview=True)) == (None, "A")
    assert site.client().get(f"/{PATH}").status_code == 404
    assert site.editor().get(f"/{PATH}").status_code == 200
    assert site.store.latest().total == site.store.search("tested").total == 0
    assert site.store.versions("00777") == ()
    assert [version.published for version in site.store.versions("00777", preview=True)] == [False]


def test_publishing_answers_with_the_dates(site: Site) -> None:
    site.post(eif(update="2016-05-28T17:00:00+02:00"))
    dates = {"pub-date": "2012-12-13T00:00:00Z", "update": "2016-05-28T15:00:00Z"}
    assert answered(site) == {"publish": "1", **dates}
    assert answered(site) == {"publish": "1", **dates}  # again
    assert site.client().get(f"/{PATH}").status_code == 200
    assert site.store.latest().total == 1
    assert answered(site, "0") == {"publish": "0", **dates}
    assert answered(site, "0") == {"publish": "0", **dates}
    assert site.client().get(f"/{PATH}").status_code == 404
    assert seen(site, preview=True) is not None


def test_without_a_date_it_is_the_first_publication(site: Site) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    site.post(eif(pub_date=None))
    first = answered(site)
    assert first["update"] is None
    assert before <= datetime.fromisoformat(first["pub-date"]) <= datetime.now(UTC)
    site.post(eif(pub_date=None, title="Corrected"))
    assert answered(site)["pub-date"] == first["pub-date"]


def test_an_ingest_never_takes_away_what_is_published(site: Site) -> None:
    site.post(eif(title="Old", publish=True))
    site.post(eif(title="New"))
    assert (seen(site), seen(site, preview=True)) == ("Old", "New")
    assert (site.call("GET", "article/00777.1.json").json or {})["title"] == "New"
    answered(site)
    assert (seen(site), seen(site, preview=True)) == ("New", "New")
    assert len(site.rows("SELECT FROM content")) == 1


def test_publish_true_goes_live_at_once(site: Site) -> None:
    site.post(eif(title="Draft"))
    site.post(eif(title="Live", publish=True))
    assert (seen(site), seen(site, preview=True)) == ("Live", "Live")


def test_force_replaces_what_is_published(site: Site) -> None:
    site.post(eif(title="Old", publish=True))
    site.post(eif(title="Corrected", force=True))
    assert (seen(site), seen(site, preview=True)) == ("Corrected", "Corrected")


def test_force_does_not_publish_what_never_was(site: Site) -> None:
    site.post(eif(force=True))
    assert seen(site) is None


def test_withdrawing_keeps_the_newer_draft(site: Site) -> None:
    site.post(eif(title="Old", publish=True))
    site.post(eif(title="New"))
    answered(site, "0")
    assert (seen(site), seen(site, preview=True)) == (None, "New")
    assert len(site.rows("SELECT FROM content")) == 1


def test_what_is_posted_unchanged_after_publication_changes_nothing_for_readers(site: Site) -> None:
    site.post(eif(title="A"))
    answered(site)
    site.post(eif(title="A"))
    assert seen(site) == "A"
    assert answered(site)["publish"] == "1"


def test_an_old_versions_draft_does_not_touch_the_new_one(site: Site) -> None:
    for version, status in ((1, "POA"), (2, "VOR")):
        site.post(eif(version=version, status=status, publish=True))
    site.post(eif(version=1, status="POA", title="Other"))
    assert [(one.version, one.status) for one in site.store.versions("00777")] == [(1, "POA"), (2, "VOR")]
    assert [one.id for one in site.store.latest().articles] == ["00777.2"]
    site.publish("00777.2", "0")
    assert [one.id for one in site.store.latest().articles] == ["00777.1"]
