"""Messages of standard queues: sent, received, hidden, seen again, deleted, expired."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any

import pytest

from localcloud.sqs import Limits
from tests.localcloud.sqs.cloud import Cloud, eventually, refused

BAD = "InvalidParameterValue"


def test_a_message_as_its_receiver_sees_it(cloud: Cloud) -> None:
    url, before = cloud.queue(), time.time()
    attributes: dict[str, Any] = {
        "word": {"DataType": "String.label", "StringValue": "ü"},
        "number": {"DataType": "Number", "StringValue": "1.5"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    }
    trace = {
        "AWSTraceHeader": {
            "DataType": "String",
            "StringValue": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        }
    }
    sent = cloud.client.send_message(
        QueueUrl=url, MessageBody="é\n<&>", MessageAttributes=attributes, MessageSystemAttributes=trace
    )
    assert sent["MD5OfMessageBody"] == hashlib.md5("é\n<&>".encode()).hexdigest()
    assert sent["MD5OfMessageSystemAttributes"] == "5ae4d5d7636402d80f4eb6d213245a88"
    assert "SequenceNumber" not in sent
    (got,) = cloud.receive(url, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"], VisibilityTimeout=0)
    assert (got["MessageId"], got["Body"]) == (sent["MessageId"], "é\n<&>")
    assert got["MessageAttributes"] == attributes
    assert got["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    told = got["Attributes"]
    assert told["ApproximateReceiveCount"] == "1"
    assert told["SenderId"] == "123456789012"
    assert told["AWSTraceHeader"] == "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    assert before * 1000 - 1 <= int(told["SentTimestamp"]) <= int(told["ApproximateFirstReceiveTimestamp"])
    (bare,) = cloud.receive(url, AttributeNames=["SenderId"])
    assert bare["Attributes"] == {"SenderId": "123456789012"}
    assert bare["ReceiptHandle"] != got["ReceiptHandle"]
    assert not {"MessageAttributes", "MD5OfMessageAttributes"} & bare.keys()


@pytest.mark.parametrize(
    ("names", "found", "md5"),
    [  # digests as AWS itself gave them for these attributes
        (["All"], {"General", "Hello", "Help.Me"}, "4c360f3fdafd970e05fae2f149d997f5"),
        ([".*"], {"General", "Hello", "Help.Me"}, "4c360f3fdafd970e05fae2f149d997f5"),
        (["Hel.*"], {"Hello", "Help.Me"}, "83fee93c1bcd8b9a5a923ffacdc636c7"),
        (["Hello", "Foo"], {"Hello"}, "a311262e065454b75da111d535b8dacd"),
        (["hello"], set(), None),
    ],
)
def test_attributes_by_name_and_prefix(cloud: Cloud, names: list[str], found: set[str], md5: str | None) -> None:
    url = cloud.queue()
    values = {"General": "Kenobi", "Hello": "There", "Help.Me": "Me"}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}
    cloud.send(url, "msg", MessageAttributes=attributes)
    (got,) = cloud.receive(url, MessageAttributeNames=names)
    assert (got.get("MessageAttributes", {}).keys(), got.get("MD5OfMessageAttributes")) == (found, md5)


def text(value: str = "x", type_: str = "String") -> dict[str, Any]:
    return {"DataType": type_, "StringValue": value}


@pytest.mark.parametrize(
    ("asked", "code", "word"),
    [
        ({"MessageBody": ""}, "MissingParameter", "MessageBody"),
        ({"MessageBody": "a\x00b"}, "InvalidMessageContents", "#x0"),
        ({"MessageBody": "\ufffe"}, "InvalidMessageContents", "#xFFFE"),
        ({"MessageBody": "x" * 1_048_577}, BAD, "Message must be shorter than 1048576 bytes."),
        ({"MessageBody": "é" * 524_288, "MessageAttributes": {"a": text()}}, BAD, "shorter than 1048576"),
        ({"DelaySeconds": 901}, BAD, "DelaySeconds must be >= 0 and <= 900."),
        ({"DelaySeconds": -1}, BAD, "DelaySeconds"),
        ({"MessageDeduplicationId": "x"}, BAD, "not valid for this queue type"),
        ({"MessageGroupId": "ü"}, BAD, "MessageGroupId can only include"),
        ({"MessageAttributes": {str(number): text() for number in range(11)}}, BAD, "[11]"),
        ({"MessageAttributes": {"aws.x": text()}}, BAD, "aws.x"),
        ({"MessageAttributes": {"a..b": text()}}, BAD, "a..b"),
        ({"MessageAttributes": {"a": text("")}}, BAD, "must contain a non-empty value of type 'String'."),
        ({"MessageAttributes": {"a": text("x", "Number")}}, BAD, "Can't cast"),
        ({"MessageAttributes": {"a": text("x", "Text")}}, BAD, "must use only the following supported type prefixes"),
        ({"MessageSystemAttributes": {"Other": text()}}, BAD, "AWSTraceHeader"),
    ],
)
def test_messages_that_can_not_be(cloud: Cloud, asked: dict[str, Any], code: str, word: str) -> None:
    url = cloud.queue()
    told = refused(cloud.client.send_message, **{"QueueUrl": url, "MessageBody": "x", **asked})
    assert told[0] == code
    assert word in told[1]
    assert cloud.counts(url) == (0, 0, 0)


def test_the_longest_message(cloud: Cloud) -> None:
    url = cloud.queue(MaximumMessageSize="1024")
    cloud.send(url, "x" * 1024)
    assert "1024" in refused(cloud.client.send_message, QueueUrl=url, MessageBody="x" * 1025)[1]


@pytest.mark.parametrize(
    "asked",
    [
        {"MaxNumberOfMessages": 0},
        {"MaxNumberOfMessages": 11},
        {"WaitTimeSeconds": 21},
        {"VisibilityTimeout": 43_201},
        {"VisibilityTimeout": -1},
    ],
)
def test_what_can_not_be_received(cloud: Cloud, asked: dict[str, int]) -> None:
    assert refused(cloud.client.receive_message, QueueUrl=cloud.queue(), **asked)[0] == BAD


def test_hidden_until_its_time_is_over(cloud: Cloud) -> None:
    url = cloud.queue(VisibilityTimeout="1")
    cloud.send(url, "a", "b")
    first = cloud.receive(url, 1)[0]
    assert cloud.counts(url) == (1, 1, 0)
    assert cloud.bodies(url, VisibilityTimeout=60) == ["b"], "the queue's time-out or the receiver's own"
    (again,) = cloud.receive(url, WaitTimeSeconds=5, AttributeNames=["All"])
    assert (again["Body"], again["Attributes"]["ApproximateReceiveCount"]) == ("a", "2")
    cloud.delete(url, first)
    assert cloud.counts(url) == (0, 2, 0), "an old handle does nothing to a newer receive"
    cloud.delete(url, again)
    cloud.delete(url, again)
    assert cloud.counts(url) == (0, 1, 0)


def test_visibility_is_changed(cloud: Cloud) -> None:
    url = cloud.queue(VisibilityTimeout="1")
    cloud.send(url, "a")
    held = cloud.receive(url)[0]

    def hide(seconds: int) -> Any:
        return cloud.client.change_message_visibility(
            QueueUrl=url, ReceiptHandle=held["ReceiptHandle"], VisibilityTimeout=seconds
        )

    hide(60)
    assert cloud.bodies(url, WaitTimeSeconds=2) == []
    hide(0)
    held = cloud.receive(url)[0]
    assert refused(hide, seconds=43_201)[0] == BAD
    time.sleep(0.01)
    assert "Total VisibilityTimeout" in refused(hide, seconds=43_200)[1]
    cloud.delete(url, held)
    assert "does not exist or is not available for visibility timeout change" in refused(hide, seconds=5)[1]


@pytest.mark.parametrize("handle", ["x", "MTIuMy40", "bm90IGEgbnVtYmVy"])
def test_handles_that_are_none(cloud: Cloud, handle: str) -> None:
    url = cloud.queue()
    assert refused(cloud.client.delete_message, QueueUrl=url, ReceiptHandle=handle)[0] == "ReceiptHandleIsInvalid"
    asked = {"ReceiptHandle": handle, "VisibilityTimeout": 1}
    assert refused(cloud.client.change_message_visibility, QueueUrl=url, **asked)[0] == "ReceiptHandleIsInvalid"


def test_a_handle_is_good_in_its_own_queue_only(cloud: Cloud) -> None:
    one, two = cloud.queue("one"), cloud.queue("two")
    cloud.send(one, "a")
    held = cloud.receive(one)[0]["ReceiptHandle"]
    assert refused(cloud.client.delete_message, QueueUrl=two, ReceiptHandle=held)[0] == "ReceiptHandleIsInvalid"


def test_delayed(cloud: Cloud) -> None:
    url = cloud.queue(DelaySeconds="1")
    cloud.send(url, "late")
    cloud.send(url, "now", DelaySeconds=0)
    assert cloud.counts(url) == (1, 0, 1)
    assert cloud.bodies(url) == ["now"]
    assert cloud.bodies(url, WaitTimeSeconds=5) == ["late"]


def test_batches(cloud: Cloud) -> None:
    url = cloud.queue(MaximumMessageSize="1024")
    entries: list[dict[str, Any]] = [{"Id": str(number), "MessageBody": f"m{number}"} for number in range(8)]
    bad = [{"Id": "long", "MessageBody": "x" * 1025}, {"Id": "late", "MessageBody": "x", "DelaySeconds": 901}]
    told = cloud.client.send_message_batch(QueueUrl=url, Entries=entries + bad)
    assert [each["Id"] for each in told["Successful"]] == list("01234567")
    assert [(each["Id"], each["Code"], each["SenderFault"]) for each in told["Failed"]] == [
        ("long", BAD, True),
        ("late", BAD, True),
    ]
    held = cloud.receive(url)
    assert [message["Body"] for message in held] == [f"m{number}" for number in range(8)]
    handles = [{"Id": m["Body"], "ReceiptHandle": m["ReceiptHandle"]} for m in held]
    seen = [{**each, "VisibilityTimeout": 0} for each in handles[:4]] + [{**handles[4], "VisibilityTimeout": -1}]
    told = cloud.client.change_message_visibility_batch(QueueUrl=url, Entries=seen)
    assert (len(told["Successful"]), [each["Id"] for each in told["Failed"]]) == (4, ["m4"])
    assert cloud.counts(url) == (4, 4, 0)
    told = cloud.client.delete_message_batch(QueueUrl=url, Entries=[*handles, {"Id": "no", "ReceiptHandle": "no"}])
    assert len(told["Successful"]) == 8
    assert [(each["Id"], each["Code"]) for each in told["Failed"]] == [("no", "ReceiptHandleIsInvalid")]
    assert cloud.counts(url) == (0, 0, 0)


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": str(number), "MessageBody": "x"} for number in range(11)], "TooManyEntriesInBatchRequest"),
        ([{"Id": "a", "MessageBody": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": "a:b", "MessageBody": "x"}], "InvalidBatchEntryId"),
        ([{"Id": "", "MessageBody": "x"}], "InvalidBatchEntryId"),
        ([{"Id": str(number), "MessageBody": "x" * 600_000} for number in range(2)], "BatchRequestTooLong"),
    ],
)
def test_batches_refused_as_a_whole(cloud: Cloud, entries: list[dict[str, Any]], code: str) -> None:
    url = cloud.queue()
    told = refused(cloud.client.send_message_batch, QueueUrl=url, Entries=entries)
    assert told[0] == f"AWS.SimpleQueueService.{code}"
    assert cloud.counts(url) == (0, 0, 0)


def test_so_many_in_flight_and_no_more(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "sqs.sqlite", limits=Limits(in_flight=3))
    url, fifo = cloud.queue(), cloud.queue("one.fifo", ContentBasedDeduplication="true")
    cloud.send(url, *"abcd")
    held = cloud.receive(url, 3)
    assert refused(cloud.client.receive_message, QueueUrl=url)[0] == "OverLimit"
    cloud.delete(url, held[0])
    assert cloud.bodies(url) == ["d"]
    cloud.send(fifo, *"abcd", MessageGroupId="g")
    assert len(cloud.receive(fifo, 3)) == 3
    cloud.send(fifo, "e", MessageGroupId="h")
    assert cloud.receive(fifo) == [], "FIFO queues say nothing of it"
    cloud.stop()


def test_what_is_too_old_is_gone(tmp_path: Path) -> None:
    from localcloud.sqs import Sqs
    from localcloud.sqs.calls import Request

    times = [1_000_000.0]
    sqs = Sqs(tmp_path / "sqs.sqlite", now=lambda: times[0])

    def do(name: str, **asked: Any) -> Any:
        return sqs.perform(name, Request({"QueueUrl": "one", **asked}, "http://h/", "me"), lambda: True)

    do("CreateQueue", QueueName="one", Attributes={"MessageRetentionPeriod": "60", "VisibilityTimeout": "90"})
    do("SendMessage", MessageBody="old, held")
    do("ReceiveMessage")
    do("SendMessage", MessageBody="old")
    times[0] += 59
    do("SendMessage", MessageBody="young")
    times[0] += 1
    assert [message["Body"] for message in do("ReceiveMessage", MaxNumberOfMessages=10)["Messages"]] == ["young"]
    told = do("GetQueueAttributes", AttributeNames=["All"])["Attributes"]
    assert told["ApproximateNumberOfMessages"] == "0"
    assert told["ApproximateNumberOfMessagesNotVisible"] == "1"
    sqs.stop()


def test_a_delivery_of_another_service_counts_once(cloud: Cloud) -> None:
    url, fifo = cloud.queue(), cloud.queue("one.fifo")
    attributes = {"a": {"DataType": "String", "StringValue": "b"}}
    for _ in range(2):
        cloud.sqs.deliver(cloud.arn(url), "event", "token", attributes)
        cloud.sqs.deliver(cloud.arn(fifo), "event", "token")
    cloud.sqs.deliver(cloud.arn(url), "event", "other")
    held = eventually(lambda: cloud.receive(url, MessageAttributeNames=["All"]))
    assert [message.get("MessageAttributes") for message in held] == [attributes, None]
    assert cloud.bodies(fifo) == ["event"]
    with pytest.raises(KeyError):
        cloud.sqs.deliver(cloud.arn(url) + "-none", "event", "token")
