"""Where two values differ, place by place: what a template says and what a service tells.

Only what is expected is looked at. Lists are compared as sets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.cloudformation.records import Json
from localcloud.cloudformation.resources.kind import plain

# What tells two objects of a list apart, so that a changed one is a change and not one lost and another found.
IDENTITIES = ("Key", "Id", "PolicyName", "DeviceName", "VolumeId", "Name")


def differences(expected: Any, actual: Any, path: str = "") -> Iterator[Json]:
    """Every place where `actual` is not what `expected` says, as DescribeStackResourceDrifts lists them."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name, value in expected.items():
            if name in actual:
                yield from differences(value, actual[name], f"{path}/{name}")
            else:
                yield _difference(f"{path}/{name}", "REMOVE", value, None)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _lists(expected, actual, path)
    elif not same(expected, actual):
        yield _difference(path, "NOT_EQUAL", expected, actual)


def _lists(expected: list[Any], actual: list[Any], path: str) -> Iterator[Json]:
    found = dict(enumerate(actual))
    lost: list[tuple[int, Any]] = []
    for place, value in enumerate(expected):
        match = next((other for other, each in found.items() if not any(differences(value, each))), None)
        if match is None:
            lost.append((place, value))
        else:
            del found[match]
    for place, value in lost:
        twin = next((other for other, each in found.items() if _same_thing(value, each)), None)
        if twin is None:
            yield _difference(f"{path}/{place}", "REMOVE", value, None)
        else:
            yield from differences(value, found.pop(twin), f"{path}/{place}")
    for place, value in found.items():
        yield _difference(f"{path}/{place}", "ADD", None, value)


def _same_thing(one: Any, other: Any) -> bool:
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    return any(name in one and name in other and same(one[name], other[name]) for name in IDENTITIES)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same to CloudFormation: 22, "22" and 22.0 are."""
    if plain(one) == plain(other):
        return True
    try:
        return float(one) == float(other)
    except (TypeError, ValueError):
        return False


def _difference(path: str, kind: str, expected: Any, actual: Any) -> Json:
    return {
        "PropertyPath": path,
        "ExpectedValue": _shown(expected),
        "ActualValue": _shown(actual),
        "DifferenceType": kind,
    }


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
