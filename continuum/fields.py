"""Named values from outside (a settings class, a message) made into a frozen dataclass, once, where they enter."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


class FieldError(ValueError):
    """Values that do not make what was asked for: names the thing and everything wrong with it."""

    def __init__(self, what: str, problems: list[str]) -> None:
        super().__init__(f"{what}: {'; '.join(problems)}")
        self.problems = problems


def build(kind: type[T], values: Mapping[str, object], what: str) -> T:
    """A `kind` from values by name; names that `kind` does not have are ignored.

    A field may be `str`, `int` (a whole number written as text is read as one), `bool` or `Mapping[str, Any]`.
    Raises FieldError, which names *every* missing or wrong field.
    """
    hints = get_type_hints(kind)
    made: dict[str, object] = {}
    problems: list[str] = []
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.name not in values:
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                problems.append(f"{field.name} is missing")
            continue
        try:
            made[field.name] = _READERS[hints[field.name]](values[field.name])
        except ValueError as wrong:
            problems.append(f"{field.name} {wrong}")
    if problems:
        raise FieldError(what, problems)
    return kind(**made)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"must be text, is {value!r}")
    return value


def _whole(value: object) -> int:
    # Settings and messages of 2016 write numbers as text: port = "5432", "version": "1". No underscores, no spaces.
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"must be a whole number, is {value!r}")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"must be True or False, is {value!r}")
    return value


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"must be an object, is {value!r}")
    return MappingProxyType(dict(value))


_READERS: Mapping[object, Callable[[object], object]] = {
    str: _text,
    int: _whole,
    bool: _flag,
    Mapping[str, Any]: _mapping,
}
