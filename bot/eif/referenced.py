"""What contributors point to by id: affiliations, emails, funding, footnotes of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, Tag
from elifetools import parseJATS

from bot.eif.markup import first_paragraph, kept, one_line, plain
from continuum.eif import is_email

_AFFILIATION = ("dept", "institution", "city", "country", "email")
_EQUAL = ("con", "equal", "equal-contrib")


@dataclass(frozen=True)
class Footnote:
    """A footnote, and what kind it is: `contribution`, `competing-interest`, `equal-contrib`, `present-address`, or
    `foot-note` for any other that authors point to; '' for what is not theirs."""

    kind: str
    tag: Tag


def footnotes(soup: BeautifulSoup) -> dict[str, Footnote]:
    """All footnotes by id."""
    return {str(tag["id"]): Footnote(_kind(tag), tag) for tag in soup.find_all("fn", id=True)}


def referenced(soup: BeautifulSoup, addresses: Mapping[str, str], notes: Mapping[str, Footnote]) -> dict[str, object]:
    """Everything that contributors may point to, by its kind and its id."""

    def texts(kind: str) -> dict[str, str]:
        return {key: first_paragraph(note.tag) for key, note in notes.items() if note.kind == kind}

    return kept(
        affiliation=_affiliations(soup),
        email=addresses,
        funding=_funding(soup),
        contribution=texts("contribution"),
        equal_contrib=texts("equal-contrib"),
        competing_interest=texts("competing-interest"),
        present_address=texts("present-address"),
        foot_note={key: _foot_note(note.tag) for key, note in notes.items() if note.kind == "foot-note"},
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
    return kind if kind == "present-address" else "foot-note"


def _foot_note(note: Tag) -> dict[str, object]:
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
