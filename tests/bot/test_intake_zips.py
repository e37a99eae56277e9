"""Zips that are no article, and zips that are strange but are one. Each failure names the file and says what to do."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.activity.task import PermanentFailure
from bot.provider.article_zip import Limits, open_zip
from continuum.articles import ArticleFile
from tests.articles import make_article

ZIP = "elife-00777-vor-v1-20160528150000.zip"
XML = "elife-00777.xml"
SMALL = {XML: b"<article/>", "elife-00777-fig1.tif": b"II*\0", "elife-00777.pdf": b"%PDF"}
LIMITS = Limits(files=10, unpacked_bytes=3_000_000, ratio=100, ratio_from_bytes=1_000_000)


def packed(
    files: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED, **of: Callable[[zipfile.ZipInfo], None]
) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = how
            for change in of.values():
                change(info)
            archive.writestr(info, content)
    return memory.getvalue()


def unpacked(content: bytes, limits: Limits = LIMITS, name: str = ZIP) -> dict[str, bytes]:
    """All that comes out of a zip, read as ExpandArticle does."""
    with open_zip(io.BytesIO(content), name, "00777", limits) as package:
        found = {}
        for file in package.files:
            with package.open(file) as stream:
                found[file] = stream.read()
        return found


def why_not(content: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(PermanentFailure) as caught:
        unpacked(content, limits)
    said = str(caught.value)
    assert ZIP in said
    return said


def patched(content: bytes, old: bytes, new: bytes) -> bytes:
    """The zip with other bytes of the same length: what no program that makes zips would write."""
    assert old in content
    assert len(old) == len(new)
    return content.replace(old, new)


def link(info: zipfile.ZipInfo) -> None:
    if info.filename.endswith(".tif"):
        info.external_attr = 0o120777 << 16


def encrypted(content: bytes) -> bytes:
    """With the flag of encryption set for every file, in both of its places."""
    changed = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + flags] |= 1
            at = changed.find(mark, at + 4)
    return bytes(changed)


GOOD = packed(SMALL)
STORED = packed(SMALL, zipfile.ZIP_STORED)
BAD = {
    "nothing": (b"", "is empty"),
    "a text": (b"not a zip at all", "is not a zip"),
    "a PDF": (b"%PDF-1.4" + bytes(1000), "is not a zip"),
    "cut off": (GOOD[: len(GOOD) // 2], "is cut off: its end is missing"),
    "its beginning is missing": (GOOD[60:], "is damaged"),
    "no files": (packed({}), "has no files in it"),
    "only folders": (packed({"elife-00777/": b""}), "has no files in it"),
    "only what a Mac adds": (packed({"__MACOSX/._x": b"", ".DS_Store": b""}), "has no files in it"),
    "no article": (packed({"elife-00777-fig1.tif": b""}), "there is no article XML in it (elife-00777.xml)"),
    "two articles": (packed({**SMALL, "elife-00777-v2.xml": b""}), "2 article XMLs in it: elife-00777-v2"),
    "two in folders": (packed({**SMALL, f"a/{XML}": b""}), f"2 article XMLs in it: a/{XML}, {XML}"),
    "another article's file": (packed({**SMALL, "elife-00778-fig1.tif": b""}), "is of article 00778, the zip of 00777"),
    "a name by no rule": (packed({**SMALL, "Figure 1.tif": b""}), "'Figure 1.tif': it is not named elife-<id>"),
    "an unknown asset": (packed({**SMALL, "elife-00777-poem1.txt": b""}), "poem1.txt': it names an asset"),
    "a file twice": (packed({**SMALL, "elife-00777-fig1-v1.tif": b""}), "are the same file of the article"),
    "twice, in another case": (packed({**SMALL, "elife-00777-fig1.TIF": b""}), "are the same file of the article"),
    "out of its folder": (packed({**SMALL, "../elife-00777-fig2.tif": b""}), "it has a name that no file in a zip"),
    "deep out of it": (packed({**SMALL, "a/../../elife-00777-fig2.tif": b""}), "it has a name that no file"),
    "from the root": (packed({**SMALL, "/elife-00777-fig2.tif": b""}), "it has a name that no file"),
    "a Windows path": (packed({**SMALL, "..\\elife-00777-fig2.tif": b""}), "it has a name that no file"),
    "a drive": (packed({**SMALL, "c:elife-00777-fig2.tif": b""}), "it has a name that no file"),
    "a NUL in a name": (patched(GOOD, b"-fig1.tif", b"-fig1\0tif"), "it has a name that no file"),
    "a link": (packed(SMALL, link=link), "is a link, not a file"),
    "locked": (encrypted(GOOD), "is locked with a password"),
    "packed unusually": (packed(SMALL, zipfile.ZIP_LZMA), "is packed in an unusual way (method 14)"),
    "other bytes than it says": (patched(STORED, b"<article/>", b"<orticle/>"), "is damaged (Bad CRC-32"),
    "too many files": (packed({f"elife-00777-fig{n}.tif": b"" for n in range(11)}), "more than 10 files in it"),
    "a bomb": (packed({**SMALL, "elife-00777-fig2.tif": bytes(2_000_000)}), "it looks like a zip bomb"),
    "too much": (packed({**SMALL, "elife-00777-fig2.tif": bytes(4_000_000)}, zipfile.ZIP_STORED), "more than 2 MB of"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_zip_is_told(kind: str) -> None:
    content, words = BAD[kind]
    assert words in why_not(content)


def test_all_wrong_names_are_told_at_once() -> None:
    said = why_not(packed({**SMALL, **{f"Figure {number}.tif": b"" for number in range(6)}}))
    assert "'Figure 0.tif'" in said
    assert said.endswith("; and 2 more")


def test_a_list_of_files_too_long_for_memory_is_not_read() -> None:
    many = packed({f"elife-00777-fig{number}.tif": b"" for number in range(2000)})
    assert "too long a list of files" in why_not(many, Limits(list_bytes=100_000))


def test_sizes_that_lie_do_not_help_a_bomb() -> None:
    """The file says that it has ten bytes: more does not come out."""
    content = packed({**SMALL, "elife-00777-fig2.tif": bytes(2_000_000)})
    lied = patched(content, struct.pack("<I", 2_000_000), struct.pack("<I", 10))
    assert "is damaged" in why_not(lied)


def test_a_large_file_comes_out_whole_however_it_is_read() -> None:
    large = random.Random(7).randbytes(9_000_000)
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        content = packed({**SMALL, "elife-00777-video1.mp4": large}, how)
        with open_zip(io.BytesIO(content), ZIP, "00777") as package, package.open("elife-00777-video1.mp4") as stream:
            assert stream.read(8_000_000) + stream.read() == large


def test_what_is_strange_but_an_article() -> None:
    """In a folder, as a Mac packs it; with a comment; stored; with another version in the names of files."""
    folder = {f"my article/{name}": content for name, content in SMALL.items()}
    junk = {"__MACOSX/my article/._elife-00777.xml": b"?", "my article/.DS_Store": b"?", "my article/": b""}
    assert unpacked(packed({**folder, **junk})) == SMALL
    memory = io.BytesIO(STORED)
    with zipfile.ZipFile(memory, "a") as archive:
        archive.comment = b"sent with love"
    assert unpacked(memory.getvalue()) == SMALL
    versioned = {name.replace(".", "-v3."): content for name, content in SMALL.items()}
    assert unpacked(packed(versioned)) == versioned
    article = make_article()
    assert unpacked(article.zip_bytes(), Limits()) == article.files


names = st.sampled_from([*SMALL, "elife-00777-v1.xml", "elife-00778.xml", "../x", "a/", "x.txt", ""]) | st.text(
    max_size=20
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(names, st.binary(max_size=50), max_size=4), st.integers(0, 400), st.binary(max_size=4))
def test_any_zip_gives_the_articles_files_or_a_reason(files: dict[str, bytes], at: int, noise: bytes) -> None:
    """Any names, with some bytes overwritten anywhere."""
    content = packed({name: content for name, content in files.items() if "\0" not in name} | SMALL)
    content = content[:at] + noise + content[at + len(noise) :]
    try:
        found = unpacked(content)
    except PermanentFailure as failure:
        assert ZIP in str(failure)
    else:
        assert all(ArticleFile.parse(name).article_id == "00777" for name in found)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=100).map(lambda junk: GOOD + junk))
def test_any_bytes_give_files_or_a_reason(content: bytes) -> None:
    try:
        unpacked(content)
    except PermanentFailure as failure:
        assert ZIP in str(failure)
