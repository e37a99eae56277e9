"""Values that a call may leave to its type: each asked for, else the type's default, else undefined."""

from __future__ import annotations

import re
from typing import Any


class Undefined(Exception):
    """A value that neither the call nor the type gives."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    @property
    def cause(self) -> str:
        """As decisions fail by it: `taskList` is DEFAULT_TASK_LIST_UNDEFINED."""
        words = re.sub(r"([A-Z])", r"_\1", self.key).upper()
        return f"DEFAULT_{words}_UNDEFINED"


def chosen(asked: dict[str, Any], defaults: dict[str, Any], key: str, default_key: str) -> Any:
    """Raises Undefined where neither gives a value."""
    value = asked.get(key) or defaults.get(default_key)
    if not value:
        raise Undefined(key)
    return value


def priority(asked: dict[str, Any], defaults: dict[str, Any]) -> str:
    """Of a task: the higher, the sooner; 0 where nobody says."""
    return str(asked.get("taskPriority") or defaults.get("defaultTaskPriority") or "0")
