"""Names of files get the article's version, in the bucket and in the XML; nothing else of the XML changes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.provider.article_xml import XmlProblem, at_version, check, versioned_name
from tests.articles import articles_folder, make_article

HEAD = b'<?xml version="1.0"?><!DOCTYPE article SYSTEM "x.dtd">\n<article xmlns:x="http://www.w3.org/1999/xlink">'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("elife-00353-fig1.tif", "elife-00353-fig1-v2.tif"),
        ("elife-00353-fig1", "elife-00353-fig1-v2"),
        ("elife-00353-fig1-v1", "elife-00353-fig1-v2"),
        ("elife-00353-fig1-v1.tif", "elife-00353-fig1-v2.tif"),
        ("elife-00353-fig1-figsupp3-data2.xlsx", "elife-00353-fig1-figsupp3-data2-v2.xlsx"),
        ("elife-00353.pdf", "elife-00353-v2.pdf"),
        ("elife-00354-fig1.tif", "elife-00354-fig1.tif"),
        ("10.7554/eLife.00353.001", "10.7554/eLife.00353.001"),
        ("http://example.org/elife-00353-fig1.tif", "http://example.org/elife-00353-fig1.tif"),
        ("#fig1", "#fig1"),
        ("", ""),
    ],
)
def test_a_name_gets_the_version(old: str, new: str) -> None:
    assert versioned_name(old, "00353", 2) == new
    assert versioned_name(new, "00353", 2) == new


def test_only_links_to_files_change() -> None:
    before = HEAD + (
        b'<!-- x:href="elife-00353-fig1" -->'
        b"<g a='1 > 0' href='elife-00353-fig2'\n x:href = 'elife-00353-fig1'   t=\"x:href='elife-00353-fig1'\"/>"
        b'<![CDATA[<g x:href="elife-00353-fig1"/>]]><g href="elife-00353-fig1"/>'
        b'<?x x:href="elife-00353-fig1"?>&#228;\xc3\xa4&nbsp; elife-00353-fig1 <s x:href="elife-00353.pdf" />'
        b"</article>\r\n<!-- the end -->"
    )
    after = before.replace(b"x:href = 'elife-00353-fig1'", b"x:href = 'elife-00353-fig1-v2'")
    after = after.replace(b"elife-00353.pdf", b"elife-00353-v2.pdf")
    assert at_version(before, "00353", 2) == after
    assert at_version(after, "00353", 2) == after
    mark = b"\xef\xbb\xbf"
    assert at_version(mark + before, "00353", 2) == mark + after


def test_another_prefix_and_another_encoding() -> None:
    xml = '<?xml version="1.0" encoding="iso-8859-1"?><a xmlns:q="http://www.w3.org/1999/xlink" t="ä" q:href="{}"/>'
    assert at_version(xml.format("elife-00353-inf1.tif").encode("latin-1"), "00353", 3) == (
        xml.format("elife-00353-inf1-v3.tif").encode("latin-1")
    )


text = st.text(st.characters(codec="utf-8", exclude_characters="&<>\"'", exclude_categories=["Cc", "Cs"]), max_size=20)
links = st.sampled_from(
    ["elife-00353-fig1", "elife-00353-fig2-v9.tif", "elife-00353.pdf", "http://a.b/", "elife-00354.pdf"]
)


@given(st.lists(st.tuples(text, links, st.sampled_from("\"'"), text)), st.integers(1, 50), st.integers(1, 50))
def test_versions_replace_each_other(parts: list[tuple[str, str, str, str]], one: int, other: int) -> None:
    """Going to a version is the same from everywhere, happens once, and what is between the links stays."""
    body = "".join(f"<p x:href={quote}{link}{quote} t='{title}'>{said}</p>" for title, link, quote, said in parts)
    xml = HEAD + body.encode() + b"</article>"
    changed = at_version(xml, "00353", one)
    assert at_version(changed, "00353", one) == changed
    assert at_version(at_version(changed, "00353", other), "00353", one) == changed
    link = re.compile(rb"(?<=x:href=).*?(?= t=')")
    assert link.sub(b"", changed) == link.sub(b"", xml)
    expected = [versioned_name(link, "00353", one).encode() for _, link, _, _ in parts]
    assert [found[1:-1] for found in link.findall(changed)] == expected


@pytest.mark.parametrize("name", ["elife-00288-v1.xml", "elife-01328-v1.xml", "elife-06793-v1.xml"])
def test_real_articles(name: str) -> None:
    """Production's own: already at version 1, and there and back to it."""
    xml, article_id = (articles_folder() / name).read_bytes(), name[6:11]
    check(xml, article_id)
    assert at_version(xml, article_id, 1) == xml
    second = at_version(xml, article_id, 2)
    ours = re.compile(rb'xlink:href="(elife-\d{5}[^"]*)"')
    assert ours.findall(second) == [link.replace(b"-v1", b"-v2") for link in ours.findall(xml)]
    assert ours.findall(xml)
    assert at_version(second, article_id, 1) == xml


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        (b"", "is not well-formed XML: no element found"),
        (b"<article>", "is not well-formed XML: no element found, line 1"),
        (b"<article>\n<p></article>", "is not well-formed XML: mismatched tag, line 2"),
        (b"<html/>", "is not an article: it begins with <html>"),
        (b'<!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd">]><article>&x;</article>',
         "declares the entity x, which is to be read from file:///etc/passwd"),
        (b'<!DOCTYPE article [<!ENTITY % x SYSTEM "http://a.b/">%x;]><article/>', "declares the entity x, which is"),
        (b'<!DOCTYPE article [<!ENTITY l "lol"><!ENTITY m "&l;&l;">]><article>&m;</article>', "entity of its own, l"),
        (b'<!DOCTYPE article SYSTEM "x.dtd"><article>&mine;</article>', "uses the entity &mine;"),
        ("<article/>".encode("utf-16"), "is not in UTF-8 but in UTF-16"),
        (b'<?xml version="1.0" encoding="shift-jis"?><article/>', "is not in UTF-8: multi-byte encodings"),
        (b'<?xml version="1.0" encoding="klingon"?><article/>', "is not in UTF-8: unknown encoding: klingon"),
        (b"<article><front><article-meta><article-id pub-id-type='publisher-id'>00354</article-id></article-meta>"
         b"</front></article>", "says that it is article 00354, not 00353"),
    ],
)  # fmt: skip
def test_what_is_no_article_is_told(xml: bytes, words: str) -> None:
    with pytest.raises(XmlProblem, match=re.escape(words)):
        check(xml, "00353")


def test_an_article_may_name_its_dtd_and_the_characters_in_it() -> None:
    check(b'<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "x.dtd"><article>&alpha;&#946;</article>', "00353")
    check(make_article(article_id="00353").xml, "00353")
