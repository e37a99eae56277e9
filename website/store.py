"""The articles that the website has, as pages ask for them: the latest, one by its path, all versions, a search.

Readers see what is published; `preview=True` is for people who are signed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from flask import current_app

from continuum.database import Connections

PAGE = 20  # articles on one page of a list
_FIELDS = "id, live, article_id, version, path, title, status, pub_date, updated, eif"
# Of each article, its highest published version.
_NEWEST = """live AND NOT EXISTS (
    SELECT FROM content newer WHERE newer.live AND newer.article_id = content.article_id
    AND newer.version > content.version
)"""


@dataclass(frozen=True)
class ArticleVersion:
    """One version of an article, as readers see it or (`published` False) as editors see it beforehand.

    `title` has the EIF's inline markup (`<italic>` …). `body` is what website.body made of the article's XML, as plain
    values by name; None in lists, and where the XML could not be had yet.
    """

    id: str  # "00353.1"
    article_id: str  # "00353"
    version: int
    path: str  # "content/1/e00353v1", without a slash before it
    title: str
    status: str  # "POA" or "VOR"
    published: bool
    pub_date: datetime | None
    update: datetime | None
    eif: Mapping[str, Any] = field(repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def body_html(self) -> str:
        """The article's text as HTML, safe to show; '' where there is none."""
        return str(self.body["html"]) if self.body and "html" in self.body else ""


@dataclass(frozen=True)
class Found:
    """One page of a list; pages are counted from 1."""

    articles: tuple[ArticleVersion, ...]
    total: int
    page: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.size))


class Store:
    """The articles in the database."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def latest(self, size: int = PAGE, page: int = 1) -> Found:
        """The newest published articles first, each in its highest version."""
        with self._connections.transaction() as connection:
            total = connection.execute(f"SELECT count(*) AS total FROM content WHERE {_NEWEST}").fetchone()
            rows = connection.execute(
                f"SELECT {_FIELDS} FROM content WHERE {_NEWEST} ORDER BY pub_date DESC, id DESC LIMIT %s OFFSET %s",
                (size, _offset(size, page)),
            ).fetchall()
        return _found(rows, total, size, page)

    def by_path(self, path: str, preview: bool = False) -> ArticleVersion | None:
        """The article version with that path; with `preview` its draft, where it has one."""
        with self._connections.transaction() as connection:
            row = connection.execute(
                f"SELECT {_FIELDS}, body FROM content WHERE path = %s AND (live OR %s) ORDER BY live LIMIT 1",
                (path, preview),
            ).fetchone()
        return _article(row) if row else None

    def versions(self, article_id: str, preview: bool = False) -> tuple[ArticleVersion, ...]:
        """All published versions of an article, the first one first; with `preview` also the unpublished ones."""
        with self._connections.transaction() as connection:
            rows = connection.execute(
                f"""SELECT DISTINCT ON (version, id) {_FIELDS} FROM content
                WHERE article_id = %s AND (live OR %s) ORDER BY version, id, live DESC""",
                (article_id, preview),
            ).fetchall()
        return tuple(map(_article, rows))

    def search(self, query: str, page: int = 1, size: int = PAGE) -> Found:
        """The published articles that have all words of the query, those with them in the title first.

        The query is what people type: "exact words", or, -without. Accents and endings make no difference.
        """
        matching = f"{_NEWEST} AND search @@ websearch_to_tsquery('article', %s)"
        words = query.replace("\0", " ")[:500]
        with self._connections.transaction() as connection:
            total = connection.execute(f"SELECT count(*) AS total FROM content WHERE {matching}", (words,)).fetchone()
            rows = connection.execute(
                f"""SELECT {_FIELDS} FROM content WHERE {matching}
                ORDER BY ts_rank_cd(search, websearch_to_tsquery('article', %s)) DESC, pub_date DESC, id
                LIMIT %s OFFSET %s""",
                (words, words, size, _offset(size, page)),
            ).fetchall()
        return _found(rows, total, size, page)


def store() -> Store:
    """The store of the application that answers the current request."""
    return cast(Store, current_app.extensions["store"])


def _offset(size: int, page: int) -> int:
    return (min(max(page, 1), 10**9) - 1) * size


def _found(rows: list[dict[str, Any]], total: Mapping[str, Any] | None, size: int, page: int) -> Found:
    return Found(tuple(map(_article, rows)), int(total["total"]) if total else 0, max(page, 1), size)


def _article(row: Mapping[str, Any]) -> ArticleVersion:
    values = {name: value for name, value in row.items() if name not in ("live", "updated")}
    return ArticleVersion(published=row["live"], update=row["updated"], **values)
