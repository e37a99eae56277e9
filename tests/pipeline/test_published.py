"""The whole pipeline on launched machines: a zip is put into a bucket, and nothing else is touched."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.articles import articles_folder, make_article, make_zip
from tests.conftest import Cloud
from tests.pipeline.launched import Launched
from tests.pipeline.publishing import PUBLISHED, READY

pytestmark = pytest.mark.machines

WIDTHS = (300, 480, 511, 542, 600, 742, 972, 1022, 1084, 1484)


@pytest.fixture(scope="module")
def journal(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Launched:
    """The environment `ct`, its website's browser signed in."""
    made = Launched.of(cloud, tmp_path_factory.mktemp("journal"))
    made.sign_in()
    return made


def figures(article_id: str, name: str, wide: int) -> set[str]:
    """What the CDN has of a figure of that width."""
    made = {f"{name}-{width}w.jpg" for width in WIDTHS if width <= wide}
    made |= {f"{name}-80w.gif", f"{name}.jpg", f"{name}.tif", f"{name}-download.tif"}
    return {f"{article_id}/{each}" for each in made}


def test_an_article_from_its_zip_to_its_readers(journal: Launched, tmp_path: Path) -> None:
    package = make_article(article_id="00777", figures=1, figure_size=(1600, 1200))
    file = tmp_path / package.zip_name
    file.write_bytes(package.zip_bytes())
    journal.upload(file)
    journal.until_status("00777", 1, READY)
    path = journal.told("00777", 1, "path")
    assert "Drosophila" in journal.preview(path).text
    assert not journal.public(path)
    assert journal.versions("00777") == {}

    journal.approve("00777")
    journal.until_status("00777", 1, PUBLISHED)
    assert "Drosophila" in journal.page(path).text
    assert list(journal.versions("00777")) == ["1"]
    assert journal.keys("publishing-archive", "elife-00777") == ["elife-00777-vor-v1-20160528150000.zip"]
    on_cdn = set(journal.keys("publishing-cdn", "00777/"))
    assert figures("00777", "elife-00777-fig1-v1", 1600) <= on_cdn
    assert "00777/elife-00777-v1.xml" in on_cdn | set(journal.keys("publishing-xml", "00777/"))
    assert journal.events("00777", "error") == []


def test_the_dashboard_is_told_of_each_step_and_of_what_the_article_is(journal: Launched, tmp_path: Path) -> None:
    journal.upload(make_zip(tmp_path, article_id="00778"))
    journal.until_status("00778", 1, READY)
    ended = [event["event_type"] for event in journal.events("00778", "end")]
    for step in ("Expand Article", "Apply Version Number", "Convert JATS", "Deposit Assets", "Post EIF"):
        assert ended.count(step) == 1, ended
    for name in ("article-id", "doi", "title", "status", "publication-date", "article-type", "authors", "path"):
        assert journal.told("00778", 1, name), name


def test_a_real_article(journal: Launched) -> None:
    journal.upload(articles_folder() / "elife-00353-vor-v1-20121213000000.zip")
    journal.until_status("00353", 1, READY)
    path = journal.told("00353", 1, "path")
    assert (path, journal.public(path)) == ("content/1/e00353v1", False)
    journal.approve("00353")
    journal.until_status("00353", 1, PUBLISHED)
    assert journal.public(path)
    assert journal.versions("00353")["1"]["datetime_published"].startswith("2012-12-13")
    assert journal.keys("publishing-archive", "elife-00353") == ["elife-00353-vor-v1-20121213000000.zip"]


def test_a_vor_after_its_poa_and_the_same_zip_again(journal: Launched, tmp_path: Path) -> None:
    poa = make_zip(tmp_path, article_id="00779", status="poa", figures=0, title="As accepted")
    vor = make_zip(tmp_path, article_id="00779", version=2, date=datetime(2016, 7, 1, tzinfo=UTC), title="As set")
    for version, file in ((1, poa), (2, vor)):
        journal.upload(file)
        journal.until_status("00779", version, READY)
        journal.approve("00779", version)
        journal.until_status("00779", version, PUBLISHED)
    assert list(journal.versions("00779")) == ["1", "2"]
    first, second = (journal.told("00779", version, "path") for version in (1, 2))
    assert "As accepted" in journal.page(first).text and "As set" in journal.page(second).text
    archived = journal.keys("publishing-archive", "elife-00779")
    assert archived == ["elife-00779-poa-v1-20160528150000.zip", "elife-00779-vor-v2-20160701000000.zip"]

    journal.messages.clear()
    journal.upload(vor)
    journal.until_status("00779", 2, READY)
    assert list(journal.versions("00779")) == ["1", "2"]
    assert "As set" in journal.page(second).text
    assert journal.events("00779", "error") == []


def test_a_zip_without_a_version_is_the_next_one(journal: Launched, tmp_path: Path) -> None:
    for version in (1, 2):
        title = f"Revision {version}"
        journal.upload(make_zip(tmp_path, article_id="00780", version=None, revision=version, title=title))
        journal.until_status("00780", version, READY)
        journal.approve("00780", version)
        journal.until_status("00780", version, PUBLISHED)
    assert list(journal.versions("00780")) == ["1", "2"]


def test_two_articles_at_once(journal: Launched, tmp_path: Path) -> None:
    both = ("00781", "00782")
    for article_id in both:
        journal.upload(make_zip(tmp_path, article_id=article_id, figures=3))
    for article_id in both:
        journal.until_status(article_id, 1, READY)
    for article_id in both:
        journal.approve(article_id)
    for article_id in both:
        journal.until_status(article_id, 1, PUBLISHED)
        assert journal.public(journal.told(article_id, 1, "path"))
        assert journal.events(article_id, "error") == []


def test_the_cdn_is_set_by_an_editor_and_the_default_works(journal: Launched) -> None:
    page = journal.preview("admin/config/services/elife-article-assets-source")
    assert page.status_code == 200 and "ct-elife-publishing-cdn" in page.text
    assert journal.page("admin/config/services/elife-article-assets-source").status_code in (401, 403)


def test_nothing_was_refused_to_a_machine(journal: Launched) -> None:
    assert journal.refused() == []
