"""Pages of a listing: how many rows, from where, and the token that leads to the next page."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from localcloud.swf.faults import invalid
from localcloud.text import text

LONGEST_PAGE = 1000


def size(asked: dict[str, Any]) -> int:
    """Rows a page; 0 and nothing asked mean the longest."""
    return asked.get("maximumPageSize") or LONGEST_PAGE


def token(place: Any) -> str:
    """An opaque token for a JSON value."""
    return base64.urlsafe_b64encode(text(place).encode()).decode()


def place(token: str | None) -> Any:
    """What `token` was made of, or None for no token."""
    if not token:
        return None
    try:
        return json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise invalid("Invalid token") from error


def cut(rows: list[Any], most: int) -> tuple[list[Any], bool]:
    """The rows of this page, and whether more come: ask the database for one more than `most`."""
    return rows[:most], len(rows) > most
