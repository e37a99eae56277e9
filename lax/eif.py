"""What lax takes of an EIF (the JSON that describes one version of an article), and what it finds wrong with one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from continuum.dates import DateError, instant
from continuum.documents import unkeepable
from continuum.eif import Problem, is_date_time, problems

_DOI = re.compile(r"10\.7554/elife\.(?P<id>[0-9]+)", re.ASCII | re.IGNORECASE)
_NUMBER = re.compile(r"0*([1-9][0-9]{0,11})", re.ASCII)  # fits PostgreSQL's bigint
HIGHEST_VERSION = 999_999_999  # fits its integer


class BadEif(Exception):
    """An EIF that lax can't take, with every problem of it."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field} {problem.message}" for problem in found))
        self.problems = found


@dataclass(frozen=True)
class Publication:
    """A version of an article, as an EIF tells it. `published` is when this version was."""

    article_id: int
    version: int
    published: datetime
    eif: Mapping[str, Any] = field(repr=False)

    @property
    def sha256(self) -> bytes:
        """The same for EIFs that say the same, in whatever order and with whatever spaces."""
        text = json.dumps(self.eif, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()


def number(digits: str) -> int | None:
    """An article's number as it is written, with leading zeros or without: "00353" -> 353; None where it is none."""
    match = _NUMBER.fullmatch(digits)
    return int(match[1]) if match else None


def number_of_doi(doi: str) -> int | None:
    """`10.7554/eLife.00353`, `10.7554/elife.353` -> 353; None for the DOI of something else."""
    match = _DOI.fullmatch(doi)
    return number(match["id"]) if match else None


def read(document: object) -> Publication:
    """The publication that an EIF tells of; raises BadEif with everything that is wrong.

    A version's date is, for the first one, the EIF's `pub-date` (an accepted manuscript may have none: then `update`),
    and for a later one its `update`, else `pub-date`.
    """
    found = list(unkeepable(document)) or problems(document)
    if isinstance(document, dict):
        found += _unusable(document)
    if found or not isinstance(document, dict):
        raise BadEif(found)
    article = number_of_doi(document["doi"])
    assert article is not None
    return Publication(article, document["version"], _date(document[_dated_by(document)]), document)


def _unusable(document: Mapping[str, Any]) -> Iterator[Problem]:
    """What a valid EIF may say, or leave out, that lax has no place for."""
    doi, article_id, version = (document.get(name) for name in ("doi", "article-id", "version"))
    article = number_of_doi(doi) if isinstance(doi, str) else None
    if isinstance(doi, str) and article is None:
        yield Problem("doi", "must be the DOI of an article here, such as 10.7554/eLife.00353", doi)
    elif isinstance(doi, str) and isinstance(article_id, str) and number(article_id) != article:
        yield Problem("article-id", f"must be the number in the DOI {doi}", article_id)
    if isinstance(version, int) and version > HIGHEST_VERSION:
        yield Problem("version", f"must be at most {HIGHEST_VERSION}", version)
    named = _dated_by(document)
    date = document.get(named)
    if named not in document:
        yield Problem(named, "is missing: it says when this version was published", None)
    elif isinstance(date, str) and is_date_time(date) and not _is_in_the_calendar(date):
        yield Problem(named, "is no date between the years 1 and 9999 in UTC", date)


def _dated_by(document: Mapping[str, Any]) -> str:
    """The name of the field that says when this version was published."""
    wanted, other = ("pub-date", "update") if document.get("version") == 1 else ("update", "pub-date")
    return wanted if wanted in document or other not in document else other


def _date(text: str) -> datetime:
    return instant(text.upper())


def _is_in_the_calendar(text: str) -> bool:
    try:
        _date(text)
    except DateError:  # 0001-01-01T00:00:00+01:00 is in the year before
        return False
    return True
