"""Where pollers wait: first come, first woken, none of them busy."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from localcloud.swf.faults import fault
from localcloud.swf.store import Queue

T = TypeVar("T")


class Waiting:
    """The pollers of all task lists. One task wakes one poller; a poller that has gone passes its turn on."""

    def __init__(self, seconds: float, most: int) -> None:
        """`seconds` is how long a poll may last; `most` how many may wait at one task list."""
        self._seconds = seconds
        self._most = most
        self._lock = threading.Lock()
        self._lines: dict[Queue, deque[threading.Event]] = {}
        self._stopped = False

    def wait(self, queue: Queue, take: Callable[[], T | None], alive: Callable[[], bool]) -> T | None:
        """The first thing that `take` finds, or None when the time is over or `alive()` says that nobody listens."""
        deadline = time.monotonic() + self._seconds
        turn = threading.Event()
        self._join(queue, turn)
        try:
            while not self._stopped and alive():
                turn.clear()
                if (found := take()) is not None:
                    return found
                if not turn.wait(max(0.0, deadline - time.monotonic())):
                    break
            return None
        finally:
            self._leave(queue, turn)

    def wake(self, queue: Queue) -> None:
        with self._lock:
            line = self._lines.get(queue)
            if line:
                line[0].set()
                line.rotate(-1)

    def stop(self) -> None:
        """Send everybody home empty-handed."""
        with self._lock:
            self._stopped = True
            for line in self._lines.values():
                for turn in line:
                    turn.set()

    def _join(self, queue: Queue, turn: threading.Event) -> None:
        with self._lock:
            line = self._lines.setdefault(queue, deque())
            if len(line) >= self._most:
                message = f"{self._most} pollers are waiting at the task list {queue[2]}, and no more may"
                raise fault("LimitExceeded", message)
            line.append(turn)

    def _leave(self, queue: Queue, turn: threading.Event) -> None:
        with self._lock:
            line = self._lines[queue]
            line.remove(turn)
            if not line:
                del self._lines[queue]
            elif turn.is_set():  # woken for a task that it does not take any more
                line[0].set()
                line.rotate(-1)
