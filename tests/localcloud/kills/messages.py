"""SQS, and SNS that sends to it: nothing sent is lost, nothing deleted comes back."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable

from tests.localcloud.kills.load import Clients, Gone, Ledger, Turn

VISIBILITY = 3  # seconds


class Messages:
    name = "sqs"

    def __init__(self, clients: Clients, ledger: Ledger) -> None:
        self.clients = clients
        self.ledger = ledger
        self.sent: set[str] = set()  # bodies whose sending was acknowledged
        self.tried: set[str] = set()
        self.received: dict[str, set[str]] = {}  # body -> ids of the messages that it came with
        self.deleted: dict[str, float] = {}  # message's id -> when its deletion was acknowledged
        self.back: list[str] = []
        self._number = itertools.count()

    def prepare(self) -> None:
        given = {"VisibilityTimeout": str(VISIBILITY)}
        self.url = self.clients("sqs").create_queue(QueueName="kills", Attributes=given)["QueueUrl"]
        queue = "arn:aws:sqs:us-east-1:123456789012:kills"
        allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
        policy = {"Version": "2012-10-17", "Statement": [{**allow, "Resource": queue}]}
        self.clients("sqs").set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": json.dumps(policy)})
        self.topic = self.clients("sns").create_topic(Name="kills")["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        self.clients("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=queue, Attributes=raw)

    def producers(self) -> Iterable[Turn]:
        return [self._send, self._send_many, self._publish]

    def consumers(self) -> Iterable[Turn]:
        return [self._take, self._take]

    def settled(self) -> bool:
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self.clients("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=asked)["Attributes"]
        return all(count == "0" for count in told.values())

    def problems(self) -> list[str]:
        lost = [
            f"{body} was sent, and never came\n{self.ledger.around(body)}" for body in self.sent - set(self.received)
        ]
        twice = [
            f"{body} was sent once and came as {len(ids)} messages\n{self.ledger.around(body)}"
            for body, ids in self.received.items()
            if len(ids) > 1
        ]
        unknown = [f"{body} was never sent" for body in set(self.received) - self.tried]
        undone = set().union(*self.received.values()) - set(self.deleted) if self.received else set()
        left = [f"message {each} was neither kept nor deleted" for each in undone]
        return [*lost, *twice, *unknown, *self.back, *left]

    def _send(self) -> None:
        body = f"m{next(self._number)}"
        self._sending([body])
        self.clients("sqs").send_message(QueueUrl=self.url, MessageBody=body)
        self._acknowledged([body])

    def _send_many(self) -> None:
        bodies = [f"m{next(self._number)}" for _ in range(5)]
        self._sending(bodies)
        entries = [{"Id": body, "MessageBody": body} for body in bodies]
        done = self.clients("sqs").send_message_batch(QueueUrl=self.url, Entries=entries)
        self._acknowledged([each["Id"] for each in done["Successful"]])

    def _publish(self) -> None:
        body = f"m{next(self._number)}"
        self._sending([body])
        self.clients("sns").publish(TopicArn=self.topic, Message=body)
        self._acknowledged([body])

    def _sending(self, bodies: list[str]) -> None:
        self.tried.update(bodies)
        for body in bodies:
            self.ledger.note(body, "is sent")

    def _acknowledged(self, bodies: list[str]) -> None:
        self.sent.update(bodies)
        for body in bodies:
            self.ledger.note(body, "sending acknowledged")
        time.sleep(0.01)

    def _take(self) -> None:
        asked_at = time.monotonic()
        got = self.clients("sqs").receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = got.get("Messages", [])
        for each in messages:
            body, id_ = each["Body"], each["MessageId"]
            self.ledger.note(body, f"received as {id_}")
            self.received.setdefault(body, set()).add(id_)
            if self.deleted.get(id_, asked_at) < asked_at:
                self.back.append(f"{body} came back after its deletion\n{self.ledger.around(body)}")
        if not messages:
            return
        entries = [{"Id": str(at), "ReceiptHandle": each["ReceiptHandle"]} for at, each in enumerate(messages)]
        try:
            done = self.clients("sqs").delete_message_batch(QueueUrl=self.url, Entries=entries)
        except Gone:
            for each in messages:
                self.ledger.note(each["Body"], "deletion: no answer")
                # carried out or not: if it was, the message is not seen again, and that is right too
                self.deleted.setdefault(each["MessageId"], float("inf"))
            raise
        for each in done.get("Successful", []):
            message = messages[int(each["Id"])]
            self.deleted[message["MessageId"]] = time.monotonic()
            self.ledger.note(message["Body"], "deletion acknowledged")
