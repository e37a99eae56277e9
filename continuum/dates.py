"""Dates as articles have them: one instant, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


class DateError(ValueError):
    """A text that is no date."""


def instant(text: str) -> datetime:
    """'2012-12-13T00:00:00Z', also with fractions or another offset, or the day alone, as a time in UTC.

    Raises DateError.
    """
    try:
        read = datetime.fromisoformat(text.strip())
        return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise DateError(f"{text!r} is not a date such as 2012-12-13T00:00:00Z") from None


def written(date: datetime) -> str:
    """'2012-12-13T00:00:00Z': in UTC, whole seconds, as EIF and messages have it."""
    return date.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
