"""The articles that tests are made of are what they claim to be."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from continuum.articles import ArticleFile, ArticleZip
from tests.articles import make_article, make_zip, pdf, tiff


@settings(max_examples=20, deadline=None)
@given(width=st.integers(1, 300), height=st.integers(1, 300))
def test_a_tiff_says_its_size_and_has_a_strip_for_every_row(width: int, height: int) -> None:
    image = tiff(width, height)
    (at,) = struct.unpack_from("<I", image, 4)
    (count,) = struct.unpack_from("<H", image, at)
    entries = {tag: (kind, number, value) for tag, kind, number, value in (
        struct.unpack_from("<HHII", image, at + 2 + 12 * index) for index in range(count))}  # fmt: skip
    assert (entries[256][2], entries[257][2]) == (width, height)
    assert entries[273][1] == entries[279][1] == -(-height // 64)


def test_a_huge_tiff_is_a_small_file() -> None:
    assert len(tiff(20_000, 10_000)) < 8_000_000


def test_a_zip_holds_every_file_that_its_xml_names(tmp_path: Path) -> None:
    path = make_zip(tmp_path, article_id="01234", figures=3, version=2)
    assert ArticleZip.parse(path.name).version == 2
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        article = ElementTree.fromstring(archive.read("elife-01234.xml"))
    assert all(ArticleFile.parse(name) for name in names)
    hrefs = (element.get("{http://www.w3.org/1999/xlink}href", "") for element in article.iter())
    named = {href for href in hrefs if href.startswith("elife-")}
    assert named == set(names) - {"elife-01234.xml"}


def test_the_same_package_gives_the_same_bytes() -> None:
    assert make_article().zip_bytes() == make_article().zip_bytes()


def test_a_pdf_finds_its_objects() -> None:
    content = pdf("hello")
    (at,) = re.findall(rb"startxref\n(\d+)", content)
    assert content[int(at) :].startswith(b"xref")
    for place in re.findall(rb"(\d{10}) 00000 n", content):
        assert re.match(rb"\d 0 obj", content[int(place) :])
