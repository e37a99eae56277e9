"""An article's XML converted to HTML, in this process: see `website.body.to_html` for the safe way to it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from bs4 import BeautifulSoup

from website.body import document, rendering
from website.body.model import Body, Heading
from website.body.parts import Part, Reading
from website.body.sanitising import sanitised

_TAG = re.compile(r"<[^>]*>")
_INLINE = re.compile(r"</?(?:a|b|i|small|span|sub|sup|u)\b[^>]*>")
_WORD = re.compile(r"\w+")
# Less of the text than this, and readers miss something: said among the problems.
_COMPLETE = 0.97
_DOI = re.compile(r"(dx\.)?doi\.org|10\.7554")


def convert(xml: bytes) -> Body:
    """The article's text. Raises document.Unreadable."""
    root = document.parse(xml)
    text = document.plain(root)
    reading = Reading(root, _soup(text))
    # elifetools changes what it reads, so the order is that of reading.
    parts = list(reading.parts())
    works = reading.references()
    letters = list(reading.letters())
    html = _safe(rendering.sections(parts))
    references = _safe(rendering.references(works)) if works else ""
    correspondence = _safe(rendering.sections(letters))
    _tell_what_is_missing(reading, root, html)
    return Body(
        html=html + references + correspondence,
        text=_words(html + correspondence),
        outline=tuple(_outline(parts, bool(works), letters)),
        has_text=any(part.id == "main" for part in parts),
        problems=tuple(reading.problems),
    )


def _safe(html: str) -> str:
    return sanitised(document.shown(html))


def _soup(text: str) -> BeautifulSoup:
    """The article as elifetools reads it: MathML has the one prefix that it knows, `mml:`."""
    soup = BeautifulSoup(text, "xml")
    for tag in soup.find_all(lambda tag: tag.namespace == document.MATHML and tag.prefix != "mml"):
        tag.prefix = "mml"
    return soup


def _outline(parts: list[Part], has_references: bool, letters: list[Part]) -> list[Heading]:
    headings: list[Heading] = []
    for part in parts:
        sections = [block for block in part.blocks if isinstance(block, dict) and block.get("type") == "section"]
        if part.id == "main" and sections:
            headings += [Heading(block["id"], _words(block["title"])) for block in sections if _is_named(block)]
        else:
            headings.append(Heading(part.id, _words(part.title)))
    if has_references:
        headings.append(Heading("references", "References"))
    return headings + [Heading(part.id, _words(part.title)) for part in letters]


def _is_named(block: dict[str, Any]) -> bool:
    return bool(block.get("id") and block.get("title"))


def _words(html: str) -> str:
    """HTML as one line of text, as it reads: `H<sub>2</sub>O` is one word."""
    return " ".join(unescape(document.shown(_TAG.sub(" ", _INLINE.sub("", html)))).split())


def _tell_what_is_missing(reading: Reading, root: Any, html: str) -> None:
    """Compare what readers get with what the XML's body says, both cut at every tag."""
    paragraphs = [" ".join(p.itertext()) for p in root.xpath("/article/body//p[not(ancestor::p or .//p)]")]
    wanted = [word for text in paragraphs if not _DOI.search(text) for word in _WORD.findall(text)]
    given = set(_WORD.findall(unescape(_TAG.sub(" ", html))))
    kept = sum(word in given for word in wanted)
    if wanted and kept < _COMPLETE * len(wanted):
        reading.problems.append(f"{1 - kept / len(wanted):.0%} of the text's words are not shown")
