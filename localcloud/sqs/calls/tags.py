"""A queue's tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.sqs import queues
from localcloud.sqs.calls.table import Request, call
from localcloud.sqs.faults import wrong
from localcloud.sqs.limits import TAGS
from localcloud.sqs.store import Change

LONGEST_KEY, LONGEST_VALUE = 128, 256


@call
def list_queue_tags(change: Change, request: Request) -> dict[str, Any]:
    return {"Tags": dict(request.queue(change).tags)}


@call
def tag_queue(change: Change, request: Request) -> None:
    queue = request.queue(change)
    tags = {**queue.tags, **request.asked["Tags"]}
    check_tags(tags, queue.name)
    queues.keep_tags(change, queue, tags)


@call
def untag_queue(change: Change, request: Request) -> None:
    queue, lost = request.queue(change), set(request.asked["TagKeys"])
    queues.keep_tags(change, queue, {key: value for key, value in queue.tags.items() if key not in lost})


def check_tags(tags: Mapping[str, str], queue: str) -> None:
    if len(tags) > TAGS:
        raise wrong(f"Too many tags added for queue {queue}.")
    for key, value in tags.items():
        if not 1 <= len(key) <= LONGEST_KEY:
            raise wrong(f"Tag keys must be between 1 and {LONGEST_KEY} characters in length.")
        if len(value) > LONGEST_VALUE:
            raise wrong(f"Tag values must be between 0 and {LONGEST_VALUE} characters in length.")
