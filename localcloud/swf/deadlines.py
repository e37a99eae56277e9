"""Every time-out of SWF, from one ordered heap of deadlines: the index of a table, so that a restart forgets none."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.swf.store import Change, Store

Fire = Callable[[Change, int, str, int], None]
"""What a deadline does: change, execution's number, kind, event id."""


def set_deadline(change: Change, execution: int, kind: str, event: int, seconds: str | None) -> None:
    """Let `kind` happen to an execution's event after some seconds; none where the duration is NONE or missing."""
    if seconds is None or seconds == "NONE":
        return
    at = change.now + int(seconds)
    change.run("INSERT OR REPLACE INTO deadlines VALUES (?,?,?,?)", execution, kind, event, at)
    change.earliest = at if change.earliest is None else min(at, change.earliest)


def drop_deadlines(change: Change, execution: int, event: int) -> None:
    """Forget all deadlines of one event."""
    change.run("DELETE FROM deadlines WHERE execution=? AND event=?", execution, event)


def happen(store: Store, fire: Fire, going: Callable[[], bool]) -> float | None:
    """Let everything due happen, each in a transaction of its own; when the next one is due."""
    while going():
        with store.change() as change:
            row = change.row("SELECT execution, kind, event, at FROM deadlines ORDER BY at LIMIT 1")
            if row is None:
                return None
            if row["at"] > change.now:
                return float(row["at"])
            execution, kind, event = row["execution"], row["kind"], row["event"]
            change.run("DELETE FROM deadlines WHERE execution=? AND event=? AND kind=?", execution, event, kind)
            fire(change, execution, kind, event)
    return None
