"""The people of an article as its page names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

EIF = Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """One author, editor or reviewer, or a group of them."""

    name: str
    short: str  # "Marder E"
    surname: str
    given_names: str
    role: str = ""
    orcid: str = ""
    emails: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # "Contributed equally", "Deceased", where they are now …


def people(eif: EIF, *types: str) -> list[Person]:
    """The contributors of these types, in their order."""
    return [_person(one, eif) for one in eif.get("contributors") or [] if one.get("type") in types]


def initials(given_names: str) -> str:
    """`Joshua T` -> `JT`."""
    return "".join(word[0] for word in given_names.replace("-", " ").split())


def _person(one: EIF, eif: EIF) -> Person:
    surname, given = one.get("surname") or "", one.get("given-names") or ""
    group = one.get("collab") or one.get("on-behalf-of") or ""
    if group and not surname:
        surname = f"on behalf of {group}" if one.get("on-behalf-of") else group
    name = " ".join(part for part in (given, surname, one.get("suffix") or "") if part)
    return Person(
        name=name,
        short=f"{surname} {initials(given)}".strip(),
        surname=surname,
        given_names=given,
        role=one.get("role") or "",
        orcid=one.get("orcid") or "",
        emails=tuple(_emails(one, eif)),
        affiliations=tuple(_affiliations(one, eif)),
        notes=tuple(_notes(one, eif)),
    )


def _referenced(one: EIF, eif: EIF, kind: str) -> Iterator[Any]:
    found = (eif.get("referenced") or {}).get(kind) or {}
    yield from (found[key] for key in (one.get("references") or {}).get(kind) or [] if key in found)


def _emails(one: EIF, eif: EIF) -> Iterator[str]:
    yield from dict.fromkeys(
        address for address in (one.get("email"), *_referenced(one, eif, "email")) if address and "@" in address
    )


def _affiliations(one: EIF, eif: EIF) -> Iterator[str]:
    for place in [*(one.get("affiliations") or []), *_referenced(one, eif, "affiliation")]:
        yield affiliation(place)


def affiliation(place: EIF) -> str:
    """A place in one line."""
    return ", ".join(place[key] for key in ("dept", "institution", "city", "country") if place.get(key))


def _notes(one: EIF, eif: EIF) -> Iterator[str]:
    equal = list(_referenced(one, eif, "equal-contrib"))
    if equal or one.get("equal-contrib"):
        yield next(iter(equal), "") or "Contributed equally"
    if one.get("deceased"):
        yield "Deceased"
    for address in _referenced(one, eif, "present-address"):
        yield f"Now at: {address}"
    for note in _referenced(one, eif, "foot-note"):
        if isinstance(note, dict) and note.get("value"):
            yield str(note["value"])
