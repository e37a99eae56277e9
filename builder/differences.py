"""Two values of a property, told apart for people: what came, what went, what changed; not the parts that stayed."""

from __future__ import annotations

import json
from typing import Any

# The longest value that is shown whole.
LONGEST = 200


def differences(name: str, before: str | None, after: str | None) -> list[str]:
    """Lines such as `InstanceType  t3.small → t3.large`; of lists the items that came (+) and went (-) only.

    Values are texts as CloudFormation gives them: JSON for lists and mappings, None where there is none.
    """
    old, new = _parsed(before), _parsed(after)
    if isinstance(old, dict) and isinstance(new, dict):
        keys = [key for key in {**old, **new} if old.get(key) != new.get(key)]
        return [line for key in keys for line in _below(f"{name}.{key}", old.get(key), new.get(key))]
    if isinstance(old, list) and isinstance(new, list):
        gone = [f"  - {_told(item)}" for item in old if item not in new]
        came = [f"  + {_told(item)}" for item in new if item not in old]
        return [name, *gone, *came] if gone or came else [f"{name}  (in another order)"]
    if before is None and after is None:
        return [name]  # CloudFormation does not tell
    return [f"{name}  {_told(old)} → {_told(new)}"]


def _below(name: str, old: Any, new: Any) -> list[str]:
    as_text = [None if value is None else json.dumps(value) for value in (old, new)]
    return differences(name, *as_text)


def _parsed(value: str | None) -> Any:
    try:
        return json.loads(value) if value is not None else None
    except ValueError:  # a plain text
        return value


def _told(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, dict):
        line = ", ".join(f"{key} {_told(each)}" for key, each in value.items())
    else:
        line = value if isinstance(value, str) else json.dumps(value)
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"
