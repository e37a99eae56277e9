"""An article's zip, through all activities that handle files."""

from __future__ import annotations

import io
import re
import uuid
import zipfile

import pytest

from continuum.figures import WIDTHS
from tests.articles import articles_folder, make_article
from tests.bot.intake import Journal

ALL = ("ExpandArticle", "ApplyVersionNumber", "ScheduleCrossref", "ResizeImages", "DepositAssets", "ArchiveArticle",
       "ScheduleDownstream")  # fmt: skip
REAL = "elife-00353-vor-v1-20121213000000.zip"


@pytest.fixture
def journal(endpoint: str) -> Journal:
    return Journal()


def test_an_article_goes_the_whole_way(journal: Journal) -> None:
    article = make_article(article_id="00777", version=2, figures=2, figure_size=(700, 500))
    journal.send(article.zip_name, article.zip_bytes())
    session = journal.do(*ALL)
    run = session["run"]
    assert uuid.UUID(run).version == 4
    assert session == {
        "article_id": "00777",
        "version": 2,
        "run": run,
        "status": "vor",
        "update_date": "2016-05-28T15:00:00Z",
        "expanded_folder": f"00777.2/{run}",
        "zip_name": "elife-00777-vor-v2-20160528150000.zip",
        "article_xml": "elife-00777-v2.xml",
        "images": [
            "elife-00777-fig1-figsupp1-v2.tif",
            "elife-00777-fig1-v2.tif",
            "elife-00777-fig2-v2.tif",
            "elife-00777-inf1-v2.tif",
        ],
        "archive_zip": "elife-00777-vor-v2-20160528150000.zip",
    }
    names = [name.replace(".", "-v2.") for name in article.files]
    figures = [name.removesuffix(".tif") for name in session["images"] if "-inf1" not in name]
    downloads = [name.replace(".", "-download.") for name in names]
    made = [f"{figure}-{width}w.jpg" for figure in figures for width in WIDTHS]
    made += [f"{figure}-80w.gif" for figure in figures]
    made += [f"{figure}.jpg" for figure in [*figures, "elife-00777-inf1-v2"]]
    assert journal.keys("expanded") == sorted(f"00777.2/{run}/{name}" for name in names)
    assert journal.keys("ppp_cdn") == sorted(f"00777/{name}" for name in [*names, *downloads, *made])
    assert journal.keys("archive") == ["elife-00777-vor-v2-20160528150000.zip"]
    assert journal.keys("xml") == [
        "00777/elife-00777-v2.xml",
        "crossref/outbox/elife-00777-v2.xml",
        "pmc/outbox/elife-00777-vor-v2-20160528150000.zip",
        "pubmed/outbox/elife-00777-v2.xml",
    ]


def test_the_real_article_keeps_its_bytes_and_is_in_every_size(journal: Journal) -> None:
    """A vendor's zip whose files carry version 1 already: nothing in them changes."""
    sent = (articles_folder() / REAL).read_bytes()
    journal.send(REAL, sent)
    journal.do(*ALL)
    with zipfile.ZipFile(io.BytesIO(sent)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    assert journal.expanded() == files
    with zipfile.ZipFile(io.BytesIO(journal.content("archive", REAL))) as archived:
        assert {name: archived.read(name) for name in archived.namelist()} == files
    figures = [name for name in journal.keys("ppp_cdn") if re.search(r"w\.(jpg|gif)$", name)]
    assert len(figures) == len(WIDTHS) + 1
