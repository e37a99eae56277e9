"""FIFO queues: which groups can be received from now."""

from __future__ import annotations

from typing import Any

from localcloud.sqs.queues import Queue
from localcloud.sqs.store import READY, Change


def first(change: Change, queue: Queue, most: int) -> list[Any]:
    """The first messages of the line that has been free longest, as far as they are ready, `most` of them."""
    free = change.row("SELECT line FROM free_lines WHERE box=? ORDER BY at LIMIT 1", queue.box)
    if free is None:
        return []
    found = []
    for row in change.rows(
        "SELECT number, line, here, state FROM messages WHERE box=? AND line=? ORDER BY number LIMIT ?",
        queue.box, free["line"], most,
    ):  # fmt: skip
        if row["state"] != READY:
            break
        found.append(row)
    return found


def refresh(change: Change, queue: Queue, line: str) -> None:
    """Say anew whether a line is free; a line that has become free wakes one who waits."""
    head = change.row(
        "SELECT state, at FROM messages WHERE box=? AND line=? ORDER BY number LIMIT 1", queue.box, line
    )  # fmt: skip
    busy = change.row("SELECT 1 FROM messages WHERE box=? AND line=? AND state=1 LIMIT 1", queue.box, line)
    if head is None or head["state"] != READY or busy:
        change.run("DELETE FROM free_lines WHERE box=? AND line=?", queue.box, line)
    elif change.run("INSERT OR IGNORE INTO free_lines VALUES (?,?,?)", queue.box, line, head["at"]):
        change.woken.append(queue.number)
