"""Who is signed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class User:
    """Somebody who is signed in: an editor, who may see previews and change settings."""

    name: str


def current_user() -> User | None:
    """Who sent the current request; None for a reader."""
    return None
