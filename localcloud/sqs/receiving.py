"""ReceiveMessage: what may be asked, and what a receiver is told of a message."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from localcloud.sqs import messages
from localcloud.sqs.content import chosen, digest_of
from localcloud.sqs.faults import refused, wrong_value
from localcloud.sqs.limits import ENTRIES, LONGEST_HIDDEN
from localcloud.sqs.queues import ARN, Queue, counts
from localcloud.sqs.receipts import handle
from localcloud.sqs.sending import ID, sequence
from localcloud.sqs.store import HIDDEN, Change
from localcloud.text import text

LONGEST_WAIT = 20
RANGES = {
    "MaxNumberOfMessages": (1, ENTRIES, f"Must be between 1 and {ENTRIES}, if provided."),
    "VisibilityTimeout": (0, LONGEST_HIDDEN, f"Must be >= 0 and <= {LONGEST_HIDDEN}, if provided."),
    "WaitTimeSeconds": (0, LONGEST_WAIT, f"Must be >= 0 and <= {LONGEST_WAIT}, if provided."),
}
SYSTEM = {
    "All", "SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp", "SequenceNumber",
    "MessageDeduplicationId", "MessageGroupId", "AWSTraceHeader", "DeadLetterQueueSourceArn",
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """A checked request for messages; None is what the queue says."""

    most: int
    hidden: int | None
    wait: int | None
    system: frozenset[str]
    attributes: frozenset[str]
    attempt: str | None


def wanted(asked: dict[str, Any]) -> Wanted:
    """Raises what SQS refuses."""
    for name, (least, most, reason) in RANGES.items():
        if (value := asked.get(name)) is not None and not least <= value <= most:
            raise wrong_value(value, name, reason)
    system = frozenset((asked.get("MessageSystemAttributeNames") or []) + (asked.get("AttributeNames") or []))
    for name in system - SYSTEM:
        raise refused("InvalidAttributeName", f"Unknown Attribute {name}.")
    attempt = asked.get("ReceiveRequestAttemptId")
    if attempt and not ID.fullmatch(attempt):
        reason = "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length."
        raise wrong_value(attempt, "ReceiveRequestAttemptId", reason)
    return Wanted(
        most=asked.get("MaxNumberOfMessages") or 1,
        hidden=asked.get("VisibilityTimeout"),
        wait=asked.get("WaitTimeSeconds"),
        system=system,
        attributes=frozenset(asked.get("MessageAttributeNames") or []),
        attempt=attempt or None,
    )


def receive(change: Change, queue: Queue, want: Wanted) -> list[dict[str, Any]]:
    """Messages that are there now, hidden from everybody else."""
    messages.surface(change)
    messages.expire(change, queue)
    hidden = queue.seconds("VisibilityTimeout") if want.hidden is None else want.hidden
    if want.attempt and queue.fifo and (again := _again(change, queue, want.attempt, hidden)):
        return [told(queue, row, want) for row in again]
    if counts(change, queue)[HIDDEN] >= change.limits.in_flight:
        if queue.fifo:
            return []
        raise refused("OverLimit", f"The queue has {change.limits.in_flight} messages in flight, and no more may be.")
    rows = messages.take(change, queue, want.most, hidden)
    if want.attempt and queue.fifo and rows:
        _keep_attempt(change, queue, want.attempt, rows)
    return [told(queue, row, want) for row in rows]


def told(queue: Queue, row: Any, want: Wanted) -> dict[str, Any]:
    """A message as its receiver sees it."""
    message = {
        "MessageId": row["id"],
        "ReceiptHandle": handle(queue, row),
        "MD5OfBody": row["md5"],
        "Body": row["body"],
    }
    if want.system:
        system = _system(queue, row)
        message["Attributes"] = system if "All" in want.system else {
            name: system[name] for name in want.system if name in system
        }  # fmt: skip
    if want.attributes and row["attributes"] and (found := chosen(json.loads(row["attributes"]), want.attributes)):
        message["MessageAttributes"] = found
        message["MD5OfMessageAttributes"] = digest_of(found)
    return message


def _system(queue: Queue, row: Any) -> dict[str, str]:
    told = {
        **json.loads(row["system"]),
        "SentTimestamp": _milliseconds(row["sent"]),
        "ApproximateReceiveCount": str(row["received"]),
        "ApproximateFirstReceiveTimestamp": _milliseconds(row["first"]),
    }
    if queue.fifo:
        told["SequenceNumber"] = sequence(row["number"])
    if row["source"]:
        told["DeadLetterQueueSourceArn"] = ARN + row["source"]
    return told


def _milliseconds(at: float) -> str:
    return str(round(at * 1000))


def _again(change: Change, queue: Queue, attempt: str, hidden: int) -> list[Any]:
    """The messages of that attempt, hidden anew, where all of them are still as it left them."""
    row = change.row("SELECT * FROM attempts WHERE queue=? AND id=?", queue.number, attempt)
    if row is None or row["until"] <= change.now:
        return []
    rows = []
    for number, time, at in json.loads(row["messages"]):
        found = messages.received(change, number)
        if found is None or (found["box"], found["received"], found["at"]) != (queue.box, time, at):
            return []
        if found["state"] != HIDDEN:
            return []
        rows.append(found)
    for found in rows:
        messages.hide(change, queue, found, hidden)
    rows = [messages.received(change, found["number"]) for found in rows]
    _keep_attempt(change, queue, attempt, rows)
    return rows


def _keep_attempt(change: Change, queue: Queue, attempt: str, rows: list[Any]) -> None:
    kept = text([[row["number"], row["received"], row["at"]] for row in rows])
    until = change.now + change.limits.attempts
    change.run("INSERT OR REPLACE INTO attempts VALUES (?,?,?,?)", queue.number, attempt, kept, until)
