"""Receipt handles: which message, and which of its receives: an old one does nothing to a newer receive."""

from __future__ import annotations

import base64
from binascii import Error as NotBase64
from dataclasses import dataclass
from typing import Any

from localcloud.sqs.faults import missing, refused
from localcloud.sqs.messages import received
from localcloud.sqs.queues import Queue
from localcloud.sqs.store import Change


@dataclass(frozen=True)
class Receipt:
    queue: int
    message: int
    time: int  # the first receive is 1


def handle(queue: Queue, row: Any) -> str:
    """The receipt handle of a message's last receive."""
    said = f"{queue.number}.{row['number']}.{row['received']}.{row['id']}"
    return base64.b64encode(said.encode()).decode()


def receipt(queue: Queue, given: str) -> Receipt:
    """Raises ReceiptHandleIsInvalid for what is none of this queue."""
    if not given:
        raise missing("ReceiptHandle")
    try:
        said = base64.b64decode(given, validate=True).decode().split(".")
        found = Receipt(*map(int, said[:3]))
    except (NotBase64, ValueError, TypeError):
        found = None
    if found is None or found.queue != queue.number:
        raise refused("ReceiptHandleIsInvalid", f'The input receipt handle "{given}" is not a valid receipt handle.')
    return found


def held(change: Change, queue: Queue, given: str) -> Any:
    """The message of a handle, where it is in the queue and was not received again since; else None."""
    wanted = receipt(queue, given)
    row = received(change, wanted.message)
    return row if row is not None and row["box"] == queue.box and row["received"] == wanted.time else None
