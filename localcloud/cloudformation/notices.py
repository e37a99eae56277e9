"""Events told to SNS topics: NotificationARNs. What is to be told is kept until its topic has it."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

from localcloud.cloudformation.clients import Clients
from localcloud.cloudformation.records import Event
from localcloud.cloudformation.store import Store

log = logging.getLogger(__name__)
SUBJECT = "AWS CloudFormation Notification"
PAUSE = 1.0  # seconds until a topic that could not be reached is tried again


class Notices:
    """`tell` an event to topics, within the transaction that keeps the event; a thread publishes, in order."""

    def __init__(self, store: Store, clients: Clients, account: str) -> None:
        self._store, self._clients, self._account = store, clients, account
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._wake.set()  # what was not told before the process ended
        self._thread = threading.Thread(target=self._run, name="stack notifications", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def tell(self, event: Event, topics: list[str]) -> None:
        for topic in topics:
            self._store.keep_notice(topic, message(event, self._account))
        if topics:
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait()
            self._wake.clear()
            while not self._stopping.is_set() and (notices := self._store.notices()):
                for number, topic, text in notices:
                    if not self._publish(topic, text):
                        self._stopping.wait(PAUSE)
                        break
                    self._store.forget_notice(number)

    def _publish(self, topic: str, text: str) -> bool:
        """Whether the topic has it, or never will."""
        from botocore.exceptions import ClientError

        if self._stopping.is_set():
            return False
        try:
            self._clients.call("sns", "Publish", {"TopicArn": topic, "Subject": SUBJECT, "Message": text})
        except ClientError as error:
            log.warning("a stack's event could not be told to %s: %s", topic, error)
        except Exception as error:  # noqa: BLE001 - whatever kept it from the topic, it is tried again
            log.warning("%s can't be told of a stack's event now: %s", topic, error)
            return False
        return True


def message(event: Event, account: str) -> str:
    """An event as AWS writes it into a notification: a line a fact."""
    when = datetime.fromtimestamp(event.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    facts = {
        "StackId": event.stack_id,
        "Timestamp": when,
        "EventId": event.id,
        "LogicalResourceId": event.logical_id,
        "Namespace": account,
        "PhysicalResourceId": event.physical_id,
        "ResourceProperties": event.properties or "null",
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason or "",
        "ResourceType": event.type,
        "StackName": event.stack_name,
        "ClientRequestToken": event.token or "null",
    }
    return "".join(f"{name}='{value}'\n" for name, value in facts.items())
