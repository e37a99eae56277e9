"""A long-running process: does its turn again and again, stops at SIGTERM, rides out a lost connection."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

T = TypeVar("T")

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0

log = logging.getLogger(__name__)


class NotThere(Exception):
    """Something this process needs is not there (yet): a queue, a domain. The process says so and waits for it."""


class Stop(BaseException):
    """The process was asked to stop while it waited. Not an Exception: nothing between here and `run` may catch it."""


class Service:
    """One process. Make it in the main thread (it takes over SIGTERM and SIGINT), then `run` it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stopping = threading.Event()
        self._waiting = False
        self._trouble = ""
        self._pause = _FIRST_PAUSE_SECONDS
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)

    def run(self, turn: Callable[[], None]) -> None:
        """Does `turn` until the process is asked to stop. An error in it is logged (once) and it is tried again."""
        log.info("%s: started", self.name)
        while not self.stopping.is_set():
            try:
                turn()
            except Stop:
                break
            except Exception as error:  # noqa: BLE001 - a process that must not end ends here: it says what, and goes on
                self._in_trouble(error)
            else:
                self._well_again()
        log.info("%s: stopped", self.name)

    def persist(self, call: Callable[[], T], for_seconds: float = 3600) -> T:
        """Calls until it succeeds: for an answer that must not be lost because the connection is away for a while.

        What no waiting cures (a refusal by AWS) is raised at once; so is the last error when the time is over, or when
        the process is asked to stop.
        """
        give_up = time.monotonic() + for_seconds
        while True:
            try:
                result = call()
            except (BotoCoreError, ClientError) as error:
                if not is_passing(error) or self.stopping.is_set() or time.monotonic() > give_up:
                    raise
                self._in_trouble(error)
            else:
                self._well_again()
                return result

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Around a wait (a long poll): SIGTERM ends the wait at once. Everything else is finished first."""
        self._waiting = True
        try:
            if self.stopping.is_set():
                raise Stop
            yield
        finally:
            self._waiting = False

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping.set()
        if self._waiting:
            self._waiting = False  # once: a second signal must not interrupt the way out
            raise Stop

    def _in_trouble(self, error: Exception) -> None:
        said = f"{type(error).__name__}: {error}"
        if said != self._trouble:
            # Of AWS and what is not there, the message says all; anything else is a mistake in the code: show where.
            expected = isinstance(error, BotoCoreError | ClientError | NotThere)
            log.error("%s; trying again until it works", said, exc_info=None if expected else error)
            self._trouble = said
        self.stopping.wait(self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)

    def _well_again(self) -> None:
        if self._trouble:
            log.info("works again, after: %s", self._trouble)
        self._trouble = ""
        self._pause = _FIRST_PAUSE_SECONDS


def is_passing(error: Exception) -> bool:
    """Whether the same call may work later: no connection, AWS busy or broken; not what AWS refuses."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or "Throttl" in code or code in ("RequestLimitExceeded", "SlowDown", "ExpiredToken")
    return isinstance(error, BotoCoreError)
