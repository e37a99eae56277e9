"""What must be true of all stacks together, and so what the next operation must come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.localcloud.cloudformation.model_templates import Wanted, expected, renewed
from tests.localcloud.cloudformation.model_things import SORTS

Key = tuple[str, str]  # type and physical id


@dataclass
class Stack:
    """What must be true of one stack. One whose creation failed has no `wanted` and can only be deleted."""

    id: str
    wanted: Wanted | None
    status: str
    physical: dict[str, str] = field(default_factory=dict)
    protected: bool = False


@dataclass
class Kept:
    """A resource that no stack has any more, and must be as it was."""

    name: str | None
    told: dict[str, Any]


@dataclass
class World:
    stacks: dict[str, Stack] = field(default_factory=dict)
    kept: dict[Key, Kept] = field(default_factory=dict)

    def exports(self, but: str = "") -> dict[str, str]:
        return {name: value for wanted in self._others(but) for name, value in wanted.exports.items()}

    def imported(self, name: str, but: str) -> bool:
        return any(name in wanted.imports for wanted in self._others(but))

    def fails(self, stack: str, old: Wanted, new: Wanted) -> bool:
        """Whether making `new` of `old` is refused half way: by a service, for a name, or for an export."""
        named = [(SORTS[name].type, new.things[name].name) for name in renewed(old, new) if new.things[name].name]
        clash = len(set(named)) < len(named) or bool(set(named) & self._taken())
        exported = bool(new.exports.keys() & self.exports(but=stack).keys())
        lost = {name for name, value in old.exports.items() if new.exports.get(name) != value}
        return new.fails or clash or exported or any(self.imported(name, stack) for name in lost)

    def alike(self, stack: str, old: Wanted, new: Wanted) -> bool:
        """Whether the services would tell the same of both."""
        physical, exports = self.stacks[stack].physical, self.exports()
        if old.active.keys() != new.active.keys() or old.exports != new.exports or old.broken or new.fails:
            return False
        return not renewed(old, new) and all(
            expected(old, each, physical, exports) == expected(new, each, physical, exports) for each in new.active
        )

    def _others(self, but: str) -> list[Wanted]:
        return [stack.wanted for name, stack in self.stacks.items() if name != but and stack.wanted]

    def _taken(self) -> set[tuple[str, str]]:
        """Names that something has, of a stack or of nobody any more: (type, name)."""
        standing = {each for wanted in self._others("") for each in wanted.names()}
        return standing | {(kind, kept.name) for (kind, _), kept in self.kept.items() if kept.name}
