"""Message move tasks: what lies in a dead-letter queue goes back, or elsewhere, in the background.

After StartMessageMoveTask of the Amazon SQS API reference. A moved message is a new one: its id, its age and its
receive count begin anew.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from localcloud.sqs import messages
from localcloud.sqs.lines import first
from localcloud.sqs.messages import Content
from localcloud.sqs.queues import Queue, by_name
from localcloud.sqs.store import Change

RUNNING, COMPLETED, CANCELLED, FAILED = "RUNNING", "COMPLETED", "CANCELLED", "FAILED"
STEP = 100  # messages moved in one transaction where no rate was asked for


class Stuck(Exception):
    """A task can't go on, for a reason, after so many messages of this step."""

    def __init__(self, reason: str, moved: int = 0) -> None:
        super().__init__(reason)
        self.moved = moved


def step(change: Change) -> float | None:
    """Take the task that is due one step further; when the next one is due, None where none runs."""
    row = change.row("SELECT * FROM moves WHERE status='RUNNING' ORDER BY at LIMIT 1")
    if row is None or row["at"] > change.now:
        return None if row is None else float(row["at"])
    most, pause = _pace(row["rate"])
    most = min(most, row["total"] - row["moved"])
    try:
        moved = _move(change, row, most)
    except Stuck as error:
        change.run(
            "UPDATE moves SET status=?, reason=?, moved=moved+? WHERE number=?",
            FAILED, str(error), error.moved, row["number"],
        )  # fmt: skip
        return change.now
    done = row["moved"] + moved
    over = moved < most or done >= row["total"]
    change.run(
        "UPDATE moves SET moved=?, at=?, status=? WHERE number=?",
        done, change.now + pause, COMPLETED if over else RUNNING, row["number"],
    )  # fmt: skip
    return change.now


def _pace(rate: int | None) -> tuple[int, float]:
    """How many messages a step moves, and the seconds until the next."""
    if rate is None:
        return STEP, 0.0
    most = max(1, rate // 10)
    return most, most / rate


def _move(change: Change, task: Any, most: int) -> int:
    source = by_name(change, task["source"])
    if source is None:
        raise Stuck("AWS.SimpleQueueService.NonExistentQueue")
    moved = 0
    while moved < most:
        rows = _waiting(change, source, most - moved)
        if not rows:
            break
        for row in rows:
            try:
                _move_one(change, source, row["number"], task["destination"])
            except Stuck as error:
                raise Stuck(str(error), moved) from error
            moved += 1
    return moved


def _waiting(change: Change, source: Queue, most: int) -> list[Any]:
    if source.fifo:
        return first(change, source, most)
    return change.rows(
        "SELECT number FROM messages WHERE box=? AND state=0 AND line IS NULL ORDER BY at LIMIT ?", source.box, most
    )


def _move_one(change: Change, source: Queue, number: int, destination: str | None) -> None:
    row = messages.received(change, number)
    if destination is None and row["source"] is None:
        raise Stuck("CouldNotDetermineMessageSource")
    target = by_name(change, destination or row["source"])
    if target is None:
        raise Stuck("AWS.SimpleQueueService.NonExistentQueue")
    messages.delete(change, source, [row])
    line = json.loads(row["system"])["MessageGroupId"] if target.fifo else None
    content = Content(str(uuid.uuid4()), row["body"], row["md5"], row["attributes"], row["system"], line)
    messages.put(change, target, content, 0)
