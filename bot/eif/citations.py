"""The references of an article, by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bs4 import BeautifulSoup
from elifetools import parseJATS
from elifetools.utils import doi_uri_to_doi

from bot.eif.markup import kept, one_line
from continuum.eif import is_doi

_YEAR = re.compile(r"[0-9]{4}(?:–[0-9]{4})?|[Ii]n press", re.ASCII)


def citations(soup: BeautifulSoup) -> dict[str, object]:
    """All references that have an id."""
    return {str(ref["id"]): _citation(ref) for ref in parseJATS.refs(soup) if ref.get("id")}


def _citation(ref: Mapping[str, Any]) -> dict[str, object]:
    found = kept(
        authors=[author for person in ref.get("authors", ()) for author in _author(person)],
        year=_year(ref.get("year")),
        title=one_line(_title(ref)),
        source=one_line(ref.get("source") or ""),
        doi=_doi(ref.get("reference_id")),
        comment=one_line(ref.get("comment") or ""),
    )
    # Production had an empty list where no author of a reference has a role.
    return {"authors": [], **found} if ref.get("authors") else found


def _title(ref: Mapping[str, Any]) -> str:
    titles = (ref.get(name) for name in ("full_article_title", "chapter-title", "data-title"))
    return next((title for title in titles if title), "")


def _author(person: Mapping[str, Any]) -> Iterator[dict[str, object]]:
    """What the EIF can say of an author: not `et al`, nor anybody whose role in the reference is not told."""
    role, collab = person.get("group-type"), one_line(person.get("collab") or "")
    names = {name: one_line(person.get(name) or "") for name in ("surname", "given-names", "suffix")}
    if not names["surname"]:  # who has one name only
        names["surname"], names["given-names"] = names["given-names"], ""
    if role and collab:
        yield {"group-type": role, "collab": collab}
    elif role and names["surname"]:
        yield {"group-type": role, **kept(**names)}


def _year(text: str | None) -> str:
    """`2007a` -> `2007`, as production had it; `2010–2012` and `in press` stay."""
    found = _YEAR.search(text or "")
    return found[0] if found else ""


def _doi(text: str | None) -> str:
    doi = doi_uri_to_doi(one_line(text or ""))
    if doi.lower().startswith("doi:"):
        doi = doi[len("doi:") :].strip()
    return doi if is_doi(doi) else ""
