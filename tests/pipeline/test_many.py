"""Many articles, and the same article again."""

from __future__ import annotations

import pytest

from tests.articles import make_article
from tests.pipeline.outcome import check_published_once, publish_all
from tests.pipeline.publishing import PUBLISHED, READY, Publishing

pytestmark = [pytest.mark.machines, pytest.mark.timeout(900)]


def test_fifty_articles_at_once(publishing: Publishing) -> None:
    articles = [make_article(article_id=str(number), figure_size=(400, 300)) for number in range(70_001, 70_051)]
    for article in articles:
        publishing.put(article.zip_name, article.zip_bytes())
    publish_all(publishing, articles, 600)
    for article in articles:
        check_published_once(publishing, article)


def test_the_same_zip_twice_at_once(publishing: Publishing) -> None:
    """S3 tells of each; while the first is being expanded, and when its preview is there, the second is another."""
    article = make_article(article_id="70101")
    for _ in range(2):
        publishing.put(article.zip_name, article.zip_bytes())
    publish_all(publishing, [article])
    assert publishing.events("70101", "error") == []
    assert list(publishing.versions("70101")) == ["1"]
    assert publishing.keys("publishing-archive", "elife-70101-") == [article.zip_name]


def test_the_same_zip_once_more_after_its_publication(publishing: Publishing) -> None:
    article = make_article(article_id="70102")
    publishing.publish(article)
    publishing.until_idle()
    path = publishing.told("70102", 1, "path")
    publishing.put(article.zip_name, article.zip_bytes())
    publishing.until_status("70102", 1, READY)
    assert publishing.public(path)  # what readers have is not taken away by a preview
    publishing.approve("70102")
    publishing.until_status("70102", 1, PUBLISHED)
    publishing.until_idle()
    assert publishing.public(path)
    assert list(publishing.versions("70102")) == ["1"]
    assert publishing.keys("publishing-archive", "elife-70102-") == [article.zip_name]


def test_an_accepted_manuscript_then_its_version_of_record_without_versions_in_their_names(
    publishing: Publishing,
) -> None:
    manuscript = make_article(article_id="70103", status="poa", version=None, revision=3)
    publishing.put(manuscript.zip_name, manuscript.zip_bytes())
    publish_all(publishing, [manuscript])
    record = make_article(article_id="70103", version=None, revision=4)
    publishing.put(record.zip_name, record.zip_bytes())
    publishing.until_status("70103", 2, READY)
    publishing.approve("70103", 2)
    publishing.until_status("70103", 2, PUBLISHED)
    assert list(publishing.versions("70103")) == ["1", "2"]
    assert [publishing.told("70103", version, "status") for version in (1, 2)] == ["POA", "VOR"]
    assert publishing.public(publishing.told("70103", 1, "path"))
    assert publishing.public(publishing.told("70103", 2, "path"))
