"""The register of articles: which versions there are, and when each was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg.types.json import Jsonb

from continuum.database import Connections
from continuum.dates import written
from lax.eif import Publication

# What a record repeats of the EIF; the rest of it is the website's business.
_REPEATED = ["title", "status", "article-type", "volume", "elocation-id", "path", "pub-date", "update"]

_VERSIONS = """
    SELECT v.article_id, v.version, v.published_at, r.received_at,
        (SELECT jsonb_object_agg(key, value) FROM jsonb_each(r.eif) WHERE key = ANY(%(repeated)s)) AS repeated
    FROM article_version v JOIN received r ON r.id = v.received_id
    WHERE v.article_id = %(article)s
"""


class AlreadyThere(Exception):
    """A version that was to be created is there, and says something else."""


class NotThere(Exception):
    """A version that was to be updated is not there."""


@dataclass(frozen=True)
class Register:
    """The register in a database that lax has migrated. Its methods raise continuum.web.NotWell while that is away."""

    connections: Connections

    def versions(self, article: int) -> list[dict[str, Any]]:
        """The records of an article's versions, the first first; [] for an article that is not there."""
        with self.connections.transaction() as connection:
            query = f"{_VERSIONS} ORDER BY v.version"
            rows = connection.execute(query, {"article": article, "repeated": _REPEATED}).fetchall()
        return [_record(row) for row in rows]

    def version(self, article: int, version: int) -> dict[str, Any] | None:
        """The record of one version, None where it is not there."""
        return next((record for record in self.versions(article) if record["version"] == version), None)

    def latest(self, article: int) -> dict[str, Any] | None:
        """The record of the highest version, None for an article that is not there."""
        return next(iter(self.versions(article)[::-1]), None)

    def receive(self, publication: Publication, by: str, create: bool, update: bool) -> str:
        """Enters what an EIF told: "new", "changed", or "known" where it told nothing new.

        A version's date is the earliest that any EIF of it gave. Raises AlreadyThere for a version that would be
        changed without `update`, NotThere for one that would be new without `create`.
        """
        key = {"article": publication.article_id, "version": publication.version}
        with self.connections.transaction() as connection:
            # One EIF of an article after the other: the second of two at once finds the first's.
            connection.execute("SELECT pg_advisory_xact_lock(%(article)s)", key)
            there = connection.execute(
                "SELECT r.sha256 FROM article_version v JOIN received r ON r.id = v.received_id"
                " WHERE v.article_id = %(article)s AND v.version = %(version)s",
                key,
            ).fetchone()
            if there and there["sha256"] == publication.sha256:
                return "known"
            if there and not update:
                raise AlreadyThere
            if not there and not create:
                raise NotThere
            values = {**key, "by": by, "sha256": publication.sha256, "eif": Jsonb(publication.eif)}
            received = connection.execute(
                "INSERT INTO received (article_id, version, received_by, sha256, eif)"
                " VALUES (%(article)s, %(version)s, %(by)s, %(sha256)s, %(eif)s) RETURNING id",
                values,
            ).fetchone()
            assert received is not None
            connection.execute(
                "INSERT INTO article_version AS v (article_id, version, published_at, received_id)"
                " VALUES (%(article)s, %(version)s, %(published)s, %(received)s)"
                " ON CONFLICT (article_id, version) DO UPDATE SET received_id = excluded.received_id,"
                " published_at = least(v.published_at, excluded.published_at)",
                {**key, "published": publication.published, "received": received["id"]},
            )
        return "changed" if there else "new"


def doi(article: int) -> str:
    """353 -> `10.7554/eLife.00353`."""
    return f"10.7554/eLife.{article:05}"


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A version's record, as the API gives it."""
    return {
        **row["repeated"],
        "article-id": f"{row['article_id']:05}",
        "doi": doi(row["article_id"]),
        "version": row["version"],
        "datetime_published": written(row["published_at"]),
        "datetime_received": written(row["received_at"]),
    }
