"""Clients at work while the daemon is killed: what they were told is written down, and asked for at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

Turn = Callable[[], None]
ONCE = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30, max_pool_connections=50)


class Gone(Exception):
    """The call has no answer: the daemon was killed meanwhile, or is not up. It may have been carried out, or not."""


@dataclass
class Ledger:
    """What was done and told, in order; every thread writes it."""

    events: list[tuple[float, str, str]] = field(default_factory=list)  # (when, about what, what)
    began: float = field(default_factory=time.monotonic)

    def note(self, about: str, what: str) -> None:
        self.events.append((time.monotonic() - self.began, about, what))

    def around(self, about: str, most: int = 30) -> str:
        """The events about one thing, among the kills; the last of them."""
        found = [each for each in list(self.events) if each[1] in (about, "daemon")]
        own = [each for each in found if each[1] == about]
        since = own[0][0] - 1 if own else 0
        return "\n".join(
            f"  {when:8.3f} {what}" for when, _, what in [each for each in found if each[0] >= since][-most:]
        )


class Load(Protocol):
    """One service in use. Producers make and change things until the kills are over; consumers until all is settled."""

    name: str

    def prepare(self) -> None:
        """Before the first kill."""

    def producers(self) -> Iterable[Turn]: ...

    def consumers(self) -> Iterable[Turn]: ...

    def settled(self) -> bool:
        """Whether nothing is under way any more."""

    def problems(self) -> list[str]:
        """What was lost, came back, or came twice, each with its story; [] where all is right."""


class Clients:
    """boto3 on the cloud's endpoint: each call tried once, `Gone` where it has no answer."""

    def __init__(self, make: Callable[[str, Config], Any]) -> None:
        self._make = cache(make)
        self._lock = threading.Lock()

    def __call__(self, service: str) -> Any:
        with self._lock:
            return _Tried(self._make(service, ONCE))


class _Tried:
    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**given: Any) -> Any:
            try:
                return method(**given)
            except BotoCoreError as error:
                raise Gone(str(error)) from None
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                    raise Gone(str(error)) from None
                raise

        return call


class Crew:
    """Threads that take turns until told to stop. A turn that meets a dead daemon is simply begun again."""

    def __init__(self, turns: Iterable[Turn], ledger: Ledger, name: str) -> None:
        self._stop = threading.Event()
        self.surprises: list[str] = []  # errors that no kill explains
        self._ledger = ledger
        self._name = name
        self._threads = [threading.Thread(target=self._work, args=(turn,), daemon=True) for turn in turns]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the turns and wait for those under way."""
        self.let_go()
        for thread in self._threads:
            thread.join()

    def let_go(self) -> None:
        """End the turns; one that waits for work may still wait, and there is none."""
        self._stop.set()

    def _work(self, turn: Turn) -> None:
        while not self._stop.is_set():
            try:
                turn()
            except Gone:
                self._stop.wait(0.2)
            except Exception as error:  # noqa: BLE001  reported as this load's failure
                self.surprises.append(f"{self._name}: {error!r}")
                self._ledger.note(self._name, repr(error))
                self._stop.wait(0.05)
