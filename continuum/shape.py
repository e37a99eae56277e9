"""What a JSON document must look like, said in Python, and every place where one does not.

A `Check` is called with a field's name and its value and yields what is wrong with it. JSON Schema's own library would
do; but it answers a wrong alternative with all of its alternatives, tries every one of them at every level of a tree
(3^depth of them for an article's fragments), and brings compiled packages to every machine for these hundred lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field: `contributors.0.surname`, "is missing", None."""

    field: str
    message: str
    value: object

    def __str__(self) -> str:
        return f"{self.field or 'the document'}: {self.message}"


Check = Callable[[str, object], Iterator[Problem]]


def text(pattern: str = "", like: str = "") -> Check:
    """A string; with a regular expression that must be found in it, and an example of what it is like."""
    wanted = re.compile(pattern)

    def check(field: str, value: object) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(field, "is not text", value)
        elif not wanted.search(value):
            yield Problem(field, f"is not like {like}", value)

    return check


def accepted(by: Callable[[str], bool], like: str) -> Check:
    """A string that a function accepts."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(field, "is not text", value)
        elif not by(value):
            yield Problem(field, f"is not like {like}", value)

    return check


def whole_number(at_least: int) -> Check:
    """An integer, not `true`, not 1.0."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield Problem(field, "is not a whole number", value)
        elif value < at_least:
            yield Problem(field, f"is less than {at_least}", value)

    return check


def yes_or_no(field: str, value: object) -> Iterator[Problem]:
    """`true` or `false`."""
    if not isinstance(value, bool):
        yield Problem(field, "is neither true nor false", value)


def one_of(*values: str) -> Check:
    """One of these strings."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if not isinstance(value, str) or value not in values:
            yield Problem(field, f"is none of: {', '.join(values)}", value)

    return check


def or_null(inner: Check) -> Check:
    """`null`, or what `inner` asks for."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if value is not None:
            yield from inner(field, value)

    return check


def each(inner: Check) -> Check:
    """A list; `inner` holds for each item."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(field, "is not a list", value)
            return
        for index, item in enumerate(value):
            yield from inner(f"{field}.{index}", item)

    return check


def named(inner: Check) -> Check:
    """An object with any keys; `inner` holds for each value."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(field, "is not an object", value)
            return
        for key, item in value.items():
            yield from inner(f"{field}.{key}", item)

    return check


def record(
    fields: Mapping[str, Check], required: Collection[str] = (), any_of: Collection[str] = (), open_: bool = False
) -> Check:
    """An object with these fields, of which some must be there; other fields only where it is open."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(field, "is not an object", value)
            return
        for name in required:
            if name not in value:
                yield Problem(_within(field, name), "is missing", None)
        if any_of and not any(name in value for name in any_of):
            yield Problem(field, f"has none of: {', '.join(any_of)}", value)
        for name, item in value.items():
            if name in fields:
                yield from fields[name](_within(field, name), item)
            elif not open_:
                yield Problem(_within(field, name), "is not a field that is known here", item)

    return check


def chosen(by: Callable[[Mapping[str, object]], Check]) -> Check:
    """An object whose check is chosen by looking at it."""

    def check(field: str, value: object) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(field, "is not an object", value)
            return
        yield from by(value)(field, value)

    return check


def _within(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name
