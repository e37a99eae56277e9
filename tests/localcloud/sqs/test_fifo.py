"""FIFO queues: order within a group, one receiver a group, nothing twice."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from localcloud.sqs import Limits
from tests.localcloud.sqs.cloud import Cloud, refused

BAD = "InvalidParameterValue"


def put(cloud: Cloud, url: str, *words: str) -> list[dict[str, Any]]:
    """Send messages as `group:body`."""
    return [
        cloud.client.send_message(QueueUrl=url, MessageBody=word, MessageGroupId=word.partition(":")[0])
        for word in words
    ]


def fifo(cloud: Cloud, **attributes: str) -> str:
    return cloud.queue("one.fifo", ContentBasedDeduplication="true", **attributes)


def test_a_group_is_one_receivers_at_a_time(cloud: Cloud) -> None:
    url = fifo(cloud)
    put(cloud, url, "a:1", "b:1", "a:2", "a:3", "b:2")
    held = cloud.receive(url, 2)
    assert [message["Body"] for message in held] == ["a:1", "a:2"], "as many as can be of one group"
    assert cloud.bodies(url) == ["b:1", "b:2"]
    assert cloud.bodies(url) == [], "a:3 waits for a:1 and a:2"
    cloud.delete(url, held[1])
    assert cloud.bodies(url) == []
    cloud.delete(url, held[0])
    assert cloud.bodies(url) == ["a:3"]


def test_what_comes_back_comes_first(cloud: Cloud) -> None:
    url = fifo(cloud, VisibilityTimeout="1")
    put(cloud, url, "a:1", "a:2")
    assert cloud.bodies(url, 1) == ["a:1"]
    assert cloud.bodies(url, WaitTimeSeconds=5) == ["a:1", "a:2"]


def test_one_of_a_group_comes_back_while_another_is_held(cloud: Cloud) -> None:
    url = fifo(cloud)
    put(cloud, url, "a:1", "a:2")
    first, second = cloud.receive(url)
    hide = {"QueueUrl": url, "ReceiptHandle": first["ReceiptHandle"], "VisibilityTimeout": 0}
    cloud.client.change_message_visibility(**hide)
    assert cloud.receive(url) == []
    cloud.delete(url, second)
    assert cloud.bodies(url) == ["a:1"]


def test_a_handle_ends_with_its_time(cloud: Cloud) -> None:
    url = fifo(cloud)
    put(cloud, url, "a:1")
    held = cloud.receive(url, VisibilityTimeout=0)[0]["ReceiptHandle"]
    code, message = refused(cloud.client.delete_message, QueueUrl=url, ReceiptHandle=held)
    assert (code, message) == (
        BAD,
        f"Value {held} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
    )
    assert cloud.bodies(url) == ["a:1"]


def test_sent_again_is_the_same(cloud: Cloud) -> None:
    url = fifo(cloud)
    first, second, other = put(cloud, url, "a:1", "a:1", "a:2")
    assert (first["MessageId"], first["SequenceNumber"]) == (second["MessageId"], second["SequenceNumber"])
    assert int(other["SequenceNumber"]) > int(first["SequenceNumber"])
    assert len(first["SequenceNumber"]) == 20
    (one, two) = cloud.receive(url, AttributeNames=["All"])
    assert one["Attributes"] | {
        "MessageGroupId": "a",
        "MessageDeduplicationId": hashlib.sha256(b"a:1").hexdigest(),
        "SequenceNumber": first["SequenceNumber"],
    } == one["Attributes"]  # fmt: skip
    cloud.delete(url, one)
    cloud.delete(url, two)
    put(cloud, url, "a:1")
    assert cloud.receive(url) == [], "also when it has been deleted"


def test_deduplication_by_id_and_by_group(cloud: Cloud) -> None:
    queue = cloud.queue("one.fifo")
    for body, group in (("1", "a"), ("2", "b")):
        cloud.send(queue, body, MessageGroupId=group, MessageDeduplicationId="same")
    assert cloud.bodies(queue) == ["1"]
    by_group = cloud.queue("two.fifo", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId")
    for body, group in (("1", "a"), ("2", "b"), ("3", "a")):
        cloud.send(by_group, body, MessageGroupId=group, MessageDeduplicationId="same")
    assert cloud.bodies(by_group) == ["1", "2"]


def test_five_minutes_later_it_is_another(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "sqs.sqlite", limits=Limits(duplicates=0))
    url = fifo(cloud)
    put(cloud, url, "a:1", "a:1")
    assert cloud.bodies(url) == ["a:1", "a:1"]
    cloud.stop()


def test_what_a_fifo_queue_asks_for(cloud: Cloud) -> None:
    url = cloud.queue("one.fifo")
    ids = {"MessageGroupId": "g", "MessageDeduplicationId": "d"}

    def send(**asked: Any) -> Any:
        return cloud.client.send_message(QueueUrl=url, MessageBody="x", **asked)

    assert refused(send, MessageDeduplicationId="d")[0] == "MissingParameter"
    assert "ContentBasedDeduplication enabled or" in refused(send, MessageGroupId="g")[1]
    assert refused(send, **ids, DelaySeconds=2)[1] == (
        "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter that is not valid for "
        "this queue type."
    )
    entry = {"Id": "1", "MessageBody": "x"}
    batch = cloud.client.send_message_batch
    assert refused(batch, QueueUrl=url, Entries=[entry]) == (
        BAD, "The request must contain the parameter MessageGroupId."
    )  # fmt: skip
    assert refused(batch, QueueUrl=url, Entries=[entry | {"MessageGroupId": "g"}])[0] == BAD


def test_a_delayed_queue_keeps_the_order(cloud: Cloud) -> None:
    url = fifo(cloud, DelaySeconds="1")
    put(cloud, url, "a:1", "a:2")
    assert cloud.counts(url) == (0, 0, 2)
    (first, *_) = cloud.bodies(url, WaitTimeSeconds=5)
    assert first == "a:1"


def test_an_attempt_is_repeated(cloud: Cloud) -> None:
    url = fifo(cloud)
    put(cloud, url, "a:1", "a:2", "b:1")
    held = cloud.receive(url, 2, ReceiveRequestAttemptId="try")
    again = cloud.receive(url, 2, ReceiveRequestAttemptId="try")
    assert [message["ReceiptHandle"] for message in held] == [message["ReceiptHandle"] for message in again]
    assert cloud.bodies(url, 2, ReceiveRequestAttemptId="other") == ["b:1"]
    cloud.delete(url, held[0])
    assert cloud.bodies(url, 2, ReceiveRequestAttemptId="try") == [], "one of them is deleted: a new attempt"
    assert refused(cloud.client.receive_message, QueueUrl=url, ReceiveRequestAttemptId="ü")[0] == BAD


def test_purged_lines_begin_anew(cloud: Cloud) -> None:
    url = fifo(cloud)
    put(cloud, url, "a:1", "a:2")
    cloud.receive(url, 1)
    cloud.client.purge_queue(QueueUrl=url)
    put(cloud, url, "a:3")
    assert cloud.bodies(url) == ["a:3"]
