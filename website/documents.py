"""What is posted to the website, read and checked: JSON, an EIF, and what the site's database can keep of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from continuum import documents, eif
from continuum.eif import Problem

_LONGEST = {"article-version-id": 100, "article-id": 100, "path": 500}  # characters; they are indexed
_HIGHEST_VERSION = 2**31 - 1
_YEARS = range(1600, 9000)


class Invalid(Exception):
    """A document that is not taken in, and everything that is wrong with it, field by field."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def read_eif(body: bytes) -> Mapping[str, Any]:
    """The EIF in a request's body. Raises Invalid."""
    document = read_json(body)
    found = eif.problems(document) or list(_unkeepable(document))
    if found:
        raise Invalid(*found)
    return dict(document)


def read_json(body: bytes) -> Any:
    """The JSON in a request's body, with nothing in it that PostgreSQL can't keep. Raises Invalid."""
    try:
        document = documents.read(body)
    except documents.NotJson as error:
        raise Invalid(Problem("", f"is not JSON: {error}", None)) from None
    if found := list(documents.unkeepable(document)):
        raise Invalid(*found)
    return document


def moment(document: Mapping[str, Any], field: str) -> datetime | None:
    """A date of an EIF; None where it has none."""
    return datetime.fromisoformat(document[field].upper()) if field in document else None


def _unkeepable(document: Mapping[str, Any]) -> Iterator[Problem]:
    for field, most in _LONGEST.items():
        if not 0 < len(document[field]) <= most:
            yield Problem(field, f"must have 1 to {most} characters", document[field])
    if document["version"] > _HIGHEST_VERSION:
        yield Problem("version", f"is over {_HIGHEST_VERSION}", document["version"])
    for field in ("pub-date", "update"):
        try:
            found = moment(document, field)
            if found and found.astimezone(UTC).year not in _YEARS:
                raise OverflowError
        except OverflowError:
            yield Problem(field, f"lies outside of the years {_YEARS.start} to {_YEARS.stop}", document[field])
