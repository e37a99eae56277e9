"""A message is sent: what is asked of it, and, in FIFO queues, whether it was sent before."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.sqs import messages
from localcloud.sqs.content import (
    check_attributes,
    check_system,
    check_text,
    digest,
    digest_of,
    kept,
    size,
)
from localcloud.sqs.faults import Refused, missing, wrong, wrong_value
from localcloud.sqs.messages import Content
from localcloud.sqs.queues import Queue
from localcloud.sqs.settings import NUMBERS
from localcloud.sqs.store import Change
from localcloud.text import text

ID = re.compile(r"[A-Za-z0-9!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]{1,128}")
OTHER_TYPE = "The request include parameter that is not valid for this queue type"
NO_DEDUPLICATION = (
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
)
FIRST_SEQUENCE = 18_870_000_000_000_000_000  # 20 digits, as AWS's; a message's own number is added


@dataclass(frozen=True)
class Sent:
    """What a sender is told."""

    id: str
    md5: str
    md5_of_attributes: str | None
    md5_of_system: str | None
    sequence: str | None

    def told(self) -> dict[str, str]:
        answer = {
            "MessageId": self.id,
            "MD5OfMessageBody": self.md5,
            "MD5OfMessageAttributes": self.md5_of_attributes,
            "MD5OfMessageSystemAttributes": self.md5_of_system,
            "SequenceNumber": self.sequence,
        }
        return {name: value for name, value in answer.items() if value is not None}


def send(change: Change, queue: Queue, entry: Mapping[str, Any], sender: str) -> Sent:
    """Send one message as SendMessage describes it. Raises what SQS refuses, and has then changed nothing."""
    body, attributes = entry.get("MessageBody") or "", entry.get("MessageAttributes") or {}
    system = entry.get("MessageSystemAttributes") or {}
    if not body:
        raise missing("MessageBody")
    check_text(body)
    check_attributes(attributes)
    check_system(system)
    longest = queue.seconds("MaximumMessageSize")
    if size(body, attributes) > longest:
        raise wrong(f"One or more parameters are invalid. Reason: Message must be shorter than {longest} bytes.")
    ids = _ids(queue, entry, body)
    md5s = digest(body), digest_of(attributes), digest_of(system)
    told = {"SenderId": sender, **ids}
    if system:
        told["AWSTraceHeader"] = system["AWSTraceHeader"]["StringValue"]
    content = Content(
        id=str(uuid.uuid4()),
        body=body,
        md5=md5s[0],
        attributes=text(kept(attributes)) if attributes else None,
        system=text(told),
        line=ids.get("MessageGroupId") if queue.fifo else None,
    )
    delay = _delay(queue, entry)
    if not queue.fifo:
        messages.put(change, queue, content, delay)
        return Sent(content.id, *md5s, None)
    id_, number = _put_once(change, queue, content, delay, ids)
    return Sent(id_, *md5s, sequence(number))


def sequence(number: int) -> str:
    """A message's place among all of its queue, as FIFO queues tell it."""
    return str(FIRST_SEQUENCE + number)


def ensure_ids(queue: Queue, entry: Mapping[str, Any]) -> None:
    """What a whole batch is refused for, where one entry lacks it: a FIFO queue's group and deduplication ids."""
    if queue.fifo:
        if not entry.get("MessageGroupId"):
            raise wrong("The request must contain the parameter MessageGroupId.")
        if not entry.get("MessageDeduplicationId") and not queue.says("ContentBasedDeduplication", "true"):
            raise wrong(NO_DEDUPLICATION)


def _put_once(change: Change, queue: Queue, content: Content, delay: int, ids: dict[str, str]) -> tuple[str, int]:
    """Message id and number; those of the first where it was sent before."""
    scope = ids["MessageGroupId"] if queue.says("DeduplicationScope", "messageGroup") else ""
    key = queue.number, scope, ids["MessageDeduplicationId"]
    before = change.row("SELECT * FROM duplicates WHERE queue=? AND scope=? AND id=?", *key)
    if before is not None and before["until"] > change.now:
        return before["message"], before["sequence"]
    number = messages.put(change, queue, content, delay)
    until = change.now + change.limits.duplicates
    change.run("INSERT OR REPLACE INTO duplicates VALUES (?,?,?,?,?,?)", *key, content.id, number, until)
    return content.id, number


def _ids(queue: Queue, entry: Mapping[str, Any], body: str) -> dict[str, str]:
    """MessageGroupId and MessageDeduplicationId, as far as the message has them."""
    group, id_ = entry.get("MessageGroupId"), entry.get("MessageDeduplicationId")
    if queue.fifo:
        if not group:
            raise missing("MessageGroupId")
        if not id_ and not queue.says("ContentBasedDeduplication", "true"):
            raise wrong(NO_DEDUPLICATION)
        id_ = id_ or hashlib.sha256(body.encode()).hexdigest()
    elif id_:
        raise wrong_value(id_, "MessageDeduplicationId", OTHER_TYPE)
    ids = {"MessageGroupId": group, "MessageDeduplicationId": id_}
    for name, value in ids.items():
        if value and not ID.fullmatch(value):
            raise _bad_id(name, value)
    return {name: value for name, value in ids.items() if value}


def _bad_id(name: str, value: str) -> Refused:
    return wrong_value(
        value, name, f"{name} can only include alphanumeric and punctuation characters. 1 to 128 in length."
    )  # fmt: skip


def _delay(queue: Queue, entry: Mapping[str, Any]) -> int:
    delay = entry.get("DelaySeconds")
    if delay is None:
        return queue.seconds("DelaySeconds")
    if queue.fifo and delay:
        raise wrong_value(delay, "DelaySeconds", OTHER_TYPE + ".")
    least, most = NUMBERS["DelaySeconds"]
    if not least <= delay <= most:
        raise wrong_value(delay, "DelaySeconds", f"DelaySeconds must be >= {least} and <= {most}.")
    return int(delay) or (queue.seconds("DelaySeconds") if queue.fifo else 0)
