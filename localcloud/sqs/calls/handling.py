"""What a receiver does with a message it holds: deletes it, or changes how long nobody else sees it."""

from __future__ import annotations

from typing import Any

from localcloud.sqs import messages
from localcloud.sqs.calls.batches import each, entries
from localcloud.sqs.calls.table import Request, call
from localcloud.sqs.faults import missing, wrong, wrong_value
from localcloud.sqs.limits import LONGEST_HIDDEN
from localcloud.sqs.queues import Queue
from localcloud.sqs.receipts import held
from localcloud.sqs.store import HIDDEN, Change

EXPIRED = "The receipt handle has expired."
UNAVAILABLE = "Message does not exist or is not available for visibility timeout change."


@call
def delete_message(change: Change, request: Request) -> None:
    _delete(change, request.queue(change), request.asked["ReceiptHandle"])


@call
def delete_message_batch(change: Change, request: Request) -> dict[str, Any]:
    found, queue = entries(request, "DeleteMessageBatchRequestEntry", "ReceiptHandle"), request.queue(change)
    return each(found, lambda entry: _delete(change, queue, entry["ReceiptHandle"]))


@call
def change_message_visibility(change: Change, request: Request) -> None:
    asked = request.asked
    _hide(change, request.queue(change), asked["ReceiptHandle"], asked["VisibilityTimeout"])


@call
def change_message_visibility_batch(change: Change, request: Request) -> dict[str, Any]:
    found = entries(request, "ChangeMessageVisibilityBatchRequestEntry", "ReceiptHandle")
    queue = request.queue(change)
    return each(found, lambda entry: _hide(change, queue, entry["ReceiptHandle"], entry.get("VisibilityTimeout")))


def _delete(change: Change, queue: Queue, handle: str) -> None:
    """Delete a message. One that is gone, or was received again since, is left alone and that is no error.

    In a FIFO queue a handle ends with its visibility timeout.
    """
    row = held(change, queue, handle)
    if queue.fifo and row is not None and _over(change, row):
        raise wrong_value(handle, "ReceiptHandle", EXPIRED)
    if row is not None:
        messages.delete(change, queue, [row])


def _hide(change: Change, queue: Queue, handle: str, seconds: int | None) -> None:
    if seconds is None:
        raise missing("VisibilityTimeout")
    if not 0 <= seconds <= LONGEST_HIDDEN:
        reason = f"VisibilityTimeout must be an integer between 0 and {LONGEST_HIDDEN}."
        raise wrong_value(seconds, "VisibilityTimeout", reason)
    row = held(change, queue, handle)
    if row is None or (queue.fifo and _over(change, row)):
        raise wrong_value(handle, "ReceiptHandle", UNAVAILABLE if row is None else EXPIRED)
    if change.now + seconds > row["taken"] + LONGEST_HIDDEN:
        total = f"Total VisibilityTimeout for the message is beyond the limit [{LONGEST_HIDDEN} seconds]"
        raise wrong(f"Value {seconds} for parameter VisibilityTimeout is invalid. Reason: {total}")
    messages.hide(change, queue, row, seconds)


def _over(change: Change, row: Any) -> bool:
    return bool(row["state"] != HIDDEN or row["at"] <= change.now)
