"""What NoEcho parameters hold is shown nowhere: not in events, change sets, drifts or notifications."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.parameters import MASK
from localcloud.cloudformation.records import Version
from localcloud.cloudformation.template import parse


def secrets(*versions: Version) -> frozenset[str]:
    """Values of the NoEcho parameters."""
    found: set[str] = set()
    for version in versions:
        declared = parse(version.template).parameters if version.template else {}
        for name, value in version.parameters.items():
            if text(declared.get(name, {}).get("NoEcho", False)) == "true":
                found |= {str(value["value"]), str(value.get("resolved", ""))}
    return frozenset(found - {""})


def mask(value: Any, hidden: frozenset[str]) -> Any:
    """`value` with each hidden text in it replaced by asterisks."""
    if not hidden:
        return value
    if isinstance(value, str):
        for each in hidden:
            value = value.replace(each, MASK)
        return value
    if isinstance(value, list):
        return [mask(item, hidden) for item in value]
    if isinstance(value, Mapping):
        return {key: mask(item, hidden) for key, item in value.items()}
    return MASK if not isinstance(value, bool) and str(value) in hidden else value
