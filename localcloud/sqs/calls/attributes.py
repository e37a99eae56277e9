"""What a queue's attributes are, and setting them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.sqs import messages, queues
from localcloud.sqs.calls.table import Request, call
from localcloud.sqs.faults import refused, wrong_value
from localcloud.sqs.queues import Queue, by_arn
from localcloud.sqs.settings import KNOWN, checked, merged, unknown
from localcloud.sqs.store import DELAYED, HIDDEN, READY, Change

COUNTS = {
    "ApproximateNumberOfMessages": READY,
    "ApproximateNumberOfMessagesNotVisible": HIDDEN,
    "ApproximateNumberOfMessagesDelayed": DELAYED,
}


@call
def get_queue_attributes(change: Change, request: Request) -> dict[str, Any]:
    queue, names = request.queue(change), request.asked.get("AttributeNames") or []
    for name in names:
        if name not in KNOWN:
            raise unknown(name)
    if not names:
        return {}
    told = {**_kept(queue), **_counted(change, queue)}
    return {"Attributes": told if "All" in names else {name: told[name] for name in names if name in told}}


@call
def set_queue_attributes(change: Change, request: Request) -> None:
    queue, asked = request.queue(change), request.asked["Attributes"]
    if "FifoQueue" in asked and queue.fifo:
        reason = "Modifying queue type is not supported."
        raise refused("InvalidAttributeValue", f"Invalid value for the parameter FifoQueue. Reason: {reason}")
    new = checked(asked, queue.fifo)
    ensure_targets(change, queue.arn, new)
    queues.keep_settings(change, queue, merged(queue.settings, new))


def ensure_targets(change: Change, arn: str, settings: Mapping[str, str]) -> None:
    """Raise where a RedrivePolicy names a queue that can't be this one's dead-letter queue."""
    policy = settings.get("RedrivePolicy")
    if not policy:
        return
    target = by_arn(change, json.loads(policy)["deadLetterTargetArn"])
    if target is None:
        raise wrong_value(policy, "RedrivePolicy", "Dead letter target does not exist.")
    if target.fifo != arn.endswith(".fifo"):
        raise wrong_value(policy, "RedrivePolicy", "Dead-letter queue must be same type of queue as the source.")
    allowed = json.loads(target.settings.get("RedriveAllowPolicy") or '{"redrivePermission":"allowAll"}')
    if allowed["redrivePermission"] != "allowAll" and arn not in allowed.get("sourceQueueArns", ()):
        reason = f"Queue {target.arn} does not allow {arn} to use it as dead-letter queue."
        raise wrong_value(policy, "RedrivePolicy", reason)


def _kept(queue: Queue) -> dict[str, str]:
    told = queue.attributes
    if "KmsMasterKeyId" in told:
        told.setdefault("KmsDataKeyReusePeriodSeconds", "300")
    else:
        told.pop("KmsDataKeyReusePeriodSeconds", None)
    times = {"CreatedTimestamp": queue.created, "LastModifiedTimestamp": queue.modified}
    return {**told, "QueueArn": queue.arn, **{name: str(int(at)) for name, at in times.items()}}


def _counted(change: Change, queue: Queue) -> dict[str, str]:
    while messages.surface(change) or messages.expire(change, queue):
        pass
    counts = queues.counts(change, queue)
    return {name: str(counts[state]) for name, state in COUNTS.items()}
