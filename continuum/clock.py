"""The time as AWS has it, on a machine whose own clock may be wrong.

Events of an article come from several machines and are ordered by their time. AWS says the time with each answer.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# The header has whole seconds, and an answer is on its way for a while: less than this is no mistake of the clock.
_NOTICED = timedelta(seconds=10)

_ahead = timedelta()


def hear(date: str) -> None:
    """Takes note of the time that an answer says (the header `Date`); of what is no time, not."""
    global _ahead
    try:
        off = parsedate_to_datetime(date) - datetime.now(UTC)
    except (TypeError, ValueError):
        return
    _ahead = off if abs(off) > _NOTICED else timedelta()


def now() -> datetime:
    """The time, in UTC: this machine's, put right where AWS says another."""
    return datetime.now(UTC) + _ahead
