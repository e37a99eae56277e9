"""The EIF, the JSON in which an article travels from the bot to website and lax: what one must look like.

The bot checks what it made of an article's XML, the website what it is sent; both get the same answer. It is the same
as that of the EIF's published JSON Schema (draft 4, its formats checked), quirks included; the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from continuum.shape import (
    Check,
    Problem,
    accepted,
    chosen,
    each,
    named,
    one_of,
    or_null,
    record,
    text,
    whole_number,
    yes_or_no,
)

__all__ = [
    "ARTICLE_TYPES",
    "FIELDS",
    "FRAGMENT_TYPES",
    "RELATIONS",
    "Problem",
    "is_date_time",
    "is_doi",
    "is_email",
    "problems",
]

ARTICLE_TYPES = (
    "research-article", "article-commentary", "editorial", "book-review", "discussion", "correction",
)  # fmt: skip
FRAGMENT_TYPES = ("abstract", "boxed-text", "fig", "media", "supplementary-material", "table-wrap", "sub-article")
RELATIONS = ("article-reference", "commentary", "commentary-article", "corrected-article")

_REFERENCED = (
    "equal-contrib", "email", "funding", "competing-interest", "contribution", "present-address", "affiliation",
    "related-object", "foot-note",
)  # fmt: skip
_DOI = r"^10[.][0-9]{4,}[^\s\"/<>]*/[^\s\"]+\Z"
# A letter after the year tells two papers of it apart; the rest is what was found in articles.
_YEAR = r"^[0-9]{4}|[0-9]{4}–[0-9]{4}|in press|In press\Z"


def problems(document: object) -> list[Problem]:
    """Everything that is wrong with an EIF, field by field; an empty list where it is valid."""
    try:
        return list(_ARTICLE("", document))
    except RecursionError:
        return [Problem("fragments", "are nested too deeply", None)]


def is_doi(value: str) -> bool:
    """Whether it is a DOI alone: `10.7554/eLife.00353`, not an address of one."""
    return not list(_doi("", value))


def is_date_time(value: str) -> bool:
    """Whether it is a date and time of RFC 3339: `2012-12-13T00:00:00Z`."""
    if len(value) < 20 or value[10] not in "Tt" or not value.isascii():
        return False
    try:
        return datetime.fromisoformat(value.upper()).tzinfo is not None
    except ValueError:
        return False


def is_email(value: str) -> bool:
    """Whether it may be an address: something, an @, something."""
    return "@" in value.strip("@")


def _contributor(value: Mapping[str, object]) -> Check:
    if value.get("type") == "on-behalf-of":
        return _ON_BEHALF_OF
    is_person = "surname" in value or "given-names" in value or value.get("type") != "author"
    return _PERSON if is_person else _GROUP


def _fragment(value: Mapping[str, object]) -> Check:
    kind = value.get("type")
    return _ABSTRACT if kind == "abstract" else _SUB_ARTICLE if kind == "sub-article" else _PART


def _fragments(field: str, value: object) -> Iterator[Problem]:
    yield from each(chosen(_fragment))(field, value)


def _cited_author(value: Mapping[str, object]) -> Check:
    return _CITED_GROUP if "collab" in value else _CITED_PERSON


_text = text()
_texts = each(_text)
_by_id = named(_text)
_object = record({}, open_=True)
_doi = text(_DOI, like="10.7554/eLife.00353")
_date_time = accepted(is_date_time, like="2012-12-13T00:00:00Z")
# Relative, and nothing empty between two slashes.
_path = text(r"^[^/]+(?:/[^/]+)*/?\Z", like="content/1/e00353v1")

_AFFILIATION = record(
    dict.fromkeys(("dept", "institution", "city", "country", "email"), or_null(_text)),
    any_of=("dept", "institution", "city", "country", "email"),
)
_ON_BEHALF_OF = record({"type": _text, "on-behalf-of": _text}, required=("on-behalf-of",))
_PERSON = record(
    {
        "type": one_of("author", "author non-byline", "editor", "reviewer"),
        **dict.fromkeys(("id", "group-author-key", "surname", "given-names", "suffix", "role", "email"), _text),
        **dict.fromkeys(("equal-contrib", "corresp", "deceased"), yes_or_no),
        "orcid": text("^https?://orcid.org/", like="http://orcid.org/0000-0002-1825-0097"),
        "affiliations": each(_AFFILIATION),
        "references": record(dict.fromkeys(_REFERENCED, _texts)),
    },
    required=("type", "surname"),
)
_GROUP = record(
    {
        "type": one_of("author"),
        **dict.fromkeys(("id", "group-author-key", "collab"), _text),
        "corresp": yes_or_no,
        "affiliations": each(_AFFILIATION),
        "references": record(dict.fromkeys(_REFERENCED, _texts), open_=True),
    },
    required=("type",),
)
_contributors = each(chosen(_contributor))

_part = {"type": one_of(*FRAGMENT_TYPES), "title": _text, "doi": _doi, "path": _path, "fragments": _fragments}
_ABSTRACT = record(_part, required=("type", "doi", "path"))
_PART = record(_part, required=("type", "title", "doi", "path"))
_SUB_ARTICLE = record({**_part, "contributors": _contributors}, required=("type", "title", "doi", "path"))

_CITED_PERSON = record(
    dict.fromkeys(("group-type", "surname", "given-names", "suffix"), _text), required=("group-type", "surname")
)
_CITED_GROUP = record(dict.fromkeys(("group-type", "collab"), _text), required=("group-type", "collab"))
_CITATION = record(
    {
        "authors": each(chosen(_cited_author)),
        "year": text(_YEAR, like="2010, 2010a, 2010–2012 or in press"),
        "doi": _doi,
        **dict.fromkeys(("title", "source", "comment"), _text),
    }
)

_fields: dict[str, Check] = {
    **dict.fromkeys(("title", "impact-statement", "article-id", "article-version-id"), _text),
    **dict.fromkeys(("version", "volume"), whole_number(at_least=1)),
    **dict.fromkeys(("publish", "force"), yes_or_no),
    **dict.fromkeys(("pub-date", "update"), _date_time),
    "doi": _doi,
    "elocation-id": text(r"^e[0-9]{5,}\Z", like="e00353"),
    "path": _path,
    "article-type": one_of(*ARTICLE_TYPES),
    "status": one_of("POA", "VOR"),
    "categories": record(dict.fromkeys(("sub-display-channel", "display-channel", "heading"), _texts)),
    "keywords": record(dict.fromkeys(("author-keywords", "research-organism"), _texts)),
    # The schema means both to be required, but says so in the wrong place.
    "related-articles": each(record({"type": one_of(*RELATIONS), "href": _text}, open_=True)),
    "contributors": _contributors,
    "referenced": record(
        {
            **dict.fromkeys(("equal-contrib", "present-address", "contribution", "competing-interest"), _by_id),
            "email": named(accepted(lambda value: not value or is_email(value), like="ada@example.org")),
            **dict.fromkeys(("funding", "related-object"), named(_object)),
            "affiliation": named(_AFFILIATION),
            "foot-note": named(record({"type": _text, "value": _text}, open_=True)),
        }
    ),
    "fragments": _fragments,
    "citations": named(_CITATION),
}
_ARTICLE = record(
    _fields,
    required=(
        "title", "version", "doi", "volume", "elocation-id", "article-id", "article-version-id", "path",
        "article-type", "status",
    ),
)  # fmt: skip
# The fields of an EIF, by name.
FIELDS = frozenset(_fields)
