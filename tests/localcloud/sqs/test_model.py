"""Random senders, receivers and waits, and restarts in between, against a small model of what queues promise."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from localcloud.sqs import Limits, Sqs
from localcloud.sqs.calls import Request

KEPT = 60  # seconds: the retention of the queues
TIMES = 2  # receives before a message is dead
ARN = "arn:aws:sqs:us-east-1:123456789012:"


@dataclass
class Message:
    body: str
    group: str
    sent: float
    at: float  # when it can be had
    state: str = "ready"  # as long as `at` is not over: hidden or delayed
    received: int = 0
    handle: str = ""
    queue: str = ""


class Queues(RuleBasedStateMachine):
    """A standard queue with dead letters, and a FIFO queue. Time is the model's own."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.time = 1_000_000.0
        self.live: list[Message] = []  # in the order they were sent
        self.handles: list[tuple[str, str, Message]] = []  # queue, handle, message: every one ever given
        self.number = 0
        self.open()

    def open(self) -> None:
        path = Path(self.folder.name) / "sqs.sqlite"
        self.sqs = Sqs(path, limits=Limits(duplicates=0), now=lambda: self.time)

    def teardown(self) -> None:
        self.sqs.stop()
        self.folder.cleanup()

    def do(self, name: str, queue: str, **asked: Any) -> Any:
        return self.sqs.perform(name, Request({"QueueUrl": queue, **asked}, "http://h/", "me"), lambda: True)

    @initialize()
    def make(self) -> None:
        self.do("CreateQueue", "", QueueName="dead")
        redrive = json.dumps({"deadLetterTargetArn": f"{ARN}dead", "maxReceiveCount": TIMES})
        kept = {"MessageRetentionPeriod": str(KEPT)}
        self.do("CreateQueue", "", QueueName="std", Attributes={**kept, "RedrivePolicy": redrive})
        fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        self.do("CreateQueue", "", QueueName="one.fifo", Attributes=kept | fifo)

    @rule(count=st.integers(1, 5), delay=st.sampled_from([0, 0, 7]))
    def send(self, count: int, delay: int) -> None:
        for _ in range(count):
            self.put("std", "", delay, DelaySeconds=delay)

    @rule(groups=st.lists(st.sampled_from("ab"), min_size=1, max_size=5))
    def send_in_order(self, groups: list[str]) -> None:
        for group in groups:
            self.put("one.fifo", group, 0, MessageGroupId=group)

    @rule(most=st.integers(1, 10), hidden=st.sampled_from([0, 5, 20, 120]))
    def receive(self, most: int, hidden: int) -> None:
        wanted: list[Message] = []
        for message in sorted(self.there("std"), key=lambda each: each.at):
            if len(wanted) < most and message.received < TIMES:
                wanted.append(message)
            elif len(wanted) < most:
                message.queue, message.at = "dead", self.time
        got = self.take("std", most, hidden)
        assert [message["Body"] for message in got] == [message.body for message in wanted]
        self.taken("std", wanted, got, hidden)

    @rule(most=st.integers(1, 10), hidden=st.sampled_from([5, 20, 120]))
    def receive_in_order(self, most: int, hidden: int) -> None:
        free = {
            group: [message for message in self.of("one.fifo") if message.group == group]
            for group in "ab"
            if all(self.is_there(message) for message in self.of("one.fifo") if message.group == group)
        }
        got = self.take("one.fifo", most, hidden)
        by_body = {message.body: message for message in self.of("one.fifo")}
        wanted = [by_body[message["Body"]] for message in got]
        for group in "ab":
            mine = [message for message in wanted if message.group == group]
            assert mine == free.get(group, [])[: len(mine)], "in order, and none while others of the group are held"
        left = sum(map(len, free.values())) - len(wanted)
        assert len(wanted) == most or not left
        self.taken("one.fifo", wanted, got, hidden)

    @precondition(lambda self: self.handles)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        queue, handle, message = data.draw(st.sampled_from(self.handles[-8:]))
        holds = message in self.live and message.handle == handle and message.queue == queue
        if queue == "one.fifo" and holds and self.is_there(message):
            assert refused_by(self, "DeleteMessage", queue, ReceiptHandle=handle)
            return
        self.do("DeleteMessage", queue, ReceiptHandle=handle)
        if holds:
            self.live.remove(message)

    @precondition(lambda self: self.handles)
    @rule(data=st.data(), seconds=st.sampled_from([0, 0, 3, 30]))
    def hide(self, data: st.DataObject, seconds: int) -> None:
        queue, handle, message = data.draw(st.sampled_from(self.handles[-8:]))
        holds = message in self.live and message.handle == handle and message.queue == queue
        if not holds or (queue == "one.fifo" and self.is_there(message)):
            assert refused_by(self, "ChangeMessageVisibility", queue, ReceiptHandle=handle, VisibilityTimeout=seconds)
            return
        self.do("ChangeMessageVisibility", queue, ReceiptHandle=handle, VisibilityTimeout=seconds)
        message.at, message.state = self.time + seconds, "hidden" if seconds else "ready"

    @rule(seconds=st.sampled_from([1, 5, 5, 20]))
    def wait(self, seconds: int) -> None:
        self.time += seconds
        # dead letters are kept for as long as a queue keeps messages that says nothing of it: four days
        self.live = [each for each in self.live if each.queue == "dead" or self.time < each.sent + KEPT]

    @rule()
    def restart(self) -> None:
        self.sqs.stop()
        self.open()

    @invariant()
    def counts(self) -> None:
        if not self.number:
            return
        for queue in ("std", "one.fifo", "dead"):
            told = self.do("GetQueueAttributes", queue, AttributeNames=["All"])["Attributes"]
            states = [("ready" if self.is_there(each) else each.state) for each in self.of(queue)]
            for name, state in (("", "ready"), ("NotVisible", "hidden"), ("Delayed", "delayed")):
                assert told[f"ApproximateNumberOfMessages{name}"] == str(states.count(state)), (queue, state)

    def put(self, queue: str, group: str, delay: int, **asked: Any) -> None:
        self.number += 1
        self.do("SendMessage", queue, MessageBody=str(self.number), **asked)
        state = "delayed" if delay else "ready"
        self.live.append(Message(str(self.number), group, self.time, self.time + delay, state, queue=queue))

    def of(self, queue: str) -> list[Message]:
        return [message for message in self.live if message.queue == queue]

    def there(self, queue: str) -> list[Message]:
        return [message for message in self.of(queue) if self.is_there(message)]

    def is_there(self, message: Message) -> bool:
        return message.at <= self.time

    def take(self, queue: str, most: int, hidden: int) -> list[dict[str, Any]]:
        asked = {"MaxNumberOfMessages": most, "VisibilityTimeout": hidden, "WaitTimeSeconds": 0}
        told = self.do("ReceiveMessage", queue, **asked, AttributeNames=["All"])
        return list(told.get("Messages", []))

    def taken(self, queue: str, wanted: list[Message], got: list[dict[str, Any]], hidden: int) -> None:
        for message, told in zip(wanted, got, strict=True):
            message.received += 1
            message.at, message.state = self.time + hidden, "hidden"
            message.handle = told["ReceiptHandle"]
            self.handles.append((queue, message.handle, message))
            assert told["Attributes"]["ApproximateReceiveCount"] == str(message.received)


def refused_by(machine: Queues, name: str, queue: str, **asked: Any) -> bool:
    from localcloud.protocol import Fault

    try:
        machine.do(name, queue, **asked)
    except Fault:
        return True
    return False


TestQueues = Queues.TestCase
TestQueues.settings = settings(
    max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
