"""Where pollers wait: first come, first woken, none of them busy."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
Q = TypeVar("Q", bound=Hashable)


class Waiting(Generic[Q]):
    """The pollers of all queues of a service. One wake wakes one poller; one that has gone passes its turn on."""

    def __init__(self, most: int | None = None, crowded: Callable[[Q], Exception] = lambda queue: OverflowError()):
        """`most` is how many may wait at one queue, `crowded` what is raised for one more."""
        self._most = most
        self._crowded = crowded
        self._lock = threading.Lock()
        self._lines: dict[Q, deque[threading.Event]] = {}
        self._stopped = False

    def wait(self, queue: Q, seconds: float, take: Callable[[], T | None], alive: Callable[[], bool]) -> T | None:
        """The first thing that `take` finds, or None when the time is over or `alive()` says that nobody listens."""
        deadline = time.monotonic() + seconds
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

    def wake(self, queue: Q) -> None:
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

    def _join(self, queue: Q, turn: threading.Event) -> None:
        with self._lock:
            line = self._lines.setdefault(queue, deque())
            if self._most is not None and len(line) >= self._most:
                raise self._crowded(queue)
            line.append(turn)

    def _leave(self, queue: Q, turn: threading.Event) -> None:
        with self._lock:
            line = self._lines[queue]
            line.remove(turn)
            if not line:
                del self._lines[queue]
            elif turn.is_set():  # woken for something that it does not take any more
                line[0].set()
                line.rotate(-1)
