"""Queues: how they are found, named and counted, and how one comes and goes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from localcloud.home import ACCOUNT, REGION
from localcloud.sqs.faults import no_queue, refused
from localcloud.sqs.settings import DEFAULTS, FIFO_DEFAULTS
from localcloud.sqs.store import DELAYED, HIDDEN, READY, Change
from localcloud.text import text

ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"


@dataclass(frozen=True)
class Queue:
    """A queue as it stands. `settings` are the attributes that somebody has set."""

    number: int
    name: str
    box: int
    settings: Mapping[str, str]
    tags: Mapping[str, str]
    created: float
    modified: float
    purged: float | None

    @property
    def arn(self) -> str:
        return ARN + self.name

    @property
    def fifo(self) -> bool:
        return self.name.endswith(".fifo")

    @property
    def attributes(self) -> dict[str, str]:
        """What was set, and AWS's defaults for what was not."""
        defaults = {**DEFAULTS, **FIFO_DEFAULTS} if self.fifo else DEFAULTS
        return {**defaults, **self.settings}

    def seconds(self, name: str) -> int:
        """An attribute that is a number: VisibilityTimeout, MaximumMessageSize."""
        return int(self.settings.get(name) or DEFAULTS[name])

    def says(self, name: str, value: str) -> bool:
        """Whether an attribute of a FIFO queue has that value."""
        return (self.settings.get(name) or FIFO_DEFAULTS[name]) == value

    @cached_property
    def redrive(self) -> tuple[str, int] | None:
        """The dead-letter queue's name, and how often a message is received before it goes there."""
        if not (policy := self.settings.get("RedrivePolicy")):
            return None
        said = _parsed(policy)
        return str(said["deadLetterTargetArn"]).rpartition(":")[2], int(said["maxReceiveCount"])


def by_name(change: Change, name: str) -> Queue | None:
    return _queue(change.row("SELECT * FROM queues WHERE name=?", name))


def by_url(change: Change, url: str) -> Queue:
    """The queue of a URL of whatever host, or of its bare name. Raises QueueDoesNotExist."""
    path, _, name = url.rpartition("/")
    account = path.rpartition("/")[2]
    if not name:
        raise refused("InvalidAddress", f"The address {url} is not valid for this endpoint.")
    queue = by_name(change, name) if account in ("", ACCOUNT) else None
    if queue is None:
        raise no_queue()
    return queue


def by_arn(change: Change, arn: str) -> Queue | None:
    return by_name(change, arn.removeprefix(ARN)) if arn.startswith(ARN) else None


def queues(change: Change, prefix: str, after: str, most: int) -> list[str]:
    """Names in order, `most` of them, those after `after`."""
    upto = prefix + "\U0010ffff"
    found = change.rows(
        "SELECT name FROM queues WHERE name>=? AND name<? AND name>? ORDER BY name LIMIT ?", prefix, upto, after, most
    )
    return [row["name"] for row in found]


def add(change: Change, name: str, settings: Mapping[str, str], tags: Mapping[str, str]) -> None:
    change.settled = True
    number = change.insert(
        "INSERT INTO queues (name, box, settings, tags, created, modified) VALUES (?,0,?,?,?,?)",
        name, text(settings), text(tags), change.now, change.now,
    )  # fmt: skip
    _new_box(change, number)


def keep_settings(change: Change, queue: Queue, settings: Mapping[str, str]) -> None:
    change.settled = True
    said = settings.get("RedrivePolicy")
    dead = str(_parsed(said)["deadLetterTargetArn"]).removeprefix(ARN) if said else None
    change.run(
        "UPDATE queues SET settings=?, modified=?, dead=? WHERE number=?",
        text(settings), change.now, dead, queue.number,
    )  # fmt: skip


def keep_tags(change: Change, queue: Queue, tags: Mapping[str, str]) -> None:
    change.run("UPDATE queues SET tags=? WHERE number=?", text(tags), queue.number)


def purge(change: Change, queue: Queue) -> None:
    """All messages are gone at once: the queue gets an empty box, the other one is emptied in the background."""
    _throw_away(change, queue)
    _new_box(change, queue.number)
    change.run("UPDATE queues SET purged=? WHERE number=?", change.now, queue.number)


def remove(change: Change, queue: Queue) -> None:
    change.settled = True
    _throw_away(change, queue)
    for table in ("duplicates", "attempts", "deliveries"):
        change.run(f"DELETE FROM {table} WHERE queue=?", queue.number)
    change.run("DELETE FROM queues WHERE number=?", queue.number)
    change.run("INSERT OR REPLACE INTO deleted VALUES (?,?)", queue.name, change.now)


def counts(change: Change, queue: Queue) -> dict[int, int]:
    """How many messages are in each state."""
    return {row["state"]: row["number"] for row in change.rows("SELECT * FROM counts WHERE box=?", queue.box)}


def _throw_away(change: Change, queue: Queue) -> None:
    change.run("UPDATE boxes SET queue=NULL WHERE number=?", queue.box)
    change.run("DELETE FROM free_lines WHERE box=?", queue.box)
    change.expect(change.now)


def _new_box(change: Change, queue: int) -> None:
    box = change.insert("INSERT INTO boxes (queue) VALUES (?)", queue)
    change.run("UPDATE queues SET box=? WHERE number=?", box, queue)
    for state in (READY, HIDDEN, DELAYED):
        change.run("INSERT INTO counts VALUES (?,?,0)", box, state)


def _queue(row: Any) -> Queue | None:
    if row is None:
        return None
    settings, tags = _parsed(row["settings"]), _parsed(row["tags"])
    return Queue(row["number"], row["name"], row["box"], settings, tags, row["created"], row["modified"], row["purged"])


@lru_cache(1024)
def _parsed(document: str) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = json.loads(document)
    return parsed
