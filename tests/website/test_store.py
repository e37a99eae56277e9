"""Lists and the search: order, pages, versions, words with accents and endings, ranks."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.website.cdn import Cdn
from tests.website.site import Site, eif


def ids(site: Site, query: str) -> list[str]:
    return [article.id for article in site.store.search(query).articles]


@pytest.fixture
def library(site: Site) -> Site:
    """Three published articles and one that is not."""
    site.post(eif("00001", title="Müller glia in the <italic>zebrafish</italic>", publish=True))
    site.post(
        eif(
            "00002",
            title="Neurons",
            publish=True,
            impact_statement="Glia are cells. A zebrafish was there.",
            pub_date="2014-01-01T00:00:00Z",
            contributors=[
                {"type": "author", "surname": "García Márquez", "given-names": "Zoë"},
                {"type": "author", "collab": "The Ørsted Consortium"},
                {"type": "on-behalf-of", "on-behalf-of": "Everybody"},
            ],
            keywords={"research-organism": ["<i>D. melanogaster</i>"]},
            categories={"heading": ["Cell biology"]},
        )
    )
    site.post(eif("00003", title="Flies", publish=True, pub_date="2013-01-01T00:00:00Z"))
    site.post(eif("00004", title="Zebrafish, unpublished"))
    return site


def test_the_latest_come_first(library: Site) -> None:
    latest = library.store.latest()
    assert [article.id for article in latest.articles] == ["00002.1", "00003.1", "00001.1"]
    assert (latest.total, latest.page, latest.pages) == (3, 1, 1)


def test_pages(library: Site) -> None:
    pages = [library.store.latest(size=2, page=page) for page in (1, 2, 3)]
    assert [[article.id for article in page.articles] for page in pages] == [["00002.1", "00003.1"], ["00001.1"], []]
    assert {(page.total, page.pages) for page in pages} == {(3, 2)}


@pytest.mark.parametrize("query", ["muller", "Müller", "MÜLLER GLIA", "zebrafish müller", '"glia in the zebrafish"'])
def test_accents_capitals_and_markup_make_no_difference(library: Site, query: str) -> None:
    assert ids(library, query) == ["00001.1"]


@pytest.mark.parametrize(
    "query", ["garcia marquez", "García", "zoe", "orsted", "everybody", "melanogaster", "cell biology", "neuron",
              "00002", "10.7554/eLife.00002"],
)  # fmt: skip
def test_names_numbers_and_subjects_are_found(library: Site, query: str) -> None:
    assert ids(library, query) == ["00002.1"]


def test_what_is_in_the_title_comes_first(library: Site) -> None:
    assert ids(library, "zebrafish") == ids(library, "glia") == ["00001.1", "00002.1"]
    assert ids(library, "zebrafish -müller") == ["00002.1"]
    assert ids(library, "flies or müller") == ["00003.1", "00001.1"]


def test_the_text_is_searched_too(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    site.post(eif(publish=True))
    text = site.rows("SELECT body->>'text' AS text FROM content")[0]["text"]
    word = max((word for word in text.split() if word.isalpha()), key=len)
    assert ids(site, word) == ["00777.1"]


def test_of_each_article_the_newest_published_version_is_listed(library: Site) -> None:
    library.post(eif("00003", 2, title="Flies again", publish=True))
    library.post(eif("00003", 3, title="Flies thrice"))
    assert ids(library, "flies") == ["00003.2"]
    assert library.store.latest().total == 3
    assert [version.id for version in library.store.versions("00003")] == ["00003.1", "00003.2"]
    previewed = library.store.versions("00003", preview=True)
    assert [version.id for version in previewed] == ["00003.1", "00003.2", "00003.3"]


def test_nothing_is_found_for_nothing(library: Site) -> None:
    for query in ("", " ", "the", '"', "-", "\0", "& | ! <-> :*", "or"):
        assert ids(library, query) == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=600), page=st.integers(-5, 10**12))
def test_whatever_is_typed_is_searched(site: Site, query: str, page: int) -> None:
    query = query.encode("utf-8", "replace").decode()  # as a browser sends it
    assert site.store.search(query, page).total == 0
