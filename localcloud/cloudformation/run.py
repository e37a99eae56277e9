"""One operation on one stack while it runs: its events, its waits, and what interrupts them."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from localcloud.cloudformation import masking
from localcloud.cloudformation.clients import Clients
from localcloud.cloudformation.nested import Nested
from localcloud.cloudformation.notices import Notices
from localcloud.cloudformation.records import Body, Event, Json, Operation, Resource, Stack
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import NotStabilized
from localcloud.cloudformation.store import Store

FIRST_PAUSE, LAST_PAUSE = 0.05, 1.0  # seconds between two looks at something that is waited for


class Cancelled(Exception):
    """Another resource failed or someone asked to stop: what is under way is given up."""


class Stopping(Exception):
    """The service stops: leave everything as it is, the next start takes it up."""


@dataclass
class Run:
    store: Store
    clients: Clients
    account: str
    region: str
    stack: Stack
    operation: Operation
    service_stops: Callable[[], bool]
    nested: Nested
    notices: Notices
    rows: dict[str, Resource] = field(default_factory=dict)
    interrupt: threading.Event = field(default_factory=threading.Event)
    abandoned: bool = False  # a later operation took the stack over

    def stopping(self) -> bool:
        return self.abandoned or self.service_stops()

    def at(self, row: Resource, seed: str, *, again: bool = False) -> At:
        bodies = [body for body in (row.body, row.before, *row.old) if body]
        others = frozenset(body.physical_id for body in bodies)
        return At(
            clients=self.clients,
            account=self.account,
            region=self.region,
            stack_id=self.stack.id,
            stack_name=self.stack.name,
            logical_id=row.logical_id,
            seed=seed,
            again=again,
            claimed=row.claimed,
            others=others,
            nested=self.nested,
            back=self.operation.phase == "rollback",
            begun=row.begun or time.time(),
            signals=self.store.signals,
            address=self.clients.address,
            _wait=self.wait,
            _claim=lambda: self._claim(row),
        )

    def _claim(self, row: Resource) -> None:
        row.claimed = True
        self.keep(row)

    def wait(self, check: Callable[[], Any], seconds: float, what: str) -> Any:
        deadline, pause = time.monotonic() + seconds, FIRST_PAUSE
        while True:
            if (found := check()) is not None:
                return found
            if time.monotonic() > deadline:
                raise NotStabilized(f"Exceeded attempts to wait: {what} after {seconds:.0f} s")
            self.interrupt.wait(pause)
            self.go_on()
            pause = min(pause * 1.5, LAST_PAUSE)

    def go_on(self) -> None:
        """Raise where this operation is to go no further."""
        if self.stopping():
            raise Stopping
        if self.interrupt.is_set():
            raise Cancelled

    def keep(self, row: Resource, status: str | None = None, reason: str | None = None, physical_id: str = "") -> None:
        """Remember the row; with a status, tell it as an event too."""
        with self.store.together():
            if status is not None:
                row.status, row.reason, row.updated = status, reason, time.time()
                said = row.attempt if row.attempt is not None else row.body.properties if row.body else {}
                self._event(row.logical_id, physical_id or row.physical_id, row.type, status, reason, said)
            self.store.keep_resource(row)

    def tell(self, row: Resource, status: str, reason: str | None, body: Body) -> None:
        """An event about a body that is not the row's own any more."""
        self._event(row.logical_id, body.physical_id, body.type, status, reason, body.properties)

    def stack_is(self, status: str, reason: str | None = None) -> None:
        with self.store.together():
            if self.abandoned:
                raise Stopping
            self.stack.status, self.stack.reason = status, reason
            self.store.keep_stack(self.stack)
            self._event(self.stack.name, self.stack.id, "AWS::CloudFormation::Stack", status, reason)

    def phase(self, phase: str) -> None:
        self.operation.phase = phase
        if not self.abandoned:
            self.store.keep_operation(self.operation)

    def _event(
        self, logical_id: str, physical_id: str, kind: str, status: str, reason: str | None, said: Json | None = None
    ) -> None:
        name = f"{logical_id}-{status}-{uuid.uuid4()}" if physical_id != self.stack.id else str(uuid.uuid4())
        token = self.operation.token
        hidden = masking.secrets(self.operation.before, self.operation.after)
        properties = json.dumps(masking.mask(said, hidden), separators=(",", ":")) if said is not None else None
        event = Event(
            name,
            self.stack.id,
            self.stack.name,
            logical_id,
            physical_id,
            kind,
            status,
            time.time(),
            masking.mask(reason, hidden),
            properties,
            token,
        )
        with self.store.together():
            self.store.keep_event(event)
            self.notices.tell(event, self.stack.notification_arns)
