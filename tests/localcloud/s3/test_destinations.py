"""Uploads reach real queues and real topics, each once; who may not send is asked before."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.config import Config

from localcloud import bends
from localcloud.destinations import Destinations
from localcloud.endpoint import Endpoint
from localcloud.s3 import S3
from localcloud.server import serve
from localcloud.sqs import Sqs
from tests.localcloud.s3.cloud import BUCKET, refusal

CALLER = SimpleNamespace(account="123456789012", arn="", user_id="AROAEXAMPLE:i-0123", session="i-0123")


class Cloud:
    """S3, SQS and SNS behind one endpoint, as in the daemon. `refused` are the destinations whose policies say no."""

    def __init__(self, folder: Path) -> None:
        from moto.moto_api._internal import moto_api_backend
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        moto_api_backend.reset()
        self.refused: set[str] = set()
        self.asked: list[tuple[str, str, str, str]] = []
        self.sqs = Sqs(folder / "sqs.sqlite")
        bends.send_to(self.sqs.deliver, self.sqs.policy)
        self.destinations = Destinations(self.sqs, self._may)
        self.s3 = S3(folder / "s3", self.destinations.deliver, self.destinations.may_deliver)
        own = {"sqs": self.sqs.app, "s3": self.s3.app}
        moto = DomainDispatcherApplication(create_backend_app)
        endpoint = Endpoint(own, moto, lambda service: None, dict)

        def app(environ: dict[str, Any], start_response: Any) -> Any:
            environ["localcloud.caller"] = CALLER
            return endpoint(environ, start_response)

        self.sqs.start()
        self.s3.start()
        self.server = serve(app, "127.0.0.1", 0)

    def _may(self, *asked: str) -> bool:
        service, action, resource, source = asked
        self.asked.append((service, action, resource, source))
        return resource not in self.refused

    def client(self, service: str) -> Any:
        session: Any = boto3.Session("test", "test", region_name="us-east-1")
        url = f"http://127.0.0.1:{self.server.server_port}"
        return session.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))

    def stop(self) -> None:
        self.server.shutdown()
        self.s3.stop()
        self.sqs.stop()


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    running = Cloud(tmp_path)
    running.client("s3").create_bucket(Bucket=BUCKET)
    yield running
    running.stop()


def queue(cloud: Cloud) -> tuple[str, str]:
    """Its URL and ARN."""
    url = cloud.client("sqs").create_queue(QueueName="incoming")["QueueUrl"]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def received(cloud: Cloud, url: str, number: int) -> list[Any]:
    """The bodies of as many messages as must come; of more, where there are more."""
    found: list[Any] = []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (len(found) < number or _something_waits(cloud)):
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1 if len(found) < number else 0}
        found += [json.loads(each["Body"]) for each in cloud.client("sqs").receive_message(**asked).get("Messages", [])]
    more = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return found + [json.loads(each["Body"]) for each in more]


def _something_waits(cloud: Cloud) -> bool:
    with cloud.s3.store.reading() as reading:
        return reading.row("SELECT number FROM outbox") is not None


def set_target(cloud: Cloud, target: dict[str, Any]) -> dict[str, Any]:
    section = "QueueConfigurations" if "QueueArn" in target else "TopicConfigurations"
    configuration = {section: [{**target, "Events": ["s3:ObjectCreated:*"]}]}
    return {"Bucket": BUCKET, "NotificationConfiguration": configuration}


def test_a_queue(cloud: Cloud) -> None:
    url, arn = queue(cloud)
    s3 = cloud.client("s3")
    s3.put_bucket_notification_configuration(**set_target(cloud, {"QueueArn": arn}))
    assert cloud.asked[0] == ("s3.amazonaws.com", "sqs:SendMessage", arn, f"arn:aws:s3:::{BUCKET}")
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    test, news = received(cloud, url, 2)
    assert test["Event"] == "s3:TestEvent"
    record = news["Records"][0]
    assert record["s3"]["object"]["key"] == "a"
    assert record["userIdentity"] == {"principalId": "AWS:AROAEXAMPLE:i-0123"}


def test_a_topic_and_the_queue_behind_it(cloud: Cloud) -> None:
    url, arn = queue(cloud)
    topic = cloud.client("sns").create_topic(Name="news")["TopicArn"]
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    s3 = cloud.client("s3")
    s3.put_bucket_notification_configuration(**set_target(cloud, {"TopicArn": topic}))
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    _, news = received(cloud, url, 2)
    assert (news["TopicArn"], news["Subject"]) == (topic, "Amazon S3 Notification")
    assert json.loads(news["Message"])["Records"][0]["s3"]["object"]["key"] == "a"
    cloud.destinations.deliver(topic, "twice", "one token")
    cloud.destinations.deliver(topic, "twice", "one token")
    assert [each["Message"] for each in received(cloud, url, 1)] == ["twice"]


def test_who_may_not_send(cloud: Cloud) -> None:
    url, arn = queue(cloud)
    s3 = cloud.client("s3")
    cloud.refused.add(arn)
    asked = set_target(cloud, {"QueueArn": arn})
    assert refusal(s3.put_bucket_notification_configuration, **asked) == ("InvalidArgument", 400)
    cloud.refused.clear()
    s3.put_bucket_notification_configuration(**asked)
    assert len(received(cloud, url, 1)) == 1
    cloud.refused.add(arn)  # its policy is another now: what S3 has to tell is dropped
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    assert received(cloud, url, 0) == []


@pytest.mark.parametrize("target", [
    {"QueueArn": "arn:aws:sqs:us-east-1:123456789012:nowhere"},
    {"TopicArn": "arn:aws:sns:us-east-1:123456789012:nowhere"},
])  # fmt: skip
def test_what_is_not_there(cloud: Cloud, target: dict[str, str]) -> None:
    refused = refusal(cloud.client("s3").put_bucket_notification_configuration, **set_target(cloud, target))
    assert refused == ("InvalidArgument", 400)
