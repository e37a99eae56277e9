"""What the tests of SQS share: a server of our own, boto3 to talk to it, and short words for what they do."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.endpoint import serve
from localcloud.sqs import Limits, Sqs

T = TypeVar("T")


class Cloud:
    """One Sqs on a free loopback port."""

    def __init__(self, database: Path, *, limits: Limits | None = None) -> None:
        self.sqs = Sqs(database, limits=limits)
        self.sqs.start()
        self.server: Any = serve(self.sqs.app, "127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.client = client(self.endpoint)

    def stop(self) -> None:
        self.server.shutdown()
        self.sqs.stop()

    def queue(self, name: str = "one", **attributes: str) -> str:
        """A new queue's URL; one whose name ends with .fifo is a FIFO queue."""
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        return str(self.client.create_queue(QueueName=name, Attributes=attributes | fifo)["QueueUrl"])

    def send(self, url: str, *bodies: str, **more: Any) -> None:
        for body in bodies:
            self.client.send_message(QueueUrl=url, MessageBody=body, **more)

    def receive(self, url: str, most: int = 10, **more: Any) -> list[dict[str, Any]]:
        told = self.client.receive_message(QueueUrl=url, MaxNumberOfMessages=most, **more)
        return list(told.get("Messages", []))

    def bodies(self, url: str, most: int = 10, **more: Any) -> list[str]:
        return [message["Body"] for message in self.receive(url, most, **more)]

    def delete(self, url: str, message: dict[str, Any]) -> None:
        self.client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def attributes(self, url: str, *names: str) -> dict[str, str]:
        told = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"])
        return dict(told.get("Attributes", {}))

    def counts(self, url: str) -> tuple[int, int, int]:
        """Messages to be had, in flight, delayed."""
        names = ("", "NotVisible", "Delayed")
        told = self.attributes(url)
        ready, hidden, delayed = (int(told[f"ApproximateNumberOfMessages{name}"]) for name in names)
        return ready, hidden, delayed

    def arn(self, url: str) -> str:
        return self.attributes(url, "QueueArn")["QueueArn"]


def client(endpoint: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, read_timeout=30, max_pool_connections=60)
    return boto3.client(
        "sqs", "us-east-1", endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="x", config=config
    )


def refused(call: Callable[..., Any], **asked: Any) -> tuple[str, str]:
    """Code and message of the error that a call gives."""
    try:
        told = call(**asked)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError(f"not refused: {told}")


def eventually(look: Callable[[], T], seconds: float = 20) -> T:
    """What `look` gives, as soon as it is something."""
    deadline = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
