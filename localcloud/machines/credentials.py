"""Credentials of a machine's role, as the metadata service hands them out: for about six hours, renewed in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

LIFETIME = 6 * 3600  # seconds that they hold
RENEW = 3600  # seconds before their end from which on new ones are given; clients ask again up to 15 minutes before


class Given(Protocol):
    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def end(self) -> int: ...


Issue = Callable[[Any, Any, int], Given]
"""(role, instance, seconds) -> new credentials of a session of that role, named as the instance."""


@dataclass(frozen=True)
class _Kept:
    role: str
    given: Given
    begun: float


class MachineCredentials:
    """Each machine's current credentials. A restarted daemon gives new ones; those given before hold on."""

    def __init__(self, issue: Issue, now: Callable[[], float] = time.time) -> None:
        self._issue = issue
        self._now = now
        self._kept: dict[str, _Kept] = {}  # by instance
        self._lock = threading.Lock()

    def of(self, instance: Any, role: Any) -> dict[str, str]:
        """As the path `iam/security-credentials/<role>` tells them."""
        now = self._now()
        with self._lock:
            kept = self._kept.get(instance.id)
            if kept is None or kept.role != role.id or kept.given.end - now < RENEW:
                self._kept = {name: each for name, each in self._kept.items() if each.given.end > now}
                kept = self._kept[instance.id] = _Kept(role.id, self._issue(role, instance, LIFETIME), now)
        return {
            "Code": "Success",
            "LastUpdated": _text(kept.begun),
            "Type": "AWS-HMAC",
            "AccessKeyId": kept.given.access_key,
            "SecretAccessKey": kept.given.secret_key,
            "Token": kept.given.token,
            "Expiration": _text(kept.given.end),
        }


def _text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
