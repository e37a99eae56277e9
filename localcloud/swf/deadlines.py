"""Every time-out of SWF, from one ordered heap of deadlines: the index of a table, so that a restart forgets none."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from localcloud.swf.store import Change, Store

log = logging.getLogger(__name__)

Fire = Callable[[Change, int, str, int], None]
"""What a deadline does: change, execution's number, kind, event id."""
LONGEST_SLEEP = 3600.0


def set_deadline(change: Change, execution: int, kind: str, event: int, seconds: str | None) -> None:
    """Let `kind` happen to an execution's event after some seconds; none where the duration is NONE or missing."""
    if seconds is None or seconds == "NONE":
        return
    at = change.now + int(seconds)
    change.run("INSERT OR REPLACE INTO deadlines VALUES (?,?,?,?)", execution, kind, event, at)
    change.earliest = at if change.earliest is None else min(at, change.earliest)


def drop_deadlines(change: Change, execution: int, event: int) -> None:
    """Forget all deadlines of one event."""
    change.run("DELETE FROM deadlines WHERE execution=? AND event=?", execution, event)


class Clock:
    """The thread that sleeps until the next deadline, and lets it happen."""

    def __init__(self, fire: Fire) -> None:
        self._fire = fire
        self._changed = threading.Condition()
        self._next: float | None = None
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self, store: Store) -> None:
        self._thread = threading.Thread(target=self._run, args=(store,), name="swf deadlines", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread:
            self._thread.join()

    def heard(self, at: float) -> None:
        """A deadline was set: wake where it comes before the one that is slept for."""
        with self._changed:
            if self._next is None or at < self._next:
                self._next = at
                self._changed.notify()

    def _run(self, store: Store) -> None:
        while not self._stopped:
            with self._changed:
                self._next = None
            try:
                upcoming = self._let_happen(store)
            except Exception:
                log.exception("a time-out of SWF could not happen; trying again in a second")
                upcoming = time.time() + 1
            with self._changed:
                if upcoming is not None and (self._next is None or upcoming < self._next):
                    self._next = upcoming
                self._sleep()

    def _sleep(self) -> None:
        while not self._stopped:
            left = LONGEST_SLEEP if self._next is None else self._next - time.time()
            if left <= 0:
                return
            self._changed.wait(min(left, LONGEST_SLEEP))

    def _let_happen(self, store: Store) -> float | None:
        """Let everything due happen, each in a transaction of its own; when the next one is due."""
        while not self._stopped:
            with store.change() as change:
                row = change.row("SELECT execution, kind, event, at FROM deadlines ORDER BY at LIMIT 1")
                if row is None:
                    return None
                if row["at"] > change.now:
                    return float(row["at"])
                execution, kind, event = row["execution"], row["kind"], row["event"]
                change.run("DELETE FROM deadlines WHERE execution=? AND event=? AND kind=?", execution, event, kind)
                self._fire(change, execution, kind, event)
        return None
