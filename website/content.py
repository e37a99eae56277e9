"""Rows of the table `content`: how an EIF becomes one, and what it is found by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Json

from website.body import Body
from website.documents import moment

# PostgreSQL keeps at most 1 MB of a document's words, with their places.
_SEARCHED = 400_000  # characters of an article's text
_SEARCHED_FIELD = 20_000
_TAG = re.compile(r"<[^<>]*>")
_LOCKS = 0x45494601  # "EIF" and a one: the class of the locks that belong to one article version

SEARCH = """
    setweight(to_tsvector('article', %(search_a)s), 'A') || setweight(to_tsvector('article', %(search_b)s), 'B') ||
    setweight(to_tsvector('article', %(search_c)s), 'C') || setweight(to_tsvector('article', %(search_d)s), 'D')
"""
_WRITE = f"""
    INSERT INTO content (id, live, article_id, version, path, title, status, pub_date, updated, eif, body, body_source,
        xml_sha256, tried_source, search)
    VALUES (%(id)s, %(live)s, %(article_id)s, %(version)s, %(path)s, %(title)s, %(status)s, %(pub_date)s, %(updated)s,
        %(eif)s, %(body)s, %(body_source)s, %(xml_sha256)s,
        %(source)s, {SEARCH})
    ON CONFLICT (id, live) DO UPDATE SET article_id = excluded.article_id, version = excluded.version,
        path = excluded.path, title = excluded.title, status = excluded.status, pub_date = excluded.pub_date,
        updated = excluded.updated, eif = excluded.eif, body = excluded.body, body_source = excluded.body_source,
        xml_sha256 = excluded.xml_sha256, tried_source = excluded.tried_source, tried_at = excluded.tried_at,
        search = excluded.search, posted_at = excluded.posted_at
"""


@dataclass(frozen=True)
class Text:
    """An article's text: where its XML is, that XML's SHA-256, and what was made of it; None where it can't be had."""

    source: str
    xml_sha256: bytes = b""
    body: Body | None = None


def lock(connection: Connection[DictRow], version_id: str) -> None:
    """Until the end of the transaction nobody else changes this article version; waits for who does now."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCKS, version_id))


def rows(connection: Connection[DictRow], version_id: str) -> dict[bool, DictRow]:
    """The rows of an article version by `live`; without their bodies."""
    found = connection.execute(
        "SELECT live, eif, pub_date, updated, article_id, version, path FROM content WHERE id = %s", (version_id,)
    )
    return {row["live"]: row for row in found}


def write(
    connection: Connection[DictRow],
    eif: Mapping[str, Any],
    live: bool,
    pub_date: datetime | None,
    text: Text,
) -> None:
    """Writes an EIF as the article version's live row or as its draft, in place of the one there is."""
    connection.execute(
        _WRITE,
        {
            "id": eif["article-version-id"],
            "live": live,
            "article_id": eif["article-id"],
            "version": eif["version"],
            "path": normal_path(eif),
            "title": eif["title"],
            "status": eif["status"],
            "pub_date": pub_date,
            "updated": moment(eif, "update"),
            "eif": Json(eif),
            "source": text.source,
            **kept(eif, text),
        },
    )


def kept(eif: Mapping[str, Any], text: Text) -> dict[str, Any]:
    """The columns that an article's text gives, and what the article is found by."""
    return {
        "body": Json(text.body.as_json()) if text.body else None,
        "body_source": text.source if text.body and text.body.html else "",
        "xml_sha256": text.xml_sha256,
        **searched(eif, text.body),
    }


def normal_path(eif: Mapping[str, Any]) -> str:
    """`content/1/e00353v1`"""
    return str(eif["path"]).strip("/")


def searched(eif: Mapping[str, Any], body: Body | None) -> dict[str, str]:
    """The values of SEARCH: an article's words by weight. Title, then names and numbers, summary, text."""
    keywords = [word for words in eif.get("keywords", {}).values() for word in words]
    subjects = [subject for subjects in eif.get("categories", {}).values() for subject in subjects]
    names = [*_authors(eif), eif["doi"], eif["article-id"], *keywords, *subjects]
    return {
        "search_a": _words(eif["title"]),
        "search_b": _words(" , ".join(names)),
        "search_c": _words(eif.get("impact-statement", "")),
        "search_d": body.text.replace("\0", " ")[:_SEARCHED] if body else "",
    }


def _authors(eif: Mapping[str, Any]) -> Iterator[str]:
    for person in eif.get("contributors", ()):
        parts = (person.get(part, "") for part in ("given-names", "surname", "suffix", "collab", "on-behalf-of"))
        yield " ".join(filter(None, parts))


def _words(text: str) -> str:
    return _TAG.sub("", text)[:_SEARCHED_FIELD]
