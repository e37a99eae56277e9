"""The archive's zip: its name, what is in it, and that the same files make the same bytes."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.activity.task import PermanentFailure, Task, Values
from bot.provider.archive import archive_name, write_zip
from bot.provider.storage import Stored
from tests.articles import make_article
from tests.bot.intake import Journal


def written(files: Mapping[str, bytes], order: list[str] | None = None) -> bytes:
    @contextmanager
    def opened(name: str) -> Iterator[Stored]:
        yield Stored(len(files[name]), io.BytesIO(files[name]))

    memory = io.BytesIO()
    write_zip(memory, order or list(files), opened)
    return memory.getvalue()


names = st.sampled_from(["xml", "tif", "pdf", "mp4", "csv", "xlsx"]).flatmap(
    lambda extension: st.integers(1, 9).map(lambda number: f"elife-00777-fig{number}-v1.{extension}")
)


@given(st.dictionaries(names, st.binary(max_size=200), min_size=1), st.randoms())
def test_the_same_files_make_the_same_zip(files: dict[str, bytes], chance: random.Random) -> None:
    order = list(files)
    chance.shuffle(order)
    made = written(files, order)
    assert made == written(files)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        assert archive.namelist() == sorted(files)
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_is_packed_already_is_not_packed_again() -> None:
    content = bytes(100_000)
    with zipfile.ZipFile(io.BytesIO(written({"a.tif": content, "a.mp4": content}))) as archive:
        assert archive.getinfo("a.tif").compress_size < 1000
        assert archive.getinfo("a.mp4").compress_size == 100_000


def named(journal: Journal, **data: str) -> str:
    usual = {"article_id": "00353", "version": "1", "status": "vor", "update_date": "2012-12-13T00:00:00Z"}
    task = Task("workflow", "run", Values(usual | data), {}, journal.settings)
    return archive_name(task)


@pytest.fixture
def journal(endpoint: str) -> Journal:
    return Journal()


def test_the_name_is_the_contracts(journal: Journal) -> None:
    assert named(journal) == "elife-00353-vor-v1-20121213000000.zip"
    assert named(journal, status="POA", version="12") == "elife-00353-poa-v12-20121213000000.zip"
    assert named(journal, update_date="2016-05-28T17:30:01.5+02:00") == "elife-00353-vor-v1-20160528153001.zip"
    for wrong in ({"status": "draft"}, {"update_date": "yesterday"}):
        with pytest.raises(PermanentFailure, match=re.escape(repr(next(iter(wrong.values()))))):
            named(journal, **wrong)


def test_an_approved_article_is_archived_from_the_message_alone(journal: Journal) -> None:
    """PostPerfectPublication knows what its message says; the date is the one that the website answered."""
    article = make_article(article_id="00777", figures=1, figure_size=(30, 20))
    journal.send(article.zip_name, article.zip_bytes())
    session = journal.do("ExpandArticle", "ApplyVersionNumber")
    files = journal.expanded()
    run = "b0f6b3a1-7a35-4c3c-9f0a-0c7a1d6e7d11"
    journal.data = {"article_id": "00777", "version": "1", "run": run, "status": "vor",
                    "expanded_folder": session["expanded_folder"], "eif_location": "",
                    "update_date": "2016-06-01T08:00:00Z"}  # fmt: skip
    journal.session = {}
    journal.do("ArchiveArticle", "ScheduleDownstream")
    name = "elife-00777-vor-v1-20160601080000.zip"
    assert journal.keys("archive") == [name]
    archived = journal.object("archive", name)
    assert archived["ContentType"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(archived["Body"])) as archive:
        assert {entry: archive.read(entry) for entry in archive.namelist()} == files
    assert journal.content("xml", f"pmc/outbox/{name}") == archived["Body"]
    assert journal.content("xml", "pubmed/outbox/elife-00777-v1.xml") == files["elife-00777-v1.xml"]
    assert journal.content("xml", "crossref/outbox/elife-00777-v1.xml") == files["elife-00777-v1.xml"]


def test_an_article_whose_files_are_gone_is_told(journal: Journal) -> None:
    journal.session = {"article_id": "00777", "version": 1, "status": "vor", "update_date": "2016-06-01T08:00:00Z",
                       "expanded_folder": "00777.1/run"}  # fmt: skip
    for step in ("ArchiveArticle", "DepositAssets", "ApplyVersionNumber"):
        with pytest.raises(PermanentFailure, match=r"no files in 00777\.1/run of the expanded bucket; send"):
            journal.do(step)
    with pytest.raises(PermanentFailure, match=r"There is no file 00777\.1/run/elife-00777-v1\.xml"):
        journal.do("ScheduleCrossref")
    assert journal.keys("archive") == []


def test_files_are_shown_and_downloaded_as_what_they_are(journal: Journal, tmp_path: Path) -> None:
    article = make_article(article_id="00777", figures=1, figure_size=(30, 20))
    journal.send(article.zip_name, article.zip_bytes())
    journal.do("ExpandArticle", "ApplyVersionNumber", "ResizeImages", "DepositAssets")
    kinds = {"elife-00777-v1.pdf": "application/pdf", "elife-00777-fig1-v1.tif": "image/tiff",
             "elife-00777-v1.xml": "application/xml", "elife-00777-supp1-v1.csv": "text/csv"}  # fmt: skip
    for name, kind in kinds.items():
        shown = journal.object("ppp_cdn", f"00777/{name}")
        saved = journal.object("ppp_cdn", f"00777/{name.replace('.', '-download.')}")
        assert shown["ContentType"] == saved["ContentType"] == kind
        assert shown["CacheControl"] == saved["CacheControl"] == "public, max-age=300"
        assert "ContentDisposition" not in shown
        assert saved["ContentDisposition"] == f'attachment; filename="{name}"'
        assert shown["Body"] == saved["Body"] == journal.expanded()[name]
    for name, kind in (("elife-00777-fig1-v1-300w.jpg", "image/jpeg"), ("elife-00777-fig1-v1-80w.gif", "image/gif")):
        made = journal.object("ppp_cdn", f"00777/{name}")
        assert (made["ContentType"], made["CacheControl"]) == (kind, "public, max-age=300")
    assert journal.content("xml", "00777/elife-00777-v1.xml") == journal.expanded()["elife-00777-v1.xml"]
