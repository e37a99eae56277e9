"""What instances and databases have in common: the API says what should be, a few threads make it so."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

log = logging.getLogger(__name__)
AT_ONCE = 8

Work = Callable[[Any], None]


class Keeper(ABC):
    """Compares things that the API knows with what runs, and sets to work what differs, one work a thing at a time.

    Whoever changes a thing through the API has `sync` called before the answer goes out: `work` then puts the thing
    into its state of passage (`pending`, `creating` …), so that nobody ever reads `running` of what has yet to boot.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.changed = changed  # called whenever a thing's state in the API was changed from here
        self._busy: set[str] = set()
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix=type(self).__name__.lower())

    @abstractmethod
    def things(self) -> Iterable[tuple[str, Any]]:
        """Key and thing, of all that the API knows or that stands on the disk."""

    @abstractmethod
    def work(self, thing: Any) -> Work | None:
        """What is to be done about a thing now, None for nothing."""

    @abstractmethod
    def failed(self, thing: Any, reason: str) -> None:
        """Say in the API that a work did not succeed."""

    def sync(self) -> None:
        """Set to work all that differs; returns at once."""
        for key, thing in self.things():
            with self._lock:
                if key in self._busy or not (work := self.work(thing)):
                    continue
                self._busy.add(key)
            self._workers.submit(self._do, work, key, thing)

    def is_busy(self, key: str) -> bool:
        with self._lock:
            return key in self._busy

    def stop_working(self) -> None:
        """Let what is in hand come to its end and begin nothing new."""
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _do(self, work: Work, key: str, thing: Any) -> None:
        try:
            work(thing)
        except Exception as error:
            log.exception("%s of %s failed", work.__name__, key)
            self.failed(thing, str(error))
        with self._lock:
            self._busy.discard(key)
        self.changed()
        self.sync()  # something else may have been asked of it meanwhile
