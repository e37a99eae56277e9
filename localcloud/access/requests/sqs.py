"""Amazon SQS: the resource is the queue, by its URL or its name; an action on a batch is the action itself."""

from __future__ import annotations

from typing import Any

from localcloud.access.policy import Ask
from localcloud.access.requests.call import Call, tag_keys
from localcloud.home import ACCOUNT, REGION

ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT}:"
OF_NO_QUEUE = frozenset(("ListQueues", "CancelMessageMoveTask"))
BY_NAME = frozenset(("CreateQueue", "GetQueueUrl"))
MOVING = ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def asks(call: Call) -> list[Ask]:
    action = call.action.removesuffix("Batch")
    keys = call.keys | tag_keys(_tags(call.asked))
    if action in OF_NO_QUEUE:
        return [Ask(f"sqs:{action}", "*", keys)]
    if action == "StartMessageMoveTask":
        found = [Ask(f"sqs:{each}", call.text("SourceArn") or "*", keys) for each in MOVING]
        if destination := call.text("DestinationArn"):
            found.append(Ask("sqs:SendMessage", destination, keys))
        return found
    return [Ask(f"sqs:{action}", _queue(call), keys)]


def _queue(call: Call) -> str:
    if call.action == "ListMessageMoveTasks":
        return call.text("SourceArn") or "*"
    if call.action in BY_NAME:
        return ARN + (call.text("QueueName") or "")
    # older clients send to the queue's own URL
    url = call.text("QueueUrl") or str(call.environ.get("PATH_INFO", ""))
    return ARN + url.rpartition("/")[2]


def _tags(asked: Any) -> dict[str, str]:
    found = asked.get("tags") or asked.get("Tags")
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}
