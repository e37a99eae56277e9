"""Digests of a content that passes by in blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from localcloud.s3 import checksums


class Digested:
    """Iterates over blocks; at their end `size`, `etag` (MD5, hexadecimal) and `checksum` are known."""

    def __init__(self, blocks: Iterable[bytes], algorithm: str) -> None:
        self._blocks = blocks
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._checksum = checksums.new(algorithm)
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self._md5.update(block)
            self._checksum.update(block)
            self.size += len(block)
            yield block

    @property
    def etag(self) -> str:
        return self._md5.hexdigest()

    @property
    def checksum(self) -> str:
        return checksums.encoded(self._checksum.digest())
