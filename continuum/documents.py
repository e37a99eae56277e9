"""JSON that is sent to a web application: read as RFC 8259 has it, and what of it PostgreSQL can't keep."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from continuum.shape import Problem

_DEEPEST = 100
_SHOWN = 40


class NotJson(ValueError):
    """A body that is no JSON document: says why."""


def read(body: bytes) -> Any:
    """The JSON document in a request's body. Raises NotJson, also for the NaN and Infinity that Python would read."""
    try:
        return json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except ValueError as error:  # UnicodeDecodeError among them
        raise NotJson(str(error)) from None


def unkeepable(document: object) -> Iterator[Problem]:
    """Every field that PostgreSQL can't keep, or that is nested so deeply that nobody can walk through it."""
    ahead: list[tuple[str, object, int]] = [("", document, 0)]
    while ahead:
        where, value, depth = ahead.pop()
        if depth > _DEEPEST:
            yield Problem(where, "is nested too deeply", None)
        elif isinstance(value, dict):
            for name, item in value.items():
                field = f"{where}.{name}" if where else name
                yield from _text(field, name)
                ahead.append((field, item, depth + 1))
        elif isinstance(value, list):
            ahead += (
                (f"{where}.{place}" if where else str(place), item, depth + 1) for place, item in enumerate(value)
            )
        elif isinstance(value, str):
            yield from _text(where, value)


def _text(field: str, value: str) -> Iterator[Problem]:
    # "\u0000" and "\ud800" are JSON, but the one PostgreSQL has no place for, and the other is half of a character.
    if "\0" in value or not _is_unicode(value):
        yield Problem(field, "has a NUL, or half of a character (a lone surrogate)", value)


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text[:_SHOWN]} is no number that can be kept")
