"""The memory of S3: one SQLite file, one writer, readers that nobody blocks."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from localcloud import store

# `versions` has each version of each object and each delete marker; `pieces` the files that a content is made of: one
# of a plain upload, one a part of a multipart upload (whose pieces are there before it is completed).
SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS settings (
    bucket INTEGER, name TEXT, document TEXT NOT NULL, PRIMARY KEY (bucket, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS versions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, bucket INTEGER NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL,
    latest INTEGER NOT NULL, marker INTEGER NOT NULL, content TEXT, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified REAL NOT NULL, storage TEXT NOT NULL, algorithm TEXT NOT NULL, about TEXT NOT NULL, tags TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS live ON versions (bucket, key) WHERE latest AND NOT marker;
CREATE INDEX IF NOT EXISTS history ON versions (bucket, key, number DESC);
CREATE TABLE IF NOT EXISTS uploads (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, bucket INTEGER NOT NULL, key TEXT NOT NULL,
    started REAL NOT NULL, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS uploads_of ON uploads (bucket, key, number);
CREATE TABLE IF NOT EXISTS completed (
    id TEXT PRIMARY KEY, bucket INTEGER NOT NULL, key TEXT NOT NULL, at REAL NOT NULL,
    answer TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS completed_at ON completed (at);
CREATE TABLE IF NOT EXISTS pieces (
    content TEXT, number INTEGER, file TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, etag TEXT NOT NULL,
    checksum TEXT NOT NULL, modified REAL NOT NULL, PRIMARY KEY (content, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, destination TEXT NOT NULL, source TEXT NOT NULL, body TEXT NOT NULL,
    token TEXT NOT NULL);
"""


Reading = store.Change
"""What can be asked of the database: as of one moment, or within a change."""


class Change(store.Change):
    """One transaction. `gone` are files that no row names once it is committed."""

    def __init__(self, connection: sqlite3.Connection, now: float, sequence: int) -> None:
        super().__init__(connection, now)
        self.sequence = sequence  # greater than that of every change before
        self.gone: list[str] = []
        self.told = False  # whether there is something new in the outbox


class Store(store.Store[Change]):
    """As every service's, and `with store.reading() as reading:`, which never waits for a writer."""

    def __init__(self, database: Path, committed: Callable[[Change], None]) -> None:
        self._database = database
        self._readers: list[sqlite3.Connection] = []
        self._closed = False
        self._sequence = 0
        super().__init__(database, SCHEMA, self._change, committed)

    def close(self) -> None:
        self._closed = True
        while self._readers:
            self._readers.pop().close()
        super().close()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        connection = self._reader()
        connection.execute("BEGIN")
        try:
            yield Reading(connection, time.time())
        finally:
            connection.execute("COMMIT")
            if self._closed:
                connection.close()
            else:
                self._readers.append(connection)

    def _reader(self) -> sqlite3.Connection:
        """One that nobody uses now: there are as many as have ever been read with at the same time."""
        try:
            return self._readers.pop()
        except IndexError:
            connection = sqlite3.connect(self._database, check_same_thread=False, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA query_only=ON")
            return connection

    def _change(self, connection: sqlite3.Connection, now: float) -> Change:
        """The sequence counts microseconds, and never back, even when the host's clock is set back."""
        self._sequence = max(self._sequence + 1, time.time_ns() // 1000)
        return Change(connection, now, self._sequence)
