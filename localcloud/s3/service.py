"""The service: puts store, files and outbox together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.clock import Clock
from localcloud.s3 import buckets
from localcloud.s3.api import application
from localcloud.s3.blobs import Blobs
from localcloud.s3.body import Body
from localcloud.s3.faults import Fault
from localcloud.s3.lifecycle import Lifecycle
from localcloud.s3.outbox import Deliver, MayDeliver, Outbox
from localcloud.s3.store import Change, Store
from localcloud.s3.versions import Piece


def _nowhere(destination: str, body: str, token: str) -> None:
    raise KeyError(destination)


class S3:
    """Amazon S3, kept in one folder: `s3.sqlite`, and the contents of objects in `objects/`.

    `app` answers its API (WSGI); `start` goes on where the last process ended. `deliver` and `may_deliver`: see
    `outbox.py`. Without them no bucket can be given a destination for its events. `now` is seconds since 1970, for what
    expires.
    """

    def __init__(
        self,
        folder: Path,
        deliver: Deliver = _nowhere,
        may_deliver: MayDeliver = lambda destination, bucket: False,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.may_deliver = may_deliver
        self.outbox = Outbox(deliver, may_deliver)
        self.blobs = Blobs(folder / "objects")
        self.store = Store(folder / "s3.sqlite", self._committed)
        self.app: Callable[[dict[str, Any], Any], Any] = application(self)
        self.lifecycle = Lifecycle(self.store, now)
        self._clock = Clock("S3", self.lifecycle.happen)
        self.swept = threading.Event()  # set when nothing is left of processes that were killed
        self._sweeper = threading.Thread(target=self._sweep, name="s3 sweep", daemon=True)

    def start(self) -> None:
        self.outbox.start(self.store)
        self._sweeper.start()
        self._clock.start()

    def stop(self) -> None:
        self._clock.stop()
        self.outbox.stop()
        self._sweeper.join()
        self.store.close()

    def policy(self, bucket: str) -> str | None:
        """The bucket's policy, JSON text; None if it has none or is not there."""
        with self.store.reading() as reading:
            try:
                found: str | None = buckets.setting(reading, buckets.find(reading, bucket), "policy")
            except Fault:
                return None
            return found

    def restricts_public(self, bucket: str) -> bool:
        """Whether the bucket lets nobody in whom it does not know (RestrictPublicBuckets)."""
        with self.store.reading() as reading:
            try:
                blocked = buckets.setting(reading, buckets.find(reading, bucket), "publicAccessBlock") or {}
            except Fault:
                return False
            return bool(blocked.get("RestrictPublicBuckets"))

    def receive(self, body: Body, number: int = 1) -> Piece:
        """Write a request's body to a file that no row names yet.

        Raises what reading it raises; no file is left then.
        """
        file = self.blobs.write(body.blocks())
        return Piece(number, file, body.size, body.etag, body.checksum, time.time())

    def _committed(self, change: Change) -> None:
        self.blobs.discard(change.gone)
        if change.told:
            self.outbox.wake()

    def _sweep(self) -> None:
        """Remove the files that a killed process left and no row names."""

        def known(names: list[str]) -> set[str]:
            marks = ",".join("?" * len(names))
            with self.store.reading() as reading:
                return {row["file"] for row in reading.rows(f"SELECT file FROM pieces WHERE file IN ({marks})", *names)}

        self.blobs.sweep(known)
        self.swept.set()
