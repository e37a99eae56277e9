"""The body of a message: one JSON object."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class MessageError(ValueError):
    """A message that can't be read: its text is the reason that goes with the message when it is set aside."""


def load(body: str) -> dict[str, Any]:
    """The body's JSON object; raises MessageError."""
    try:
        value = json.loads(body)
    except (json.JSONDecodeError, RecursionError) as error:
        raise MessageError(f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise MessageError(f"the body is not a JSON object but {type(value).__name__}")
    return value


def dump(values: Mapping[str, object]) -> str:
    """The body of a message, in ASCII: SQS refuses some characters of Unicode."""
    return json.dumps(values, default=dict)
