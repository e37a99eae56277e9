"""One case of a resource type: what it is made with, what is changed, and what the service then tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.localcloud.cloudformation.cloud import Cloud

Look = Callable[[Cloud, str], Any]
Resource = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`look` is what the service itself tells of the resource: `made`, `changed` are parts of it before and after."""

    type: str
    properties: dict[str, Any]
    look: Look
    made: Any = None
    change: dict[str, Any] = field(default_factory=dict)
    changed: Any = None
    replace: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    replaced: Any = None  # what `look` gives of the new one, where it differs

    def template(self, properties: dict[str, Any]) -> dict[str, Any]:
        it = {"Type": self.type, "Properties": properties}
        return {"Resources": {**self.beside, "It": it}}
