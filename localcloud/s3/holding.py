"""An object held for reading: nothing removes its files before the reader is through, even if it is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from localcloud.s3 import buckets, versions
from localcloud.s3.blobs import Blobs
from localcloud.s3.buckets import Bucket
from localcloud.s3.lifecycle import rules_of
from localcloud.s3.store import Store
from localcloud.s3.versions import Piece, Version


@dataclass(frozen=True)
class Held:
    """An object, and the files that it is made of. `release` must be called once."""

    bucket: Bucket
    version: Version
    pieces: list[Piece]
    rules: list[dict[str, Any]]  # of the bucket's lifecycle
    blobs: Blobs

    def release(self) -> None:
        self.blobs.release([piece.file for piece in self.pieces])

    def content(self, start: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `start` on."""
        for piece in self.pieces:
            if length and start < piece.size:
                here = min(length, piece.size - start)
                yield from self.blobs.read(piece.file, start, here)
                start, length = 0, length - here
            else:
                start -= piece.size


class Sending:
    """The body of an answer: part of a held object, released when it is sent or the caller is gone."""

    def __init__(self, held: Held, start: int, length: int) -> None:
        self._held: Held | None = held
        self._blocks = held.content(start, length)

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()


def hold(store: Store, blobs: Blobs, bucket: str, key: str, version_id: str | None) -> Held:
    """Find an object and hold it. Raises as `versions.find`, and NoSuchBucket."""
    with blobs.lock, store.reading() as reading:  # who replaces it discards its files after this
        found = buckets.find(reading, bucket)
        version = versions.find(reading, found, key, version_id)
        pieces = versions.pieces(reading, version.content)
        blobs.hold(piece.file for piece in pieces)
        return Held(found, version, pieces, rules_of(reading, found), blobs)


@contextmanager
def holding(store: Store, blobs: Blobs, bucket: str, key: str, version_id: str | None) -> Iterator[Held]:
    held = hold(store, blobs, bucket, key, version_id)
    try:
        yield held
    finally:
        held.release()
