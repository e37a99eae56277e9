"""XML that means harm is refused, with a reason that an editor understands; the rest is read."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.eif import ConversionError, convert
from continuum import safe_xml
from continuum.safe_xml import UnsafeXml, parse

BODY = "<article><front/><p>{}</p></article>"


def document(declarations: str, text: str) -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE article {declarations}>{BODY.format(text)}'.encode()


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A web server's address, and what it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


def test_a_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    uri = (tmp_path / "secret").as_uri()
    with pytest.raises(UnsafeXml, match="declares an entity of its own, 'e', outside of the file") as caught:
        parse(document(f'[<!ENTITY e SYSTEM "{uri}">]', "&e;"))
    assert "secret'" not in str(caught.value)


@pytest.mark.parametrize(
    "declarations",
    [
        '[<!ENTITY e SYSTEM "{}/entity">]',
        '[<!ENTITY % e SYSTEM "{}/entity"> %e;]',
        '[<!ENTITY % e PUBLIC "-//x//y" "{}/entity"> %e;]',
        'SYSTEM "{}/external.dtd"',
        'PUBLIC "-//x//y" "{}/external.dtd" [<!ENTITY e SYSTEM "{}/entity">]',
    ],
)
def test_nothing_is_fetched(declarations: str, asked: tuple[str, list[str]]) -> None:
    address, paths = asked
    xml = document(declarations.replace("{}", address), "<x/>")
    try:
        parse(xml)
    except UnsafeXml:
        assert "ENTITY" in declarations
    else:
        assert "ENTITY" not in declarations
    assert paths == []


def test_an_include_stays_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "x.xml").write_text("<secret/>")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{(tmp_path / "x.xml").as_uri()}"/>'
    assert parse(BODY.format(include).encode()).find(".//secret") is None


@pytest.mark.parametrize(
    "declarations",
    [
        '[<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY e "&b;&b;&b;&b;&b;&b;&b;&b;">]',
        f'[<!ENTITY e "{"a" * 100_000}">]',
        '[<!ENTITY e "harmless">]',
        '[<!ENTITY e "&e;">]',
    ],
)
def test_entities_of_its_own_are_refused(declarations: str) -> None:
    for text in ("&e;" * 1000, '<x y="&e;"/>'):
        with pytest.raises(UnsafeXml, match="declares an entity of its own"):
            parse(document(declarations, text))


def test_the_doctype_of_every_article_is_allowed() -> None:
    declarations = 'PUBLIC "-//NLM//DTD JATS (Z39.96) v1.1d3 20150301//EN"  "JATS-archivearticle1.dtd"'
    assert parse(document(declarations, "x")).findtext("p") == "x"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#946;&#x3b2;", "ββ"),
        ("&amp;&lt;", "&<"),
        ("&beta;-&gamma;", "β-γ"),
        ("<i>a</i>&beta;<i>b</i>&nbsp;c", "aβb\xa0c"),
        ("x<!-- &unknown; -->y<?z z?>", "xy"),
        ("<![CDATA[&beta;]]>", "&beta;"),
    ],
)
def test_characters(written: str, read: str) -> None:
    root = parse(document('SYSTEM "JATS-archivearticle1.dtd"', written))
    (paragraph,) = root.iter("p")
    assert "".join(paragraph.itertext()) == read


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (b"", "the XML is empty"),
        (b" \n", "the XML is empty"),
        (b"PK\x03\x04", "not well-formed"),
        (b"<article><p></article>", "not well-formed"),
        (b"<article/><article/>", "not well-formed"),
        (b"<article>\x00</article>", "not well-formed"),
        (b"<article>&nonsense;</article>", "not well-formed"),
        (document('SYSTEM "x.dtd"', "&nonsense;"), "names an entity that is not known: &nonsense;"),
        (b"<a>" * 5000 + b"</a>" * 5000, "not well-formed"),
    ],
)
def test_what_is_no_xml(xml: bytes, reason: str) -> None:
    with pytest.raises(UnsafeXml, match=reason):
        parse(xml)


def test_what_is_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_xml, "MOST_BYTES", 20)
    with pytest.raises(UnsafeXml, match="has 28 bytes, more than the 20"):
        parse(b"<article>0123456789</article>"[:28])


def test_a_conversion_says_so() -> None:
    with pytest.raises(ConversionError, match="declares an entity of its own"):
        convert(document('[<!ENTITY e SYSTEM "file:///etc/passwd">]', "&e;"), 1)
    with pytest.raises(ConversionError, match="its root element is 'html'"):
        convert(b"<html/>", 1)
