"""An article's zip, opened with care: it comes from outside.

What it says of itself is believed only to refuse it early; what counts is what comes out of it.
"""

from __future__ import annotations

import io
import os
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from bot.activity.task import PermanentFailure
from bot.provider.zip_members import members

_MB = 1024 * 1024
_LARGE = 8 * _MB
_BEGINS = b"PK"
# The record at a zip's end (PKWARE's APPNOTE, 4.3.16): 22 bytes and a comment of at most 65535.
_END = b"PK\x05\x06"
_LONGEST_END = 22 + 65535


@dataclass(frozen=True)
class Limits:
    """What an article may be. S3 copies at most 5 GB at once; the largest articles of eLife have some hundred MB."""

    files: int = 3000
    list_bytes: int = 2 * _MB  # of the list at the zip's end, which is read into memory
    unpacked_bytes: int = 5000 * _MB
    xml_bytes: int = 20 * _MB
    # Nothing that people make packs so well, but for small figures of one colour.
    ratio: int = 200
    ratio_from_bytes: int = 250 * _MB


class Package:
    """The files in the zip of an article. Several threads may read them side by side."""

    def __init__(self, archive: zipfile.ZipFile, name: str, article_id: str, budget: Budget) -> None:
        self.name = name
        self._archive = archive
        self._budget = budget
        self._members = members(archive.infolist(), name, article_id)

    @property
    def files(self) -> list[str]:
        """The files' names, without folders."""
        return sorted(self._members)

    def is_large(self, file: str) -> bool:
        """Whether a file is better handled alone: several at once would take much memory."""
        return self._members[file].file_size > _LARGE

    @contextmanager
    def open(self, file: str) -> Iterator[IO[bytes]]:
        """A file to be read; reading raises PermanentFailure where it is damaged, or where too much comes out."""
        with _damage(f"{file} in {self.name}"):
            packed = self._archive.open(self._members[file])
        with packed, io.BufferedReader(_Counted(packed, self._budget, f"{file} in {self.name}"), _MB) as reader:
            yield reader


@contextmanager
def open_zip(file: IO[bytes], name: str, article_id: str, limits: Limits | None = None) -> Iterator[Package]:
    """The article's zip called `name`, which is in `file`; PermanentFailure, naming the file, for what is wrong."""
    limits = limits or Limits()
    size = file.seek(0, os.SEEK_END)
    _check_ends(file, name, size)
    with _damage(name):
        archive = zipfile.ZipFile(_InPieces(file, name, limits.list_bytes))
    with archive:
        if len(archive.infolist()) > limits.files:
            raise PermanentFailure(f"{name} has more than {limits.files} files in it")
        yield Package(archive, name, article_id, Budget(name, size, limits))


class Budget:
    """How much may still come out of a zip."""

    def __init__(self, name: str, zip_bytes: int, limits: Limits) -> None:
        self._name = name
        self._zip_bytes = zip_bytes
        self._limits = limits
        self._unpacked = 0
        self._lock = threading.Lock()

    def spend(self, count: int) -> None:
        """Takes note that so many bytes came out; PermanentFailure where that is too much."""
        with self._lock:
            self._unpacked += count
            unpacked = self._unpacked
        if unpacked > self._limits.unpacked_bytes:
            raise PermanentFailure(f"{self._name} has more than {self._limits.unpacked_bytes // _MB} MB of files in it")
        if unpacked > self._limits.ratio_from_bytes and unpacked > self._limits.ratio * self._zip_bytes:
            raise PermanentFailure(
                f"{self._name} unpacks to more than {self._limits.ratio} times its size: it looks like a zip bomb"
            )


class _Counted(io.RawIOBase):
    """A file of the zip as it is unpacked, counted."""

    def __init__(self, packed: IO[bytes], budget: Budget, what: str) -> None:
        self._packed = packed
        self._budget = budget
        self._what = what

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with _damage(self._what):
            read = self._packed.read(min(len(buffer), _MB))
        self._budget.spend(len(read))
        buffer[: len(read)] = read
        return len(read)


class _InPieces:
    """The zip's file, of which only small pieces can be read; the list of files is read as one."""

    def __init__(self, file: IO[bytes], name: str, longest: int) -> None:
        self._file = file
        self._name = name
        self._longest = longest
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        if size > self._longest:
            raise PermanentFailure(f"{self._name} has too long a list of files")
        return self._file.read(size)


def _check_ends(file: IO[bytes], name: str, size: int) -> None:
    """Tells apart what zipfile says in one way: nothing at all, half a zip, something else."""
    if size == 0:
        raise PermanentFailure(f"{name} is empty")
    file.seek(0)
    begins = file.read(len(_BEGINS))
    file.seek(max(0, size - _LONGEST_END))
    if _END not in file.read():
        was = "is cut off: its end is missing" if begins == _BEGINS else "is not a zip"
        raise PermanentFailure(f"{name} {was}; make it again and send it again")


@contextmanager
def _damage(what: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError) as error:
        raise PermanentFailure(f"{what} is damaged ({error}); make the zip again and send it again") from error
