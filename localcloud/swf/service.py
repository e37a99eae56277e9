"""The service: puts store, waiting pollers and clock together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.clock import Clock
from localcloud.swf import activities, decision_tasks, lifecycle, timers
from localcloud.swf.api import application
from localcloud.swf.deadlines import happen
from localcloud.swf.executions import by_number
from localcloud.swf.faults import fault
from localcloud.swf.limits import Limits
from localcloud.swf.store import Change, Queue, opened
from localcloud.waiting import Waiting

POLL_SECONDS = 60.0


class Swf:
    """Amazon SWF, kept in one SQLite file. `app` answers its API (WSGI); `start` goes on where the last process ended.

    `poll_seconds` is how long a poll waits for a task.
    """

    def __init__(self, database: Path, *, poll_seconds: float = POLL_SECONDS, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self.poll_seconds = poll_seconds
        self.waiting: Waiting[Queue] = Waiting(limits.pollers, lambda queue: crowded(limits.pollers, queue))
        self.store = opened(database, limits, self._committed)
        self.clock = Clock("SWF", lambda going: happen(self.store, fire, going))
        self.app = application(self)

    def start(self) -> None:
        self.clock.start()

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

        return self.waiting.wait(queue, self.poll_seconds, attempt, alive)

    def _committed(self, change: Change) -> None:
        for queue in change.woken:
            self.waiting.wake(queue)
        if change.earliest is not None:
            self.clock.heard(change.earliest)


def crowded(most: int, queue: Queue) -> Exception:
    return fault("LimitExceeded", f"{most} pollers are waiting at the task list {queue[2]}, and no more may")


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
