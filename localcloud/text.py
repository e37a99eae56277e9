"""JSON as it is stored and sent: compact, dataclasses as objects, what is JSON already taken over as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

# Made once: json.dumps with options builds an encoder a call, and this runs ten times in each action.
_encode = json.JSONEncoder(separators=(",", ":"), default=vars).encode


class Json(str):
    """JSON already: `text` leaves it alone."""


def text(value: Any) -> str:
    """JSON of plain values and (nested) dataclasses."""
    return value if isinstance(value, Json) else _encode(value)


def with_list(value: dict[str, Any], key: str, items: Iterable[str]) -> Json:
    """JSON of an object with one member more: a list of items that are JSON already."""
    comma = "," if value else ""
    return Json(f'{_encode(value)[:-1]}{comma}"{key}":[{",".join(items)}]}}')
