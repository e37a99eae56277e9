"""Answers in pages: a token that says where to go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from localcloud.cloudformation.errors import ValidationError

T = TypeVar("T")
PAGE = 100


def page(items: Sequence[T], token: str | None, size: int = PAGE) -> tuple[Sequence[T], dict[str, Any]]:
    """One page of `items`, and `{"NextToken": …}` where there are more."""
    start = number(token) or 0
    more = {"NextToken": str(start + size)} if start + size < len(items) else {}
    return items[start : start + size], more


def number(token: str | None) -> int | None:
    if token is None:
        return None
    if not token.isdigit():
        raise ValidationError(f"Invalid NextToken: {token}")
    return int(token)
