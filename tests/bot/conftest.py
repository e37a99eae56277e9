"""A small cloud for the bot: the local cloud's own S3, SQS and SWF, over HTTP; and the bot as installed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.bot.small_cloud import small_cloud
from tests.installed import unpack

REGION = "us-east-1"


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The cloud's address; every client made without one finds it in the environment, as on a machine."""
    folder = tmp_path_factory.mktemp("cloud")
    with small_cloud(folder) as address, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", address)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", REGION)
        # As on a machine, `python` is the one that has what the bot needs.
        environment.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        yield address


class Bot:
    """The bot of one environment, unpacked in a folder of its own as on a machine."""

    def __init__(self, folder: Path) -> None:
        self.prefix = "t" + uuid.uuid4().hex[:8]
        self.domain = f"Publish.{self.prefix}"
        self.folder = folder / "elife-bot"
        self.sqs: Any = boto3.client("sqs", region_name=REGION)
        self.swf: Any = boto3.client("swf", region_name=REGION)
        self.running: list[subprocess.Popen[str]] = []
        unpack(
            "bot",
            self.folder,
            f"""
default_environment = 'continuum'

class continuum:
    sqs_region = '{REGION}'
    S3_monitor_queue = '{self.prefix}-incoming-queue'
    event_monitor_queue = '{self.prefix}-event-property-incoming-queue'
    workflow_starter_queue = '{self.prefix}-workflow-starter-queue'
    publishing_buckets_prefix = '{self.prefix}-'
    production_bucket = 'elife-production-final'
    log_directory = '{self.folder}'
""",
        )

    def make_queues(self) -> None:
        self.sqs.create_queue(QueueName=f"{self.prefix}-event-property-incoming-queue")
        for name in ("incoming-queue", "workflow-starter-queue"):
            dead = self.sqs.create_queue(QueueName=f"{self.prefix}-{name}-dead")["QueueUrl"]
            arn = self.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 20})
            self.sqs.create_queue(
                QueueName=f"{self.prefix}-{name}", Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "5"}
            )

    def run(self, *command: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs a program of the bot to its end: `run("register.py")`."""
        python = [sys.executable] if command[0].endswith(".py") else []
        return subprocess.run(
            [*python, *command], cwd=self.folder, capture_output=True, text=True, timeout=timeout, check=False
        )

    def start(self, *names: str) -> list[subprocess.Popen[str]]:
        """Starts processes of the bot."""
        for name in names:
            process = subprocess.Popen(
                [sys.executable, f"{name}.py"],
                cwd=self.folder,
                stderr=(self.folder / f"{name}.stderr").open("a"),
                text=True,
            )
            self.running.append(process)
        return self.running[-len(names) :]

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @staticmethod
    def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
        """What `condition` answers once it is true; fails the test when it is not in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.1)
        raise AssertionError(f"not within {seconds} s")

    def log(self, name: str) -> str:
        file = self.folder / f"{name}.log"
        return file.read_text() if file.exists() else ""

    def send(self, queue: str, body: str) -> str:
        url = self.sqs.get_queue_url(QueueName=f"{self.prefix}-{queue}")["QueueUrl"]
        return str(self.sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"])

    def take(self, queue: str) -> list[Any]:
        """Takes what is in a queue now, for good."""
        url = self.sqs.get_queue_url(QueueName=f"{self.prefix}-{queue}")["QueueUrl"]
        taken: list[Any] = []
        while more := self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get(
            "Messages"
        ):
            taken += more
            for message in more:
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return taken

    def left(self, queue: str) -> int:
        """How many messages are in a queue, those in somebody's hands included."""
        url = self.sqs.get_queue_url(QueueName=f"{self.prefix}-{queue}")["QueueUrl"]
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        answer = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))["Attributes"]
        return sum(int(answer[name]) for name in names)

    def ended(self) -> list[Any]:
        """The executions that have ended."""
        filters = {"oldestDate": time.time() - 3600}
        return list(
            self.swf.list_closed_workflow_executions(domain=self.domain, startTimeFilter=filters)["executionInfos"]
        )

    def events(self, execution: Any) -> list[str]:
        history = self.swf.get_workflow_execution_history(domain=self.domain, execution=execution)["events"]
        return [event["eventType"] for event in history]


@pytest.fixture
def bot(endpoint: str, tmp_path: Path) -> Iterator[Bot]:
    made = Bot(tmp_path)
    yield made
    made.stop()
