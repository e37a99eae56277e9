"""The service: puts store, waiting pollers and clock together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.swf import activities, decision_tasks, lifecycle, timers
from localcloud.swf.api import application
from localcloud.swf.deadlines import Clock
from localcloud.swf.executions import by_number
from localcloud.swf.limits import Limits
from localcloud.swf.queues import Waiting
from localcloud.swf.store import Change, Queue, Store

POLL_SECONDS = 60.0


class Swf:
    """Amazon SWF, kept in one SQLite file. `app` answers its API (WSGI); `start` goes on where the last process ended.

    `poll_seconds` is how long a poll waits for a task.
    """

    def __init__(self, database: Path, *, poll_seconds: float = POLL_SECONDS, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self.waiting = Waiting(poll_seconds, limits.pollers)
        self.clock = Clock(fire)
        self.store = Store(database, limits, self._committed)
        self.app = application(self)

    def start(self) -> None:
        self.clock.start(self.store)

    def stop(self) -> None:
        """Send the pollers home and close the database. What was handed out stays handed out, until its time-out."""
        self.waiting.stop()
        self.clock.stop()
        self.store.close()

    def poll(
        self, queue: Queue, take: Callable[[Change], dict[str, Any] | None], alive: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """What `take` finds in one of its transactions, or None when the poll's time is over."""

        def attempt() -> dict[str, Any] | None:
            with self.store.change() as change:
                return take(change)

        return self.waiting.wait(queue, attempt, alive)

    def _committed(self, change: Change) -> None:
        for queue in change.woken:
            self.waiting.wake(queue)
        if change.earliest is not None:
            self.clock.heard(change.earliest)


def fire(change: Change, number: int, kind: str, event: int) -> None:
    """Let a deadline of an execution happen."""
    execution = by_number(change, number)
    if execution is None:
        return
    what, _, which = kind.partition(" ")
    if what == "activity":
        activities.time_out(change, execution, event, which)
    elif what == "decision":
        decision_tasks.time_out(change, execution, which)
    elif what == "timer":
        timers.fire(change, execution, event)
    elif what == "execution":
        lifecycle.time_out(change, execution)
    elif what == "retention":
        lifecycle.forget(change, execution)
