"""The service: puts store, waiting receivers and clock together, and takes messages from other services."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.clock import Clock
from localcloud.home import ACCOUNT
from localcloud.sqs.api import application
from localcloud.sqs.background import Background
from localcloud.sqs.calls import CALLS, Request
from localcloud.sqs.content import Attributes
from localcloud.sqs.limits import Limits
from localcloud.sqs.queues import by_arn
from localcloud.sqs.receiving import receive, wanted
from localcloud.sqs.sending import send
from localcloud.sqs.store import Change, opened
from localcloud.waiting import Waiting


class Sqs:
    """Amazon SQS, kept in one SQLite file. `app` answers its API (WSGI); `start` goes on where the last one ended.

    `now` tells the time, in seconds since 1970.
    """

    def __init__(self, database: Path, *, limits: Limits | None = None, now: Callable[[], float] = time.time) -> None:
        self.limits = limits or Limits()
        self.waiting: Waiting[int] = Waiting()
        self._policies: dict[str, str | None] = {}
        self.store = opened(database, self.limits, self._committed, now)
        self.clock = Clock("SQS", Background(self.store).happen)
        self.app = application(self)

    def start(self) -> None:
        self.clock.start()

    def stop(self) -> None:
        """Send the receivers home and close the database. What was received stays hidden until its time is over."""
        self.waiting.stop()
        self.clock.stop()
        self.store.close()

    def deliver(
        self,
        queue_arn: str,
        body: str,
        token: str,
        attributes: Attributes | None = None,
        *,
        group: str | None = None,
        deduplication: str | None = None,
        sender: str = ACCOUNT,
    ) -> None:
        """Send a message for another service; with a token that came before (in five days), nothing happens.

        `token` has at most 128 characters; `attributes` are message attributes as SendMessage takes them; `group` and
        `deduplication` are the ids that a FIFO queue needs, one of its own and the token where they are not given.
        Raises KeyError for an unknown queue, localcloud.protocol.Fault for a message that SQS refuses.
        """
        with self.store.change() as change:
            queue = by_arn(change, queue_arn)
            if queue is None:
                raise KeyError(queue_arn)
            until = change.now + self.limits.tokens
            if not change.run("INSERT OR IGNORE INTO deliveries VALUES (?,?,?)", queue.number, token, until):
                return
            entry = {"MessageBody": body, "MessageAttributes": attributes or {}}
            if queue.fifo:
                entry |= {"MessageGroupId": group or token, "MessageDeduplicationId": deduplication or token}
            elif group:
                entry |= {"MessageGroupId": group}
            send(change, queue, entry, sender)

    def policy(self, queue_arn: str) -> str | None:
        """A queue's policy, as JSON; None where it has none. Raises KeyError for an unknown queue."""
        known = self._policies  # asked for at each call: what was found holds until a queue is set otherwise
        if queue_arn not in known:
            with self.store.change() as change:
                queue = by_arn(change, queue_arn)
            if queue is None:
                raise KeyError(queue_arn)
            known[queue_arn] = queue.settings.get("Policy")
        return known[queue_arn]

    def perform(
        self, name: str, request: Request, alive: Callable[[], bool], connection: socket.socket | None = None
    ) -> dict[str, Any] | None:
        """Answer an action. `alive` says whether the caller is still there to take a message, on its connection."""
        if name == "ReceiveMessage":
            return self._receive(request, alive, connection)
        with self.store.change() as change:
            return CALLS[name](change, request)

    def _receive(self, request: Request, alive: Callable[[], bool], connection: socket.socket | None) -> dict[str, Any]:
        want = wanted(request.asked)

        def take() -> list[dict[str, Any]] | None:
            with self.store.change() as change:  # nothing is taken by whoever went while the store was busy
                return receive(change, request.queue(change), want) or None if alive() else None

        with self.store.change() as change:
            queue = request.queue(change)
            found = receive(change, queue, want) if alive() else []
        wait = queue.seconds("ReceiveMessageWaitTimeSeconds") if want.wait is None else want.wait
        if not found and wait:
            found = self.waiting.wait(queue.number, wait, take, alive, connection) or []
        return {"Messages": found} if found else {}

    def _committed(self, change: Change) -> None:
        if change.settled:
            self._policies = {}  # a new one: who is just now looking keeps the old one to themselves
        for queue in change.woken:
            self.waiting.wake(queue)
        if change.earliest is not None:
            self.clock.heard(change.earliest)
