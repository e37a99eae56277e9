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
from website import assets, switches
from website.bodies import refresh

PAGE = 20  # articles on one page of a list
# Seconds for which nobody looks for a text again that is not there, or for another one of a draft.
_REST, _REST_OF_DRAFTS = 60, 10
# Around a found word in a snippet: characters that no text has (Unicode's private use area).
SNIPPET_START, SNIPPET_END = "\ue000", "\ue001"
_SNIPPET = (
    'MaxFragments=2, MaxWords=22, MinWords=10, FragmentDelimiter=" … ", '
    f"StartSel={SNIPPET_START}, StopSel={SNIPPET_END}"
)
_FIELDS = "id, live, article_id, version, path, title, status, pub_date, updated, eif"
_SNIPPED = 100_000  # characters of a text that snippets are taken from
# Of each article, its highest published version.
_NEWEST = """live AND NOT EXISTS (
    SELECT FROM content newer WHERE newer.live AND newer.article_id = content.article_id
    AND newer.version > content.version
)"""


@dataclass(frozen=True)
class ArticleVersion:
    """One version of an article, as readers see it or (`published` False) as editors see it beforehand.

    `title` has the EIF's inline markup (`<italic>` …). `body` is what website.body made of the article's XML, as plain
    values by name; None in lists, and where the XML could not be had yet. `snippet` is, in what a search finds, a part
    of the text with the words that were searched for between SNIPPET_START and SNIPPET_END.
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
    snippet: str = ""

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
    """The articles in the database. `cdn`: where their files are, unless the admin page says otherwise."""

    def __init__(self, connections: Connections, cdn: str = "") -> None:
        self._connections = connections
        self._cdn = cdn

    def cdn(self) -> str:
        """Where articles' files are: an address with a slash at its end; '' where none is set."""
        with self._connections.transaction() as connection:
            return switches.cdn(connection, self._cdn)

    def latest(self, size: int = PAGE, page: int = 1) -> Found:
        """The newest published articles first, each in its highest version."""
        with self._connections.transaction() as connection:
            total = connection.execute(f"SELECT count(*) AS total FROM content WHERE {_NEWEST}").fetchone()
            rows = connection.execute(
                f"SELECT {_FIELDS} FROM content WHERE {_NEWEST} ORDER BY pub_date DESC, id DESC LIMIT %s OFFSET %s",
                (size, _offset(size, page)),
            ).fetchall()
        return _found(rows, total, size, page)

    def drafts(self, size: int = 5 * PAGE) -> Found:
        """What was posted and is not published, for editors: the last posted first."""
        with self._connections.transaction() as connection:
            total = connection.execute("SELECT count(*) AS total FROM content WHERE NOT live").fetchone()
            rows = connection.execute(
                f"SELECT {_FIELDS} FROM content WHERE NOT live ORDER BY posted_at DESC, id DESC LIMIT %s", (size,)
            ).fetchall()
        return _found(rows, total, size, 1)

    def addresses(self, most: int) -> list[tuple[str, datetime]]:
        """Of every published article its newest version's path, and when that came; the newest first."""
        with self._connections.transaction() as connection:
            rows = connection.execute(
                f"""SELECT path, coalesce(updated, pub_date) AS moment FROM content
                WHERE {_NEWEST} ORDER BY pub_date DESC, id DESC LIMIT %s""",
                (most,),
            ).fetchall()
        return [(row["path"], row["moment"]) for row in rows]

    def by_path(self, path: str, preview: bool = False) -> ArticleVersion | None:
        """The article version with that path; with `preview` its draft, where it has one.

        Where its text could not be had when it was posted, or was had from where the CDN was before, it is fetched now;
        that of a draft also where the CDN has another one now.
        """
        with self._connections.transaction() as connection:
            row = connection.execute(
                f"""SELECT {_FIELDS}, body, body_source FROM content
                WHERE path = %s AND (live OR %s) ORDER BY live LIMIT 1""",
                (path, preview),
            ).fetchone()
            cdn = switches.cdn(connection, self._cdn)
        if row is None:
            return None
        source = assets.xml_address(cdn, row["article_id"], row["version"])
        is_elsewhere = row.pop("body_source") != source
        if source and (is_elsewhere or not row["live"]):
            rest = _REST if is_elsewhere else _REST_OF_DRAFTS
            fresh = refresh(self._connections, cdn, row["id"], source, row["live"], rest)
            row["body"] = fresh.as_json() if fresh else row["body"]
        return _article(row)

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
            # Snippets are made last, of this page's articles only: each reads a whole text.
            rows = connection.execute(
                f"""SELECT {_FIELDS}, coalesce(ts_headline('article', left(body->>'text', {_SNIPPED}),
                    websearch_to_tsquery('article', %s), %s), '') AS snippet
                FROM (
                    SELECT {_FIELDS}, body, ts_rank_cd(search, websearch_to_tsquery('article', %s)) AS rank
                    FROM content WHERE {matching} ORDER BY rank DESC, pub_date DESC, id LIMIT %s OFFSET %s
                ) AS found ORDER BY rank DESC, pub_date DESC, id""",
                (words, _SNIPPET, words, words, size, _offset(size, page)),
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
