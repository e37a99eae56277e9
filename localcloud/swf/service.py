"""The service: puts store, waiting pollers and clock together."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from localcloud.clock import Clock
from localcloud.protocol import listens
from localcloud.swf import activities, decision_tasks, lifecycle, timers
from localcloud.swf.api import application
from localcloud.swf.deadlines import happen
from localcloud.swf.executions import by_number
from localcloud.swf.faults import fault
from localcloud.swf.limits import Limits
from localcloud.swf.store import Change, Queue, opened
from localcloud.waiting import Waiting

POLL_SECONDS = 60.0
A = TypeVar("A")


class Swf:
    """Amazon SWF, kept in one SQLite file. `app` answers its API (WSGI); `start` goes on where the last process ended.

    `poll_seconds` is how long a poll waits for a task; `now` tells the time, in seconds since 1970.
    """

    def __init__(
        self,
        database: Path,
        *,
        poll_seconds: float = POLL_SECONDS,
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.limits = limits = limits or Limits()
        self.poll_seconds = poll_seconds
        self.waiting: Waiting[Queue] = Waiting(limits.pollers, lambda queue: crowded(limits.pollers, queue))
        self.store = opened(database, limits, lifecycle.end_overlong, self._committed, now)
        self.clock = Clock("SWF", self.let_happen)
        self.app = application(self)

    def start(self) -> None:
        self.clock.start()

    def stop(self) -> None:
        """Send the pollers home and close the database. What was handed out stays handed out, until its time-out."""
        self.waiting.stop()
        self.clock.stop()
        self.store.close()

    def let_happen(self, going: Callable[[], bool] = lambda: True) -> float | None:
        """Let every time-out happen that is due, as long as `going()`; when the next one is, None where none is set."""
        return happen(self.store, fire, going)

    def poll(self, queue: Queue, take: Callable[[Change], A | None], environ: dict[str, Any]) -> A | None:
        """What `take` finds in one of its transactions, or None when the poll's time is over. `environ` is WSGI's."""

        def attempt() -> A | None:
            with self.store.change() as change:
                return take(change)

        caller = environ.get("werkzeug.socket")
        return self.waiting.wait(queue, self.poll_seconds, attempt, lambda: listens(environ), caller)

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
