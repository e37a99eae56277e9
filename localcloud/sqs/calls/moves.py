"""StartMessageMoveTask, ListMessageMoveTasks and CancelMessageMoveTask."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

from localcloud.sqs import messages
from localcloud.sqs.calls.table import Request, call
from localcloud.sqs.faults import no_resource, refused, wrong
from localcloud.sqs.moves import CANCELLED, RUNNING
from localcloud.sqs.queues import ARN, Queue, by_arn, counts
from localcloud.sqs.store import READY, Change
from localcloud.text import text

FASTEST = 500  # messages a second
MOST = 10  # tasks in an answer


@call
def start_message_move_task(change: Change, request: Request) -> dict[str, Any]:
    asked, rate = request.asked, request.asked.get("MaxNumberOfMessagesPerSecond")
    source, to = _queue(change, asked, "SourceArn"), asked.get("DestinationArn")
    if change.row("SELECT 1 FROM queues WHERE dead=? LIMIT 1", source.name) is None:
        raise wrong("Source queue must be configured as a Dead Letter Queue.")
    destination = _queue(change, asked, "DestinationArn") if to else None
    if destination is not None and destination.number == source.number:
        raise wrong("Source queue arn and destination queue arn cannot be the same.")
    if destination is not None and destination.fifo != source.fifo:
        raise wrong("Source and destination must be queues of the same type.")
    if rate is not None and not 1 <= rate <= FASTEST:
        raise wrong(f"Value for parameter MaxNumberOfMessagesPerSecond is invalid. Must be between 1 and {FASTEST}.")
    if change.row("SELECT 1 FROM moves WHERE source=? AND status=? LIMIT 1", source.name, RUNNING):
        raise wrong(
            "There is already a task running. Only one active task is allowed for a source queue arn at a given time."
        )
    while messages.surface(change):
        pass
    id_, total = str(uuid.uuid4()), counts(change, source)[READY]
    change.run(
        "INSERT INTO moves (id, source, destination, rate, total, status, started, at) VALUES (?,?,?,?,?,?,?,?)",
        id_, source.name, destination and destination.name, rate, total, RUNNING, change.now, change.now,
    )  # fmt: skip
    change.expect(change.now)
    return {"TaskHandle": _handle(id_, source.name)}


@call
def list_message_move_tasks(change: Change, request: Request) -> dict[str, Any]:
    source, most = _queue(change, request.asked, "SourceArn"), request.asked.get("MaxResults")
    if most is not None and not 1 <= most <= MOST:
        raise wrong(f"Value for parameter MaxResults is invalid. Reason: Must be between 1 and {MOST}, if provided.")
    rows = change.rows("SELECT * FROM moves WHERE source=? ORDER BY number DESC LIMIT ?", source.name, most or 1)
    return {"Results": [_told(row) for row in rows]}


@call
def cancel_message_move_task(change: Change, request: Request) -> dict[str, Any]:
    try:
        said = json.loads(base64.b64decode(request.asked["TaskHandle"]))
        id_, arn = said["taskId"], said["sourceArn"]
    except (ValueError, TypeError, KeyError):
        raise wrong("Value for parameter TaskHandle is invalid.") from None
    source = _queue(change, {"SourceArn": arn}, "SourceArn")
    row = change.row("SELECT * FROM moves WHERE id=? AND source=?", id_, source.name)
    if row is None or row["status"] != RUNNING:
        missing = "Task does not exist." if row is None else "Only active tasks can be cancelled."
        raise refused("ResourceNotFoundException", missing)
    change.run("UPDATE moves SET status=? WHERE number=?", CANCELLED, row["number"])
    return {"ApproximateNumberOfMessagesMoved": row["moved"]}


def _queue(change: Change, asked: dict[str, Any], parameter: str) -> Queue:
    queue = by_arn(change, asked[parameter])
    if queue is None:
        raise no_resource(parameter)
    return queue


def _told(row: Any) -> dict[str, Any]:
    told = {
        "TaskHandle": _handle(row["id"], row["source"]) if row["status"] == RUNNING else None,
        "Status": row["status"],
        "SourceArn": ARN + row["source"],
        "DestinationArn": row["destination"] and ARN + row["destination"],
        "MaxNumberOfMessagesPerSecond": row["rate"],
        "ApproximateNumberOfMessagesMoved": row["moved"],
        "ApproximateNumberOfMessagesToMove": row["total"],
        "FailureReason": row["reason"],
        "StartedTimestamp": round(row["started"] * 1000),
    }
    return {name: value for name, value in told.items() if value is not None}


def _handle(id_: str, source: str) -> str:
    return base64.b64encode(text({"taskId": id_, "sourceArn": ARN + source}).encode()).decode()
