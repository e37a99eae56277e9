"""Contents of objects: a file each, written once, never changed.

A file is part of the store only when a row names it. So it is written under its final name, its row committed after;
what a killed process leaves behind is named by no row, and swept at the next start.
"""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from pathlib import Path

log = logging.getLogger(__name__)
BLOCK = 256 * 1024
BATCH = 500


class Blobs:
    """The files, in one folder. What somebody reads is not removed before they are through with it (`held`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self._run = secrets.token_hex(6)  # names what this process writes: the sweep leaves it alone
        self._numbers = count()
        self._held: Counter[str] = Counter()
        self._doomed: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, blocks: Iterable[bytes]) -> str:
        """A new file with that content; nothing is left of it if `blocks` raises. Its name."""
        name = self._name()
        path = self._path(name)
        try:
            with path.open("xb", buffering=0) as stream:
                for block in blocks:
                    stream.write(block)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return name

    def copy(self, source: str) -> str:
        """Another name for the same content: a hard link, or, where there are too many, a copy."""
        name = self._name()
        try:
            os.link(self._path(source), self._path(name))
        except OSError as error:
            if error.errno not in (errno.EMLINK, errno.EPERM, errno.EOPNOTSUPP):
                raise
            shutil.copyfile(self._path(source), self._path(name))
        return name

    def read(self, name: str, start: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `start` on. The caller holds the file."""
        with self._path(name).open("rb", buffering=0) as stream:
            stream.seek(start)
            while length and (block := stream.read(min(length, BLOCK))):
                length -= len(block)
                yield block

    def hold(self, names: Iterable[str]) -> None:
        """Keep files until `release`. The caller has `lock` since before it looked for their names."""
        self._held.update(names)

    def release(self, names: Iterable[str]) -> None:
        with self.lock:
            self._held.subtract(names)
            for name in [name for name in names if self._held[name] <= 0]:
                del self._held[name]
                if name in self._doomed:
                    self._doomed.discard(name)
                    self._unlink(name)

    def discard(self, names: Iterable[str]) -> None:
        """Remove files that no row names any more, each as soon as nobody reads it."""
        with self.lock:
            for name in names:
                if self._held[name]:
                    self._doomed.add(name)
                else:
                    del self._held[name]
                    self._unlink(name)

    def sweep(self, known: Callable[[list[str]], set[str]]) -> None:
        """Remove what earlier processes left and no row names. `known` says which of some names have a row."""
        names = (path.name for path in self.folder.iterdir() if not path.name.startswith(self._run))
        while batch := list(islice(names, BATCH)):
            for name in set(batch) - known(batch):
                self._unlink(name)

    def _name(self) -> str:
        return f"{self._run}{next(self._numbers):08x}"

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _unlink(self, name: str) -> None:
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError:  # what was asked for has happened; the next start sweeps
            log.exception("%s could not be removed", name)
