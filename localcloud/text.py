"""JSON as it is stored: compact, dataclasses as objects."""

from __future__ import annotations

import json
from typing import Any

# Made once: json.dumps with options builds an encoder a call, and this runs ten times in each action.
_encode = json.JSONEncoder(separators=(",", ":"), default=vars).encode


def text(value: Any) -> str:
    """JSON of plain values and (nested) dataclasses."""
    return _encode(value)
