"""Maintenance: while somebody holds the site, it takes nothing in and answers 503. Readers go on reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import DictRow

_NOW = "(until IS NULL OR until > now())"


@dataclass(frozen=True)
class Hold:
    """Who holds the site since when, and until when at most; None: until it is let go."""

    holder: str
    since: datetime
    until: datetime | None


def holds(connection: Connection[DictRow]) -> tuple[Hold, ...]:
    """Everybody who holds the site now, the first one first."""
    found = connection.execute(f"SELECT holder, since, until FROM maintenance WHERE {_NOW} ORDER BY since, holder")
    return tuple(Hold(**row) for row in found)


def hold(connection: Connection[DictRow], holder: str, minutes: int | None) -> None:
    """Holds the site, for so many minutes at most. Again: from now on anew."""
    connection.execute("DELETE FROM maintenance WHERE until <= now()")
    connection.execute(
        """INSERT INTO maintenance (holder, until) VALUES (%s, now() + make_interval(mins => %s))
        ON CONFLICT (holder) DO UPDATE SET until = excluded.until""",
        (holder, minutes),
    )


def let_go(connection: Connection[DictRow], holder: str) -> bool:
    """Lets go of the site; whether that one held it. Others may hold it still."""
    return bool(connection.execute("DELETE FROM maintenance WHERE holder = %s", (holder,)).rowcount)
