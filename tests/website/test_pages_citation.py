"""How an article is cited."""

from __future__ import annotations

from typing import Any

import pytest

from tests.articles import make_article
from tests.website.site import Site, eif
from website.pages import citation
from website.pages.article import Article
from website.pages.people import people
from website.store import ArticleVersion

PATH = "/content/1/e00777v1"
AUTHORS = [
    {"type": "author", "surname": "Byte", "given-names": "Ada Mary"},
    {"type": "author", "surname": "Näme", "given-names": "Bo-Erik", "suffix": "Jr"},
    {"type": "author", "collab": "The Fly & Bee Group"},
    {"type": "author non-byline", "surname": "Member", "given-names": "M"},
    {"type": "editor", "surname": "Reviewer", "given-names": "Rita"},
]


def article(**other: Any) -> Article:
    document = eif(**{"contributors": AUTHORS, "title": "Of 100% <italic>A_b</italic> {x}?", **other})
    kept = ArticleVersion(
        id="00777.1", article_id="00777", version=1, path=document["path"], title=document["title"],
        status=document["status"], published=True, update=None, eif=document,
        pub_date=make_article().date,
    )  # fmt: skip
    return Article(kept)


def test_in_words() -> None:
    assert citation.words(article()) == (
        "Byte AM, Näme BE, The Fly & Bee Group. 2016. Of 100% A_b {x}? eLife 1:e00777. doi: 10.7554/eLife.00777"
    )
    assert citation.words(article(title="Of x", contributors=[])).startswith("2016. Of x. eLife 1:")


def test_as_bibtex() -> None:
    entry = citation.bibtex(article())
    assert entry.startswith("@article{eLife00777,\n")
    assert r"title = {{Of 100\% A\_b \{x\}?}}," in entry
    assert r"author = {Byte, Ada Mary and Näme, Bo-Erik and {The Fly \& Bee Group}}," in entry
    assert "volume = {1}," in entry
    assert "month = {may}," in entry


def test_as_ris() -> None:
    record = citation.ris(article(keywords={"author-keywords": ["<italic>white</italic>\ngene"]}))
    assert record.startswith("TY  - JOUR\r\nTI  - Of 100% A_b {x}?\r\nAU  - Byte, Ada Mary\r\n")
    assert "KW  - white gene\r\n" in record
    assert record.endswith("ER  - \r\n")


def test_for_google_scholar() -> None:
    given = list(citation.metadata(article(), "https://example.org/x", "https://cdn.example.org/x.pdf"))
    assert ("citation_title", "Of 100% A_b {x}?") in given
    assert [value for name, value in given if name == "citation_author"] == [
        *("Ada Mary Byte", "Bo-Erik Näme Jr", "The Fly & Bee Group")
    ]
    assert ("citation_publication_date", "2016/05/28") in given
    assert ("citation_pdf_url", "https://cdn.example.org/x.pdf") in given


def test_people_of_other_kinds() -> None:
    group = {"contributors": [{"type": "on-behalf-of", "on-behalf-of": "All of us"}]}
    assert people(group, "author", "on-behalf-of")[0].name == "on behalf of All of us"
    notes = {
        "contributors": [
            {
                "type": "author",
                "surname": "B",
                "deceased": True,
                "references": {"present-address": ["pa"], "equal-contrib": ["e"]},
            }
        ],
        "referenced": {"present-address": {"pa": "Oslo"}, "equal-contrib": {"e": "They did it together"}},
    }
    assert people(notes, "author")[0].notes == ("They did it together", "Deceased", "Now at: Oslo")
    assert people({}, "author") == []


@pytest.mark.parametrize(
    ("ending", "mimetype"), [(".bib", "application/x-bibtex"), (".ris", "application/x-research-info-systems")]
)
def test_files_to_download(site: Site, ending: str, mimetype: str) -> None:
    site.post(eif(publish=True, contributors=AUTHORS))
    answer = site.client().get(PATH + ending)
    assert answer.status_code == 200
    assert answer.mimetype == mimetype
    assert f'filename="elife-00777-v1{ending}"' in answer.headers["Content-Disposition"]
    assert "Byte, Ada Mary" in answer.text
    assert f'href="{PATH}{ending}"' in site.client().get(PATH).text
