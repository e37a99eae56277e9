"""Where a resource is being made: its stack, its name, the calls it may make and how it waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from localcloud.cloudformation.clients import Clients
from localcloud.cloudformation.nested import Nested
from localcloud.cloudformation.records import Signal

T = TypeVar("T")

# Waits for `check` to give a value: (check, seconds at most, what is waited for) -> the value.
Wait = Callable[[Callable[[], Any], float, str], Any]


@dataclass(frozen=True)
class At:
    clients: Clients
    account: str
    region: str
    stack_id: str
    stack_name: str
    logical_id: str
    seed: str  # 12 random letters and digits; the same when an interrupted creation is taken up again
    again: bool  # whether a creation with this seed was begun before
    claimed: bool  # whether the name was seen free before that creation
    others: frozenset[str]  # physical ids that this logical resource has or had
    nested: Nested
    back: bool  # whether a failed update is rolled back
    begun: float  # when its creation was
    signals: Callable[[str], list[Signal]]  # what was told about a handle
    address: Callable[[str], str]  # of a path at the endpoint, for machines: signed, to PUT to
    _wait: Wait
    _claim: Callable[[], None]

    def claim(self) -> None:
        """Write down that the name given in the template is free: whatever has it from now on is ours."""
        self._claim()

    def call(self, service: str, operation: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self.clients.call(service, operation, parameters)

    def wait(self, check: Callable[[], T | None], what: str, seconds: float = 3600) -> T:
        """Ask `check` at growing pauses until it gives something. Raises NotStabilized after `seconds`."""
        result: T = self._wait(check, seconds, what)
        return result

    def name(self, limit: int = 64, *, lower: bool = False) -> str:
        """A name of its own: stack, logical id and a random end, as `web-Queue-1A2B3C4D5E6F`."""
        end = self.seed if not lower else self.seed.lower()
        room = limit - len(end) - 1
        front = f"{self.stack_name}-{self.logical_id}"
        if len(front) > room:
            half = (room - 1) // 2
            front = f"{self.stack_name[: room - 1 - min(len(self.logical_id), half)]}-{self.logical_id[:half]}"
        whole = f"{front}-{end}"
        return whole.lower() if lower else whole

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    @property
    def system_tags(self) -> dict[str, str]:
        """The tags by which AWS marks what a stack made."""
        return {
            "aws:cloudformation:stack-id": self.stack_id,
            "aws:cloudformation:stack-name": self.stack_name,
            "aws:cloudformation:logical-id": self.logical_id,
        }
