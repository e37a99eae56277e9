"""A queue of SQS: messages are taken, handled and deleted, or set aside with a reason. None is lost or goes round."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from continuum.service import NotThere, Service

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import MessageAttributeValueTypeDef

_LONG_POLL_SECONDS = 20
_MOST_AT_ONCE = 10
_ABSENT = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_REASON_LENGTH = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Message:
    """A message taken from a queue. `receives` counts how often it was taken, `sent` is in epoch seconds.

    `attributes` are texts beside the body, by name.
    """

    body: str
    id: str
    receipt: str
    receives: int = 1
    sent: float = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


class SetAside(Exception):
    """Raised by a handler: this message can't be handled, now or later. Its text is the reason kept with it."""


class Queue:
    """A queue by its name. It need not exist yet: whoever uses it is told NotThere until it does."""

    def __init__(self, sqs: SQSClient, name: str) -> None:
        self.name = name
        self._sqs = sqs
        self._url: str | None = None

    def send(self, body: str, attributes: Mapping[str, str] | None = None) -> None:
        """Puts a message into the queue, with texts beside its body."""
        try:
            self._sqs.send_message(
                QueueUrl=self._address(), MessageBody=body, MessageAttributes=_attributes(attributes or {})
            )
        except ClientError as error:
            raise self._not_there(error) from error

    def receive(self, at_most: int = _MOST_AT_ONCE) -> list[Message]:
        """The next messages, at most ten; waits for some up to 20 s."""
        try:
            answer = self._sqs.receive_message(
                QueueUrl=self._address(),
                MaxNumberOfMessages=max(1, min(at_most, _MOST_AT_ONCE)),
                WaitTimeSeconds=_LONG_POLL_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
                MessageAttributeNames=["All"],
            )
        except ClientError as error:
            raise self._not_there(error) from error
        return [
            Message(
                body=taken["Body"],
                id=taken["MessageId"],
                receipt=taken["ReceiptHandle"],
                receives=int(taken["Attributes"]["ApproximateReceiveCount"]),
                sent=int(taken["Attributes"]["SentTimestamp"]) / 1000,
                attributes={
                    name: value.get("StringValue", "") for name, value in taken.get("MessageAttributes", {}).items()
                },
            )
            for taken in answer.get("Messages", [])
        ]

    def delete(self, message: Message) -> None:
        """Takes the message off the queue for good."""
        self._sqs.delete_message(QueueUrl=self._address(), ReceiptHandle=message.receipt)

    def set_aside(self, body: str, reason: str) -> None:
        """Puts a body that nobody can handle, with the reason, where an operator finds it.

        That is the queue's dead-letter queue; where it has none, the queue `<name>-set-aside`, made if need be.
        """
        # SQS refuses control characters, and a reason may quote anything.
        printable = "".join(letter if letter.isprintable() else " " for letter in reason)
        where = self._dead_letter_url() or self._sqs.create_queue(QueueName=f"{self.name}-set-aside")["QueueUrl"]
        self._sqs.send_message(
            QueueUrl=where,
            MessageBody=body,
            MessageAttributes=_attributes(
                {"reason": printable[:_REASON_LENGTH] or "no reason given", "queue": self.name}
            ),
        )
        log.warning("%s: set aside in %s: %s", self.name, where.rsplit("/", 1)[-1], printable)

    def _dead_letter_url(self) -> str | None:
        answer = self._sqs.get_queue_attributes(QueueUrl=self._address(), AttributeNames=["RedrivePolicy"])
        policy = answer.get("Attributes", {}).get("RedrivePolicy")
        if not policy:
            return None
        name = str(json.loads(policy)["deadLetterTargetArn"]).rsplit(":", 1)[-1]
        return self._sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def _address(self) -> str:
        if self._url is None:
            try:
                self._url = self._sqs.get_queue_url(QueueName=self.name)["QueueUrl"]
            except ClientError as error:
                raise self._not_there(error) from error
        return self._url

    def _not_there(self, error: ClientError) -> Exception:
        if error.response.get("Error", {}).get("Code") not in _ABSENT:
            return error
        self._url = None  # it may come back under another address
        return NotThere(f"there is no queue {self.name}")


def _attributes(texts: Mapping[str, str]) -> dict[str, MessageAttributeValueTypeDef]:
    return {name: {"DataType": "String", "StringValue": text} for name, text in texts.items()}


def consume(service: Service, queue: Queue, handle: Callable[[Message], None], at_most: int = _MOST_AT_ONCE) -> None:
    """One turn: takes messages and hands each to `handle`; then, and only then, it is deleted.

    A handler that raises SetAside, or fails for a reason of its own, has its message set aside; one that could not
    reach AWS, or misses something there, leaves it in the queue, to be tried again.
    """
    with service.interruptible():
        messages = queue.receive(at_most)
    for message in messages:
        try:
            handle(message)
        except SetAside as unusable:
            queue.set_aside(message.body, str(unusable))
        except (BotoCoreError, ClientError, NotThere):
            raise
        except Exception as mistake:  # it would fail for ever: keep the message and say where
            log.exception("message %s could not be handled", message.id)
            where = traceback.extract_tb(mistake.__traceback__)[-1]
            queue.set_aside(message.body, f"{type(mistake).__name__}: {mistake} ({where.filename}:{where.lineno})")
        queue.delete(message)
