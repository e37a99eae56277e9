"""What happens by itself: messages come into sight again, move tasks go on, and what nobody needs is forgotten."""

from __future__ import annotations

from collections.abc import Callable

from localcloud.sqs import messages, moves
from localcloud.sqs.messages import SLICE
from localcloud.sqs.queues import by_name
from localcloud.sqs.store import Change, Store

SWEEP = 300.0  # seconds between two looks for what is too old
TASKS_KEPT = 14 * 24 * 3600.0  # seconds that a move task can be listed after its start
REMEMBERED = ("duplicates", "attempts", "deliveries")


class Background:
    """`happen` is what a Clock calls: each step is a transaction of its own, so that callers get in between."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next_sweep = 0.0

    def happen(self, going: Callable[[], bool]) -> float | None:
        """Let everything due happen; when the next thing is."""
        for step in (messages.surface, empty_box, self._sweep):
            while going() and self._more(step):
                pass
        while going():
            with self._store.change() as change:
                moving = moves.step(change)
                if moving is None or moving > change.now:
                    return self._next(change, moving)
        return None

    def _more(self, step: Callable[[Change], bool]) -> bool:
        with self._store.change() as change:
            return step(change)

    def _next(self, change: Change, moving: float | None) -> float:
        row = change.row("SELECT at FROM messages WHERE state>0 ORDER BY at LIMIT 1")
        upcoming = [self._next_sweep, moving, float(row["at"]) if row else None]
        return min(at for at in upcoming if at is not None)

    def _sweep(self, change: Change) -> bool:
        """Now and then: forget what is too old, also in queues that nobody asks."""
        if change.now < self._next_sweep:
            return False
        for table in REMEMBERED:
            change.run(f"DELETE FROM {table} WHERE until<=?", change.now)
        change.run("DELETE FROM deleted WHERE at<=?", change.now - change.limits.reuse)
        change.run("DELETE FROM moves WHERE status<>? AND started<=?", moves.RUNNING, change.now - TASKS_KEPT)
        names = [row["name"] for row in change.rows("SELECT name FROM queues")]
        queues = [queue for name in names if (queue := by_name(change, name))]
        if any(messages.expire(change, queue) for queue in queues):
            return True
        self._next_sweep = change.now + SWEEP
        return False


def empty_box(change: Change) -> bool:
    """Drop some messages of a box that no queue has any more. Whether there may be more of them."""
    box = change.row("SELECT number FROM boxes WHERE queue IS NULL LIMIT 1")
    if box is None:
        return False
    numbers = [
        (row["number"],) for row in change.rows("SELECT number FROM messages WHERE box=? LIMIT ?", box["number"], SLICE)
    ]
    change.many("DELETE FROM messages WHERE number=?", numbers)
    change.many("DELETE FROM contents WHERE number=?", numbers)
    if not numbers:
        for table, key in (("boxes", "number"), ("counts", "box"), ("free_lines", "box")):
            change.run(f"DELETE FROM {table} WHERE {key}=?", box["number"])
    return True
