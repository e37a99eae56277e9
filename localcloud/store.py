"""What a service of ours remembers: one SQLite file, one writer, committed before the caller hears of it."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar


class Change:
    """One transaction: what was asked of the database. `now` is its time, in seconds since 1970."""

    def __init__(self, connection: sqlite3.Connection, now: float) -> None:
        self.now = now
        self.before_commit: list[Callable[[], None]] = []
        self._connection = connection

    def rows(self, statement: str, *values: Any) -> list[Any]:
        return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Any) -> Any:
        """The first row, or None."""
        return self._connection.execute(statement, values).fetchone()

    def run(self, statement: str, *values: Any) -> int:
        """The number of rows changed."""
        return self._connection.execute(statement, values).rowcount

    def many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """The same for each of several rows of values."""
        self._connection.executemany(statement, values)

    def insert(self, statement: str, *values: Any) -> int:
        """The new row's number."""
        return self._connection.execute(statement, values).lastrowid or 0


C = TypeVar("C", bound=Change)


class Store(Generic[C]):
    """`with store.change() as change:` is one transaction; `committed(change)` runs after each, outside the lock.

    A killed process loses nothing that was committed (WAL); the host's power cut could take the last moments
    (synchronous=NORMAL) but leaves the file sound.

    `begin` makes the service's own kind of change from a connection and the time, which `now` tells.
    """

    def __init__(
        self,
        database: Path,
        schema: str,
        begin: Callable[[sqlite3.Connection, float], C],
        committed: Callable[[C], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._begin = begin
        self._committed = committed
        self._time = now
        self._last = 0.0
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        # A checkpoint waits for the disk: every 16 MB will do.
        self._connection.execute("PRAGMA wal_autocheckpoint=4000")
        self._connection.executescript(schema)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def change(self) -> Iterator[C]:
        with self._lock:
            change = self._begin(self._connection, self._now())
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield change
                for finish in change.before_commit:
                    finish()
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
        self._committed(change)

    def _now(self) -> float:
        """Seconds since 1970, to the millisecond as AWS counts; never back, even when the host's clock is set back."""
        self._last = max(self._last, round(self._time(), 3))
        return self._last
