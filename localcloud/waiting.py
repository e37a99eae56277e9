"""Where pollers wait: first come, first woken, none of them busy."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")
Q = TypeVar("Q", bound=Hashable)


class Turn:
    """What a poller sleeps on: until it is woken, or something comes over its caller's connection."""

    def __init__(self, connection: socket.socket | None) -> None:
        self._woken = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._sleep = select.poll()
        self._sleep.register(self._woken, select.POLLIN)
        if connection is not None:
            self._sleep.register(connection, select.POLLIN)
        self.is_set = False

    def set(self) -> None:
        self.is_set = True
        os.eventfd_write(self._woken, 1)

    def clear(self) -> None:
        if self.is_set:
            self.is_set = False
            os.eventfd_read(self._woken)

    def wait(self, seconds: float) -> bool:
        """Whether there is something to look at; False when the time is over."""
        return bool(self._sleep.poll(max(0.0, seconds) * 1000))

    def close(self) -> None:
        os.close(self._woken)


class Waiting(Generic[Q]):
    """The pollers of all queues of a service. One wake wakes one poller; one that has gone passes its turn on."""

    def __init__(self, most: int | None = None, crowded: Callable[[Q], Exception] = lambda queue: OverflowError()):
        """`most` is how many may wait at one queue, `crowded` what is raised for one more."""
        self._most = most
        self._crowded = crowded
        self._lock = threading.Lock()
        self._lines: dict[Q, deque[Turn]] = {}
        self._stopped = False

    def wait(
        self,
        queue: Q,
        seconds: float,
        take: Callable[[], T | None],
        alive: Callable[[], bool],
        connection: socket.socket | None = None,
    ) -> T | None:
        """The first thing that `take` finds, or None when the time is over or `alive()` says that nobody listens.

        `alive()` is asked before each `take`, and at once when something comes over `connection`.
        """
        deadline = time.monotonic() + seconds
        turn = self._join(queue, connection)
        try:
            while not self._stopped and alive():
                self._clear(turn)
                if (found := take()) is not None:
                    return found
                if not turn.wait(deadline - time.monotonic()):
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

    def _join(self, queue: Q, connection: socket.socket | None) -> Turn:
        with self._lock:
            line = self._lines.setdefault(queue, deque())
            if self._most is not None and len(line) >= self._most:
                raise self._crowded(queue)
            turn = Turn(connection)
            line.append(turn)
            return turn

    def _clear(self, turn: Turn) -> None:
        with self._lock:
            turn.clear()

    def _leave(self, queue: Q, turn: Turn) -> None:
        with self._lock:
            line = self._lines[queue]
            line.remove(turn)
            turn.close()
            if not line:
                del self._lines[queue]
            elif turn.is_set:  # woken for something that it does not take any more
                line[0].set()
                line.rotate(-1)
