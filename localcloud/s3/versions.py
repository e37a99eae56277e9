"""Objects as the store has them: the versions of a key, delete markers among them, and what each is made of."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from localcloud.s3 import buckets
from localcloud.s3.buckets import Bucket
from localcloud.s3.faults import Fault
from localcloud.s3.store import Change, Reading

NULL = "null"  # the version id of what was written while versioning was not enabled


@dataclass(frozen=True)
class Piece:
    """One file of a content: a whole upload, or one part."""

    number: int
    file: str
    size: int
    etag: str
    checksum: str
    modified: float


@dataclass(frozen=True)
class About:
    """What an object says of itself beside its content. `parts` is 0 for one that was put whole."""

    headers: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    encryption: dict[str, Any] = field(default_factory=dict)
    checksum: str = ""
    checksum_type: str = ""
    parts: int = 0
    acl: list[dict[str, Any]] | None = None


@dataclass(frozen=True)
class Version:
    number: int
    key: str
    id: str
    latest: bool
    marker: bool
    content: str | None
    size: int
    etag: str
    modified: datetime
    storage: str
    algorithm: str
    about: About
    tags: list[dict[str, str]]

    @property
    def quoted_etag(self) -> str:
        return f'"{self.etag}"'


@dataclass(frozen=True)
class New:
    """An object about to be written; its pieces have rows under `content` already."""

    content: str
    size: int
    etag: str
    storage: str
    algorithm: str
    about: About
    tags: list[dict[str, str]]


def current(reading: Reading, bucket: Bucket, key: str) -> Version | None:
    """The latest version, which may be a delete marker; None where the key has none."""
    statement = "SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY number DESC LIMIT 1"
    row = reading.row(statement, bucket.id, key)
    return None if row is None else of_row(row)


def one(reading: Reading, bucket: Bucket, key: str, version_id: str) -> Version | None:
    statement = "SELECT * FROM versions WHERE bucket = ? AND key = ? AND version = ?"
    row = reading.row(statement, bucket.id, key, version_id)
    return None if row is None else of_row(row)


def find(reading: Reading, bucket: Bucket, key: str, version_id: str | None) -> Version:
    """The object asked for. Raises NoSuchKey, NoSuchVersion, and MethodNotAllowed for a delete marker."""
    if version_id is None:
        version = current(reading, bucket, key)
        if version is None or version.marker:
            fault = Fault("NoSuchKey", Key=key)
            if version is not None:
                fault.headers = {"x-amz-delete-marker": "true", "x-amz-version-id": version.id}
            raise fault
        return version
    version = one(reading, bucket, key, version_id)
    if version is None:
        raise Fault("NoSuchVersion", Key=key, VersionId=version_id)
    if version.marker:
        fault = Fault("MethodNotAllowed", Method="GET", ResourceType="DeleteMarker")
        fault.headers = {"x-amz-delete-marker": "true", "x-amz-version-id": version.id, "Allow": "DELETE"}
        raise fault
    return version


def pieces(reading: Reading, content: str | None) -> list[Piece]:
    """The files of a content, in order."""
    statement = "SELECT number, file, size, etag, checksum, modified FROM pieces WHERE content = ? ORDER BY number"
    return [Piece(*row) for row in reading.rows(statement, content)]


def add_piece(change: Change, content: str, piece: Piece) -> None:
    """Keep a piece; one of the same number before it is gone."""
    drop_pieces(change, content, "AND number = ?", piece.number)
    values = (content, piece.number, piece.file, piece.size, piece.etag, piece.checksum, piece.modified)
    change.run("INSERT INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?)", *values)


def drop_pieces(change: Change, content: str | None, which: str = "", *values: Any) -> None:
    gone = change.rows(f"SELECT file FROM pieces WHERE content = ? {which}", content, *values)
    if gone:
        change.gone += [row["file"] for row in gone]
        change.run(f"DELETE FROM pieces WHERE content = ? {which}", content, *values)


def put(change: Change, bucket: Bucket, key: str, new: New | None) -> str:
    """Make an object, or a delete marker, the latest version of a key; its version id."""
    version_id = NULL
    if buckets.versioning(change, bucket) == "Enabled":
        version_id = secrets.token_urlsafe(24)
    elif before := one(change, bucket, key, NULL):
        _delete_row(change, before)
    change.run("UPDATE versions SET latest = 0 WHERE bucket = ? AND key = ? AND latest", bucket.id, key)
    if new is None:
        values: tuple[Any, ...] = (True, None, 0, "", change.now, "", "", "{}", "[]")
    else:
        about, tags = json.dumps(vars(new.about)), json.dumps(new.tags)
        made_of = (new.content, new.size, new.etag, change.now, new.storage, new.algorithm)
        values = (False, *made_of, about, tags)
    statement = (
        "INSERT INTO versions (bucket, key, version, latest, marker, content, size, etag, modified, storage, "
        "algorithm, about, tags) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    )
    change.insert(statement, bucket.id, key, version_id, *values)
    return version_id


def remove(change: Change, bucket: Bucket, version: Version) -> None:
    """Remove a version for good; the one before it is the latest then."""
    _delete_row(change, version)
    if version.latest:
        statement = (
            "UPDATE versions SET latest = 1 WHERE number = "
            "(SELECT max(number) FROM versions WHERE bucket = ? AND key = ?)"
        )
        change.run(statement, bucket.id, version.key)


def retag(change: Change, version: Version, tags: list[dict[str, str]]) -> None:
    change.run("UPDATE versions SET tags = ? WHERE number = ?", json.dumps(tags), version.number)


def of_row(row: Any) -> Version:
    return Version(
        number=row["number"],
        key=row["key"],
        id=row["version"],
        latest=bool(row["latest"]),
        marker=bool(row["marker"]),
        content=row["content"],
        size=row["size"],
        etag=row["etag"],
        modified=datetime.fromtimestamp(int(row["modified"]), UTC),
        storage=row["storage"],
        algorithm=row["algorithm"],
        about=About(**json.loads(row["about"])),
        tags=json.loads(row["tags"]),
    )


def _delete_row(change: Change, version: Version) -> None:
    change.run("DELETE FROM versions WHERE number = ?", version.number)
    if version.content:
        drop_pieces(change, version.content)


def with_checksum(about: About, checksum: str, kind: str, parts: int = 0) -> About:
    return replace(about, checksum=checksum, checksum_type=kind, parts=parts)
