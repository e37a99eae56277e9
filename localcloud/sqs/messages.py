"""What happens to messages: sent, received, hidden, ready again, deleted, expired. Each step asks an index, no more.

A message of a FIFO queue stands in the line of its group. A line is free when its first message is ready and none of it
is in flight; free lines have a table of their own, kept up at each step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from localcloud.sqs import lines
from localcloud.sqs.queues import Queue, by_name
from localcloud.sqs.store import DELAYED, HIDDEN, READY, Change

SLICE = 1000  # messages changed in one transaction by what happens in the background


@dataclass(frozen=True)
class Content:
    """What never changes of a message. `attributes` and `system` are JSON; `line` is its group's, in FIFO queues."""

    id: str
    body: str
    md5: str
    attributes: str | None
    system: str
    line: str | None = None


def put(change: Change, queue: Queue, content: Content, delay: int) -> int:
    """Add a message; its number. `delay` in seconds."""
    state, at = (DELAYED, change.now + delay) if delay else (READY, change.now)
    number = change.insert(
        "INSERT INTO messages (box, state, at, sent, line) VALUES (?,?,?,?,?)",
        queue.box, state, at, change.now, content.line,
    )  # fmt: skip
    change.run(
        "INSERT INTO contents VALUES (?,?,?,?,?,?)",
        number, content.id, content.body, content.md5, content.attributes, content.system,
    )  # fmt: skip
    if state == DELAYED:
        change.expect(at)
    _ready(change, queue, [content.line] if state == READY else [])
    return number


def take(change: Change, queue: Queue, most: int, hidden: int) -> list[Any]:
    """Receive up to `most` messages and hide them for `hidden` seconds: their rows, contents included.

    What was received too often goes to the dead-letter queue instead.
    """
    dead, limit = _dead_letters(change, queue)
    taken: list[int] = []
    for row in _ready_rows(change, queue, most, taken):
        if dead is not None and row["here"] >= limit:
            _bury(change, queue, dead, row)
        else:
            hide_until = change.now + hidden
            change.run(
                "UPDATE messages SET state=?, at=?, taken=?, first=ifnull(first, ?), received=received+1, here=here+1 "
                "WHERE number=?",
                HIDDEN, hide_until, change.now, change.now, row["number"],
            )  # fmt: skip
            change.expect(hide_until)
            taken.append(row["number"])
    return [received(change, number) for number in taken]


def received(change: Change, number: int) -> Any:
    """A message with its content; None where it is gone."""
    return change.row("SELECT * FROM messages JOIN contents USING (number) WHERE number=?", number)


def hide(change: Change, queue: Queue, row: Any, seconds: int) -> None:
    """Let a message be seen again in so many seconds."""
    if seconds:
        change.run("UPDATE messages SET state=?, at=? WHERE number=?", HIDDEN, change.now + seconds, row["number"])
        change.expect(change.now + seconds)
        if row["line"] is not None:
            lines.refresh(change, queue, row["line"])
    else:
        change.run("UPDATE messages SET state=?, at=? WHERE number=?", READY, change.now, row["number"])
        _ready(change, queue, [row["line"]])


def delete(change: Change, queue: Queue, rows: Iterable[Any]) -> None:
    touched = {}
    for row in rows:
        change.run("DELETE FROM messages WHERE number=?", row["number"])
        change.run("DELETE FROM contents WHERE number=?", row["number"])
        touched[row["line"]] = True
    for line in touched:
        if line is not None:
            lines.refresh(change, queue, line)


def surface(change: Change) -> bool:
    """Make ready what has been hidden or delayed long enough, in all queues. Whether there may be more of it."""
    rows = change.rows(
        "SELECT m.number, m.line, q.name FROM messages m JOIN boxes b ON b.number=m.box "
        "LEFT JOIN queues q ON q.number=b.queue WHERE m.state>0 AND m.at<=? ORDER BY m.at LIMIT ?",
        change.now, SLICE,
    )  # fmt: skip
    change.many(f"UPDATE messages SET state={READY} WHERE number=?", [(row["number"],) for row in rows])
    found: dict[str, Queue | None] = {}
    for row in rows:
        if (name := row["name"]) is not None:
            queue = found[name] if name in found else found.setdefault(name, by_name(change, name))
            if queue is not None:
                _ready(change, queue, [row["line"]])
    return len(rows) == SLICE


def expire(change: Change, queue: Queue) -> bool:
    """Drop what is older than the queue keeps. Whether there may be more of it."""
    before = change.now - queue.seconds("MessageRetentionPeriod")
    rows = change.rows(
        "SELECT number, line FROM messages WHERE box=? AND sent<=? ORDER BY sent LIMIT ?", queue.box, before, SLICE
    )
    delete(change, queue, rows)
    return len(rows) == SLICE


def move(change: Change, queue: Queue, target: Queue, number: int, line: str | None, source: str | None) -> None:
    """Put a message into another queue, to be had at once; `source` is where it first came from, if it is to be told.

    It keeps its age in a standard queue, not in a FIFO queue (Amazon SQS Developer Guide, "Using dead-letter queues").
    """
    change.run(
        "UPDATE messages SET box=?, state=?, at=?, here=0, source=?, sent=iif(line IS NULL, sent, ?) WHERE number=?",
        target.box, READY, change.now, source, change.now, number,
    )  # fmt: skip
    if line is not None:
        lines.refresh(change, queue, line)
    _ready(change, target, [line])


def _ready_rows(change: Change, queue: Queue, most: int, taken: list[int]) -> Iterator[Any]:
    """Messages to be had, one after another, until `most` were taken. Each must be taken or moved away."""
    while len(taken) < most:
        if queue.fifo:
            rows = lines.first(change, queue, most - len(taken))
        else:
            rows = change.rows(
                "SELECT number, line, here FROM messages WHERE box=? AND state=0 AND line IS NULL ORDER BY at LIMIT ?",
                queue.box, most - len(taken),
            )  # fmt: skip
        if not rows:
            return
        yield from rows
        if queue.fifo:
            lines.refresh(change, queue, rows[0]["line"])


def _dead_letters(change: Change, queue: Queue) -> tuple[Queue | None, int]:
    if queue.redrive is None:
        return None, 0
    name, limit = queue.redrive
    return by_name(change, name), limit


def _bury(change: Change, queue: Queue, dead: Queue, row: Any) -> None:
    move(change, queue, dead, row["number"], row["line"], queue.name)


def _ready(change: Change, queue: Queue, groups: Iterable[str | None]) -> None:
    """Messages have become ready: whoever waits is told, once for each that can be had now."""
    for line in groups:
        if line is None:
            change.woken.append(queue.number)
        else:
            lines.refresh(change, queue, line)
