"""SendMessage and SendMessageBatch."""

from __future__ import annotations

from typing import Any

from localcloud.sqs.calls.batches import each, entries
from localcloud.sqs.calls.table import Request, call
from localcloud.sqs.content import check_attributes, size
from localcloud.sqs.faults import refused
from localcloud.sqs.limits import MESSAGE
from localcloud.sqs.sending import ensure_ids, send
from localcloud.sqs.store import Change


@call
def send_message(change: Change, request: Request) -> dict[str, Any]:
    return send(change, request.queue(change), request.asked, request.sender).told()


@call
def send_message_batch(change: Change, request: Request) -> dict[str, Any]:
    found, queue = entries(request, "SendMessageBatchRequestEntry", "MessageBody"), request.queue(change)
    total = 0
    for entry in found:
        attributes = entry.get("MessageAttributes") or {}
        check_attributes(attributes)
        total += size(entry["MessageBody"], attributes)
        ensure_ids(queue, entry)
    if total > MESSAGE:
        message = f"Batch requests cannot be longer than {MESSAGE} bytes. You have sent {total} bytes."
        raise refused("BatchRequestTooLong", message)
    return each(found, lambda entry: send(change, queue, entry, request.sender).told())
