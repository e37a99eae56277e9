"""Lists of keys in order: rolled up at a delimiter, page by page. What is skipped is never read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from localcloud.s3.buckets import Bucket
from localcloud.s3.faults import invalid
from localcloud.s3.store import Reading

MOST = 1000
NEWEST = 2**62
FEW = 16  # rows read at first, where most of them may roll up into what the first has told

Position = tuple[str, int]
"""Where rows begin: a key, and which of its rows."""


class Source(Protocol):
    """Rows that have a key, in order."""

    def rows(self, position: Position, most: int) -> list[Any]: ...
    def at(self, key: str) -> Position:
        """Where the rows of a key, or of the next one, begin."""
        ...

    def after(self, row: Any) -> Position: ...


@dataclass(frozen=True)
class Objects:
    """The objects of a bucket as they are now."""

    reading: Reading
    bucket: Bucket

    def rows(self, position: Position, most: int) -> list[Any]:
        statement = (
            "SELECT key, etag, size, modified, storage, algorithm FROM versions INDEXED BY live "
            "WHERE bucket = ? AND key >= ? AND latest AND NOT marker ORDER BY key LIMIT ?"
        )
        return self.reading.rows(statement, self.bucket.id, position[0], most)

    def at(self, key: str) -> Position:
        return key, 0

    def after(self, row: Any) -> Position:
        return row["key"] + "\0", 0


@dataclass(frozen=True)
class History:
    """All versions and delete markers of a bucket: by key, the newest first."""

    reading: Reading
    bucket: Bucket

    def rows(self, position: Position, most: int) -> list[Any]:
        key, below = position
        statement = "SELECT * FROM versions WHERE bucket = ? AND {} ORDER BY key, number DESC LIMIT ?"
        same = self.reading.rows(statement.format("key = ? AND number < ?"), self.bucket.id, key, below, most)
        return same + self.reading.rows(statement.format("key > ?"), self.bucket.id, key, most - len(same))

    def at(self, key: str) -> Position:
        return key, NEWEST

    def after(self, row: Any) -> Position:
        return row["key"], row["number"]


@dataclass(frozen=True)
class Uploads:
    """The multipart uploads of a bucket that are under way: by key, the oldest first."""

    reading: Reading
    bucket: Bucket

    def rows(self, position: Position, most: int) -> list[Any]:
        key, above = position
        statement = "SELECT * FROM uploads WHERE bucket = ? AND {} ORDER BY key, number LIMIT ?"
        same = self.reading.rows(statement.format("key = ? AND number > ?"), self.bucket.id, key, above, most)
        return same + self.reading.rows(statement.format("key > ?"), self.bucket.id, key, most - len(same))

    def at(self, key: str) -> Position:
        return key, 0

    def after(self, row: Any) -> Position:
        return row["key"], row["number"]


@dataclass
class Page:
    """Rows, and what further keys were rolled up into, both in order. `last` is the last of both, if more follow."""

    rows: list[Any] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: Any | str | None = None  # a row, or a prefix


def page(source: Source, prefix: str, delimiter: str, begin: Position, most: int) -> Page:
    """One page of what the source has from `begin` on, of keys with that prefix."""
    found = Page()
    if most == 0:
        return found
    for row, rolled in _walk(source, max(source.at(prefix), begin), prefix, delimiter, most + 1):
        if len(found.rows) + len(found.prefixes) == most:
            return found
        if rolled is None:
            found.rows.append(row)
        else:
            found.prefixes.append(rolled)
        found.last = row if rolled is None else rolled
    found.last = None
    return found


def successor(text: str) -> str | None:
    """The least string after all that begin with `text`; None if there is none. UTF-8 orders as code points do."""
    while text:
        code = ord(text[-1]) + 1
        if code <= 0x10FFFF:
            return text[:-1] + chr(0xE000 if code == 0xD800 else code)
        text = text[:-1]
    return None


def limit(asked: int | None, name: str) -> int:
    """How many a page may have. Raises InvalidArgument."""
    if asked is None:
        return MOST
    if not 0 <= asked <= 2**31 - 1:
        raise invalid(name, asked, f"Argument {name} must be an integer between 0 and 2147483647")
    return min(asked, MOST)


def _walk(
    source: Source, position: Position, prefix: str, delimiter: str, size: int
) -> Iterator[tuple[Any, str | None]]:
    """Rows in order, one alone of all that roll up into the same, with what it rolls up into."""
    end, most = successor(prefix), size
    size = min(size, FEW) if delimiter else size  # many may be one's own, or all of them roll up into one
    while True:
        rows, rolled = source.rows(position, size), None
        for row in rows:
            if end is not None and row["key"] >= end:
                return
            if rolled is None or not row["key"].startswith(rolled):
                rolled = _rolled(row["key"], prefix, delimiter)
                yield row, rolled
        if len(rows) < size:
            return
        size = FEW if rolled is not None else min(size * 4, most)
        if rolled is None:
            position = source.after(rows[-1])
        elif (after := successor(rolled)) is None:
            return
        else:
            position = source.at(after)


def _rolled(key: str, prefix: str, delimiter: str) -> str | None:
    """What a key is rolled up into, or None."""
    if not delimiter:
        return None
    place = key.find(delimiter, len(prefix))
    return None if place < 0 else key[: place + len(delimiter)]
