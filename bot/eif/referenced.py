"""What contributors point to by id: affiliations, emails, funding, footnotes of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bs4 import BeautifulSoup, Tag
from elifetools import parseJATS

from bot.eif.markup import first_paragraph, kept, one_line, plain
from continuum.eif import is_email

_AFFILIATION = ("dept", "institution", "city", "country", "email")
_EQUAL = ("con", "equal", "equal-contrib")
_PRESENT_ADDRESS = "present-address"


def referenced(soup: BeautifulSoup) -> dict[str, object]:
    """Everything that contributors may point to; see `kind_of` for which of it a footnote is."""
    return kept(
        affiliation=_affiliations(soup),
        email=emails(soup),
        funding=_funding(soup),
        contribution=_footnotes(soup, "contribution", first_paragraph),
        equal_contrib=_footnotes(soup, "equal-contrib", first_paragraph),
        competing_interest=_footnotes(soup, "competing-interest", first_paragraph),
        present_address=_footnotes(soup, _PRESENT_ADDRESS, first_paragraph),
        foot_note=_footnotes(soup, "foot-note", _note),
        related_object={str(tag["id"]): {} for tag in soup.find_all("related-object", id=True)},
    )


def affiliation(raw: Mapping[str, str | None]) -> dict[str, object]:
    """An affiliation as elifetools reads it -> as the EIF has it; one of plain text is the institution's name."""
    found = kept(**{name: one_line(raw.get(name) or "") for name in _AFFILIATION})
    return found or kept(institution=one_line(raw.get("text") or ""))


def emails(soup: BeautifulSoup) -> dict[str, str]:
    """The address of each note on correspondence. One with a telephone number alone has no place in an EIF."""
    notes: dict[str, list[str | None]] = parseJATS.full_correspondence(soup)
    found = {
        key: next((text for text in map(_text, addresses) if is_email(text)), "") for key, addresses in notes.items()
    }
    return {key: address for key, address in found.items() if address}


def kinds_of_footnotes(soup: BeautifulSoup) -> dict[str, str]:
    """Which kind each footnote is, by its id: `contribution`, `competing-interest`, `equal-contrib` …"""
    return {str(note["id"]): kind for note in soup.find_all("fn", id=True) if (kind := _kind(note))}


def _kind(note: Tag) -> str:
    kind = str(note.get("fn-type", ""))
    group = note.find_parent("fn-group")
    about = str(group.get("content-type")) if group else ""
    if about == "competing-interest" or kind in ("conflict", "COI-statement"):
        return "competing-interest"
    if about == "author-contribution":
        return "contribution"
    if not note.find_parent("author-notes"):
        return ""
    if kind in _EQUAL:
        return "equal-contrib"
    return _PRESENT_ADDRESS if kind == _PRESENT_ADDRESS else "foot-note"


def _footnotes(soup: BeautifulSoup, kind: str, read: Callable[[Tag], object]) -> dict[str, object]:
    kinds = kinds_of_footnotes(soup)
    notes = ((str(note["id"]), note) for note in soup.find_all("fn", id=True))
    return {key: read(note) for key, note in notes if kinds.get(key) == kind}


def _note(note: Tag) -> dict[str, object]:
    return {"type": str(note.get("fn-type", "other")), "value": first_paragraph(note)}


def _affiliations(soup: BeautifulSoup) -> dict[str, object]:
    pairs = ((key, affiliation(raw)) for found in parseJATS.full_affiliation(soup) for key, raw in found.items())
    return {key: found for key, found in pairs if found}


def _funding(soup: BeautifulSoup) -> dict[str, object]:
    awards = (item for group in parseJATS.full_award_groups(soup) or () for item in group.items())
    sources = _sources(soup)
    return {key: _award(raw, sources.get(key, "")) for key, raw in awards}


def _award(raw: Mapping[str, Any], source: str) -> dict[str, object]:
    found = {name: one_line(raw.get(name) or "") for name in ("id", "id-type", "institution", "award-id")}
    return kept(**{**found, "institution": found["institution"] or source})


def _sources(soup: BeautifulSoup) -> dict[str, str]:
    """Funders that are named by text alone, without an element for the institution."""
    return dict(_source(group) for group in soup.select("funding-group award-group[id]"))


def _source(group: Tag) -> tuple[str, str]:
    source = group.find("funding-source")
    return str(group["id"]), plain(source) if isinstance(source, Tag) and not source.find("institution-id") else ""


def _text(address: str | None) -> str:
    return one_line(address or "")
