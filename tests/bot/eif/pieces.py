"""JATS in pieces: an article that says just what a case is about."""

from __future__ import annotations

from typing import Any

from bot.eif import convert

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and '
    'Interchange DTD v1.1d3 20150301//EN" "JATS-archivearticle1.dtd">'
)
IDS = (
    '<article-id pub-id-type="publisher-id">00777</article-id>'
    '<article-id pub-id-type="doi">10.7554/eLife.00777</article-id>'
)
TITLE = "<title-group><article-title>On flies</article-title></title-group>"
DATE = '<pub-date date-type="pub"><day>28</day><month>05</month><year>2016</year></pub-date>'


def jats(
    meta: str = "", *, ids: str = IDS, title: str = TITLE, date: str = DATE, body: str = "<body/>", back: str = "",
    subs: str = "", kind: str = "research-article",
) -> bytes:  # fmt: skip
    """An article with `meta` in its article-meta."""
    return (
        f'{HEAD}<article article-type="{kind}" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'xmlns:mml="http://www.w3.org/1998/Math/MathML"><front><article-meta>{ids}{title}{date}{meta}</article-meta>'
        f"</front>{body}<back>{back}</back>{subs}</article>"
    ).encode()


def eif(meta: str = "", version: int = 1, **pieces: Any) -> dict[str, Any]:
    """The EIF of such an article."""
    return dict(convert(jats(meta, **pieces), version))


def contributor(xml: str, **pieces: Any) -> dict[str, Any]:
    """What becomes of one contributor."""
    (found,) = eif(f"<contrib-group>{xml}</contrib-group>{pieces.pop('meta', '')}", **pieces)["contributors"]
    return dict(found)


def author(inside: str = "", attributes: str = "") -> str:
    """An author called Ada Byte."""
    name = "<name><surname>Byte</surname><given-names>Ada</given-names></name>"
    return f'<contrib contrib-type="author" {attributes}>{name}{inside}</contrib>'


def citation(inside: str) -> dict[str, Any]:
    """What becomes of one reference."""
    back = f'<ref-list><ref id="bib1"><element-citation>{inside}</element-citation></ref></ref-list>'
    return dict(eif(back=back).get("citations", {}).get("bib1", {}))


def doi(number: int) -> str:
    return f'<object-id pub-id-type="doi">10.7554/eLife.00777.{number:03}</object-id>'
