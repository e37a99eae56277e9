"""Hands over notifications that were written with what they tell of: each until it has arrived, then no more."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from localcloud.s3.store import Reading, Store

log = logging.getLogger(__name__)
BATCH = 100
LONGEST_WAIT = 30.0  # seconds between tries, while a destination can't be reached

Deliver = Callable[[str, str, str], None]
"""(destination's ARN, body, token). One token twice must count once; KeyError: there is no such destination."""
MayDeliver = Callable[[str, str], bool]
"""(destination's ARN, bucket's ARN): whether the destination is there and its policy lets the bucket send."""


class Outbox:
    """A thread that delivers what stands in the table `outbox`, in order. `wake` when there is something new."""

    def __init__(self, deliver: Deliver, may_deliver: MayDeliver) -> None:
        self._deliver = deliver
        self._may_deliver = may_deliver
        self._something = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, store: Store) -> None:
        self._something.set()  # what the last process left
        self._thread = threading.Thread(target=self._run, args=(store,), name="s3 outbox", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        self._something.set()

    def stop(self) -> None:
        self._stopping.set()
        self._something.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, store: Store) -> None:
        wait = 0.1
        while not self._stopping.is_set():
            self._something.wait()
            self._something.clear()
            try:
                while not self._stopping.is_set() and self._round(store):
                    wait = 0.1
            except Exception:  # the message is kept, and tried again
                log.exception("a notification could not be delivered")
                self._stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT)
                self._something.set()

    def _round(self, store: Store) -> bool:
        """Deliver some; whether there were any."""
        with store.reading() as reading:
            waiting = _waiting(reading)
        done: list[int] = []
        try:
            for number, destination, source, body, token in waiting:
                if self._stopping.is_set():
                    break
                self._one(destination, source, body, token)
                done.append(number)
        finally:
            if done:
                with store.change() as change:
                    change.run(f"DELETE FROM outbox WHERE number IN ({','.join('?' * len(done))})", *done)
        return bool(waiting)

    def _one(self, destination: str, source: str, body: str, token: str) -> None:
        if not self._may_deliver(destination, source):
            log.warning(
                "%s may not send to %s (any more), or it is gone: a notification is dropped", source, destination
            )
            return
        try:
            self._deliver(destination, body, token)
        except KeyError:
            log.warning("%s is gone: a notification of %s is dropped", destination, source)


def _waiting(reading: Reading) -> list[tuple[int, str, str, str, str]]:
    statement = "SELECT number, destination, source, body, token FROM outbox ORDER BY number LIMIT ?"
    return [tuple(row) for row in reading.rows(statement, BATCH)]
