"""What the tests of S3 share: a server of our own, clients of it, and a place where its notifications arrive."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.s3 import S3
from localcloud.server import serve

BUCKET = "ct-elife-production-final"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:incoming"


class Cloud:
    """One S3 on a free loopback port. What it delivers is in `arrived`, one a token, as a queue would keep it."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.arrived: dict[str, tuple[str, dict[str, Any]]] = {}
        self.destinations = {QUEUE}
        self._some = threading.Condition()
        self.s3 = S3(folder, self._deliver, lambda destination, bucket: destination in self.destinations, now=now)
        self.s3.start()
        self.environ: dict[str, Any] = {}  # what stands before S3 would tell it of each request
        self.server = serve(self._app, "127.0.0.1", 0)
        self.port = self.server.server_port
        self.client = client(f"http://127.0.0.1:{self.port}")

    def stop(self) -> None:
        self.server.shutdown()
        self.s3.stop()

    def _app(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.s3.app({**environ, **self.environ}, start_response)

    def _deliver(self, destination: str, body: str, token: str) -> None:
        if destination not in self.destinations:
            raise KeyError(destination)
        with self._some:
            self.arrived.setdefault(token, (destination, json.loads(body)))
            self._some.notify_all()

    def records(self, number: int) -> list[dict[str, Any]]:
        """The events told so far, test messages left out; waits for as many as are expected."""
        deadline = time.monotonic() + 20
        with self._some:
            while len(found := self._records()) < number and time.monotonic() < deadline:
                self._some.wait(0.5)
        return found

    def _records(self) -> list[dict[str, Any]]:
        return [record for _, message in self.arrived.values() for record in message.get("Records", [])]

    def call(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """A request as bytes, without an SDK: status, headers by lower-case name, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def files(self) -> int:
        """How many files hold contents."""
        return sum(1 for path in (self.folder / "objects").rglob("*") if path.is_file())


def client(endpoint: str, **more: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=40, **more)
    return boto3.client(
        "s3", "us-east-1", endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="x", config=config
    )


def notify(s3: Any, *events: str, **rules: str) -> None:
    """Let the bucket tell the queue of some events."""
    configuration: dict[str, Any] = {"Id": "news", "QueueArn": QUEUE, "Events": [f"s3:{event}" for event in events]}
    if rules:
        found = [{"Name": name, "Value": value} for name, value in rules.items()]
        configuration["Filter"] = {"Key": {"FilterRules": found}}
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": [configuration]}
    )


def refusal(call: Any, **asked: Any) -> tuple[str, int]:
    """(code, status) with which a call is refused."""
    try:
        call(**asked)
    except ClientError as error:
        return error.response["Error"]["Code"], int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    raise AssertionError(f"not refused: {asked}")


def keys(s3: Any, **asked: Any) -> list[str]:
    return [each["Key"] for each in s3.list_objects_v2(Bucket=BUCKET, **asked).get("Contents", [])]
