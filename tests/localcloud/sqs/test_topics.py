"""SNS to SQS: what arrives of a topic's message, to whom, and where it may not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud import bends
from localcloud.endpoint import Endpoint, serve
from localcloud.sqs import Sqs
from tests.localcloud.sqs.cloud import client, refused


class Both:
    """SNS and SQS behind one endpoint. `denied` are the queues whose policy does not let SNS in."""

    def __init__(self, folder: Path) -> None:
        from moto.moto_api._internal import moto_api_backend
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        moto_api_backend.reset()
        self.denied: set[str] = set()
        self.asked: list[tuple[str, str, str, str]] = []
        self.service = Sqs(folder / "sqs.sqlite")
        self.service.start()
        bends.send_to(self.service.deliver, self.service.policy, self.may_deliver)
        app = DomainDispatcherApplication(create_backend_app)
        endpoint = Endpoint({"sqs": self.service.app}, app, lambda service: None, dict)
        self.server: Any = serve(endpoint, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{self.server.server_port}"
        self.sqs = client(url)
        self.sns: Any = boto3.client(
            "sns", "us-east-1", endpoint_url=url, aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.topic = self.sns.create_topic(Name="news")["TopicArn"]

    def may_deliver(self, principal: str, action: str, resource: str, source: str) -> bool:
        self.asked.append((principal, action, resource, source))
        return resource.rpartition(":")[2] not in self.denied

    def queue(self, name: str, topic: str | None = None, **attributes: str) -> str:
        """A new queue that listens to a topic; its URL."""
        fifo = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
        url = self.sqs.create_queue(QueueName=name, Attributes=fifo)["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:123456789012:{name}"
        self.sns.subscribe(TopicArn=topic or self.topic, Protocol="sqs", Endpoint=arn, Attributes=attributes)
        return str(url)

    def got(self, url: str) -> list[dict[str, Any]]:
        asked = {"MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"], "AttributeNames": ["All"]}
        return list(self.sqs.receive_message(QueueUrl=url, **asked).get("Messages", []))


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    made = Both(tmp_path)
    yield made
    made.server.shutdown()
    made.service.stop()


ATTRIBUTES = {
    "kind": {"DataType": "String", "StringValue": "ü"},
    "size": {"DataType": "Number", "StringValue": "7"},
    "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
}


def test_the_notification(both: Both) -> None:
    url = both.queue("one")
    id_ = both.sns.publish(TopicArn=both.topic, Message="Grüße", Subject="news", MessageAttributes=ATTRIBUTES)
    (message,) = both.got(url)
    assert "MessageAttributes" not in message
    said = json.loads(message["Body"])
    assert list(said) == [
        "Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature",
        "SigningCertURL", "UnsubscribeURL", "MessageAttributes",
    ]  # fmt: skip
    assert (said["Type"], said["MessageId"], said["TopicArn"]) == ("Notification", id_["MessageId"], both.topic)
    assert (said["Subject"], said["Message"], said["SignatureVersion"]) == ("news", "Grüße", "1")
    assert said["MessageAttributes"] == {
        "kind": {"Type": "String", "Value": "ü"},
        "size": {"Type": "Number", "Value": "7"},
        "bytes": {"Type": "Binary", "Value": "AP8="},
    }
    assert both.asked == [
        ("sns.amazonaws.com", "sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:one", both.topic)
    ]


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_signature_holds(both: Both, version: str) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from moto.sns.models import sns_backends

    url = both.queue("one")
    both.sns.set_topic_attributes(TopicArn=both.topic, AttributeName="SignatureVersion", AttributeValue=version)
    both.sns.publish(TopicArn=both.topic, Message="a", Subject="b")
    both.sns.publish(TopicArn=both.topic, Message="c")
    pages = sns_backends["123456789012"]["us-east-1"]._message_public_keys
    assert len(pages) == 1, "one certificate for all"
    for message in both.got(url):
        said = json.loads(message["Body"])
        names = [name for name in ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type") if name in said]
        text = "".join(f"{name}\n{said[name]}\n" for name in names).encode()
        certificate = x509.load_pem_x509_certificate(pages[said["SigningCertURL"].rpartition("/")[2]])
        key: Any = certificate.public_key()
        digest = hashes.SHA1() if version == "1" else hashes.SHA256()
        key.verify(base64.b64decode(said["Signature"]), text, padding.PKCS1v15(), digest)


def test_raw_delivery(both: Both) -> None:
    url = both.queue("one", RawMessageDelivery="true")
    both.sns.publish(TopicArn=both.topic, Message="bare", Subject="lost", MessageAttributes=ATTRIBUTES)
    many = {str(number): {"DataType": "String", "StringValue": "x"} for number in range(11)}
    both.sns.publish(TopicArn=both.topic, Message="too many", MessageAttributes=many)
    (message,) = both.got(url)
    assert (message["Body"], message["MessageAttributes"]) == ("bare", ATTRIBUTES)


def test_a_filter_and_all_who_listen(both: Both) -> None:
    only = json.dumps({"kind": ["a", {"prefix": "b"}]})
    some, every = both.queue("some", FilterPolicy=only), both.queue("every", RawMessageDelivery="false")
    for kind in ("a", "bc", "d"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        both.sns.publish(TopicArn=both.topic, Message=kind, MessageAttributes=attributes)
    both.sns.publish(TopicArn=both.topic, Message="none")
    assert [json.loads(message["Body"])["Message"] for message in both.got(some)] == ["a", "bc"]
    assert [json.loads(message["Body"])["Message"] for message in both.got(every)] == ["a", "bc", "d", "none"]


def test_a_message_for_each_protocol(both: Both) -> None:
    url = both.queue("one", RawMessageDelivery="true")
    both.sns.publish(
        TopicArn=both.topic, Message=json.dumps({"default": "d", "sqs": "for queues"}), MessageStructure="json"
    )
    assert [message["Body"] for message in both.got(url)] == ["for queues"]


def test_where_it_may_not(both: Both) -> None:
    """Whoever publishes does not hear of it; a subscription with dead letters keeps them there."""
    both.queue("closed")
    dead = both.sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"})
    gone = both.queue("gone", RedrivePolicy=policy, RawMessageDelivery="true")
    both.sqs.delete_queue(QueueUrl=gone)
    both.denied.add("closed")
    both.sns.publish(TopicArn=both.topic, Message="x")
    assert both.got(both.sqs.get_queue_url(QueueName="closed")["QueueUrl"]) == []
    assert [message["Body"] for message in both.got(dead)] == ["x"]


def test_fifo_topics(both: Both) -> None:
    topic = both.sns.create_topic(
        Name="news.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"}
    )["TopicArn"]
    url = both.queue("one.fifo", topic, RawMessageDelivery="true")
    for body in ("1", "2", "1"):
        both.sns.publish(TopicArn=topic, Message=body, MessageGroupId="g")
    got = both.got(url)
    assert [message["Body"] for message in got] == ["1", "2"]
    assert got[0]["Attributes"]["MessageGroupId"] == "g"
    arn = "arn:aws:sqs:us-east-1:123456789012:one.fifo"
    asked = {"TopicArn": both.topic, "Protocol": "sqs", "Endpoint": arn}
    assert "FIFO" in refused(both.sns.subscribe, **asked)[1], "a standard topic sends to no FIFO queue"
