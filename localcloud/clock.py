"""What happens by itself when its time has come. The deadlines are a service's own, in its database."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)
LONGEST_SLEEP = 3600.0


class Clock:
    """The thread that sleeps until the next deadline, and lets it happen.

    `happen(going)` lets everything due happen as long as `going()`, and says when the next thing is due, in seconds
    since 1970, or None where nothing is.
    """

    def __init__(self, name: str, happen: Callable[[Callable[[], bool]], float | None]) -> None:
        self._name = name
        self._happen = happen
        self._changed = threading.Condition()
        self._next: float | None = None
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=f"{self._name} deadlines", daemon=True)
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

    def _run(self) -> None:
        while not self._stopped:
            with self._changed:
                self._next = None
            try:
                upcoming = self._happen(lambda: not self._stopped)
            except Exception:
                log.exception("something due in %s could not happen; trying again in a second", self._name)
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
