"""SQS."""

from __future__ import annotations

import hashlib
import json
import time
from typing import Any

from tests.localcloud.api.check import At, check, eventually, refused


def queue(at: At, word: str = "", **attributes: str) -> tuple[Any, str]:
    """A client and the URL of a new queue of the check's own."""
    sqs = at("sqs")
    return sqs, sqs.create_queue(QueueName=at.name(word), Attributes=attributes)["QueueUrl"]


def arn_of(sqs: Any, url: str) -> str:
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


@check("sqs", "CreateQueue GetQueueUrl ListQueues DeleteQueue")
def queues(at: At) -> None:
    """A queue is made once for one set of attributes, found by its name, listed in pages, and gone when deleted"""
    sqs, url = queue(at, VisibilityTimeout="60")
    assert sqs.create_queue(QueueName=at.name(), Attributes={"VisibilityTimeout": "60"})["QueueUrl"] == url
    taken = refused(sqs.create_queue, QueueName=at.name(), Attributes={"VisibilityTimeout": "61"})
    assert taken in ("QueueAlreadyExists", "QueueNameExists")
    assert sqs.get_queue_url(QueueName=at.name())["QueueUrl"] == url
    others = [queue(at, f"other{number}")[1] for number in range(3)]
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=at.name(), PaginationConfig={"PageSize": 2})
    listed = [each for page in pages for each in page.get("QueueUrls", [])]
    assert sorted(listed) == sorted([url, *others])
    sqs.delete_queue(QueueUrl=url)
    unknown = eventually(lambda: refused(sqs.get_queue_url, QueueName=at.name()), 90)
    assert unknown in ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


@check("sqs", "SendMessage ReceiveMessage DeleteMessage")
def messages(at: At) -> None:
    """A message comes with body, attributes, digest and count of receipts; not again once it is deleted"""
    sqs, url = queue(at, VisibilityTimeout="1")
    attributes = {"reason": {"DataType": "String", "StringValue": "ü"}}
    sent = sqs.send_message(QueueUrl=url, MessageBody="é\n<&>", MessageAttributes=attributes)
    assert sent["MD5OfMessageBody"] == hashlib.md5("é\n<&>".encode()).hexdigest()
    asked = {"QueueUrl": url, "MessageSystemAttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    (got,) = sqs.receive_message(**asked)["Messages"]
    assert (got["Body"], got["MessageId"]) == ("é\n<&>", sent["MessageId"])
    assert got["MessageAttributes"]["reason"]["StringValue"] == "ü"
    assert (got["MD5OfMessageAttributes"], got["MD5OfBody"]) == (
        sent["MD5OfMessageAttributes"],
        sent["MD5OfMessageBody"],
    )
    assert "Messages" not in sqs.receive_message(**asked), "handed out twice within its visibility time-out"
    (again,) = eventually(lambda: sqs.receive_message(**asked, WaitTimeSeconds=2).get("Messages"))
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"
    assert again["Attributes"]["SenderId"]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    time.sleep(1.1)
    assert "Messages" not in sqs.receive_message(**asked)


@check("sqs", "SendMessageBatch DeleteMessageBatch ChangeMessageVisibilityBatch")
def batches(at: At) -> None:
    """Ten at once; each entry has its own answer"""
    sqs, url = queue(at)
    entries = [{"Id": str(number), "MessageBody": f"m{number}"} for number in range(10)]
    assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 10
    assert refused(sqs.send_message_batch, QueueUrl=url, Entries=entries + entries) in (
        "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "TooManyEntriesInBatchRequest",
    )
    got: dict[str, str] = {}
    while len(got) < 10:
        for each in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]:
            got[each["Body"]] = each["ReceiptHandle"]
    handles = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(got.values())]
    visible = [{**each, "VisibilityTimeout": 30} for each in handles]
    assert len(sqs.change_message_visibility_batch(QueueUrl=url, Entries=visible)["Successful"]) == 10
    wrong = [*handles[1:], {"Id": "x", "ReceiptHandle": "nonsense"}]
    done = sqs.delete_message_batch(QueueUrl=url, Entries=wrong)
    assert (len(done["Successful"]), [each["Id"] for each in done.get("Failed", [])]) == (9, ["x"])


@check("sqs", "ReceiveMessage", "ChangeMessageVisibility")
def waiting(at: At) -> None:
    """A long poll wakes at once for what becomes visible"""
    sqs, url = queue(at)
    began = time.monotonic()
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    assert time.monotonic() - began > 0.9, "a long poll that does not wait"
    sqs.send_message(QueueUrl=url, MessageBody="x")
    (got,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"], VisibilityTimeout=0)
    assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]["MessageId"] == got["MessageId"]


@check("sqs", "GetQueueAttributes SetQueueAttributes SendMessage")
def attributes(at: At) -> None:
    """Attributes are read back, counts are right, delays held, too large messages refused"""
    sqs, url = queue(at, DelaySeconds="1", ReceiveMessageWaitTimeSeconds="2")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "3600", "MaximumMessageSize": "1024"})
    sqs.send_message(QueueUrl=url, MessageBody="later")
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (told["MessageRetentionPeriod"], told["MaximumMessageSize"], told["DelaySeconds"]) == ("3600", "1024", "1")
    assert told["ApproximateNumberOfMessagesDelayed"] == "1"
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "later"  # waits as the queue says
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (told["ApproximateNumberOfMessages"], told["ApproximateNumberOfMessagesNotVisible"]) == ("0", "1")
    assert refused(sqs.send_message, QueueUrl=url, MessageBody="x" * 1025) == "InvalidParameterValue"
    assert refused(sqs.set_queue_attributes, QueueUrl=url, Attributes={"DelaySeconds": "901"}) in (
        "InvalidAttributeValue",
        "InvalidParameterValue",
    )


@check("sqs", "ReceiveMessage ListDeadLetterSourceQueues StartMessageMoveTask ListMessageMoveTasks")
def dead_letters(at: At) -> None:
    """What was received too often is in the dead-letter queue, and can be moved back"""
    sqs, dead = queue(at, "dead")
    redrive = {"deadLetterTargetArn": arn_of(sqs, dead), "maxReceiveCount": "2"}
    _, url = queue(at, VisibilityTimeout="0", RedrivePolicy=json.dumps(redrive))
    sent = sqs.send_message(QueueUrl=url, MessageBody="poison")["MessageId"]
    for _ in range(2):
        assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    (moved,) = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=5, VisibilityTimeout=0)["Messages"]
    assert (moved["MessageId"], moved["Body"]) == (sent, "poison")
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]
    sqs.start_message_move_task(SourceArn=arn_of(sqs, dead))
    back = eventually(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))
    assert back[0]["Body"] == "poison"
    assert sqs.list_message_move_tasks(SourceArn=arn_of(sqs, dead))["Results"]


@check("sqs", "SendMessage", "ReceiveMessage")
def fifo(at: At) -> None:
    """A FIFO queue keeps the order of a group, one at a time, and takes the same message once"""
    sqs = at("sqs")
    given = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    url = sqs.create_queue(QueueName=at.name() + ".fifo", Attributes=given)["QueueUrl"]
    for body in ("1", "1", "2", "3"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="g")
    order = []
    while got := sqs.receive_message(QueueUrl=url).get("Messages"):
        blocked = sqs.receive_message(QueueUrl=url).get("Messages")
        assert not blocked, "a group's next message before the one in hand is deleted"
        order.append(got[0]["Body"])
        sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
    assert order == ["1", "2", "3"]


@check("sqs", "PurgeQueue TagQueue ListQueueTags UntagQueue")
def purges_and_tags(at: At) -> None:
    """A purged queue is empty; tags are read back"""
    sqs, url = queue(at)
    for number in range(3):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    sqs.purge_queue(QueueUrl=url)
    eventually(lambda: "Messages" not in sqs.receive_message(QueueUrl=url), 70)
    sqs.tag_queue(QueueUrl=url, Tags={"a": "1", "b": "2"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["b"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "1"}


@check("sqs", "SetQueueAttributes AddPermission RemovePermission")
def policies(at: At) -> None:
    """A queue's policy is kept, and a Deny in it holds for everybody"""
    sqs, url = queue(at)
    deny = {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn_of(sqs, url)}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    kept = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    assert json.loads(kept) == json.loads(policy)
    sent = refused(sqs.send_message, QueueUrl=url, MessageBody="x")
    at.differs("kept, not enforced", sent, here="", aws="AccessDenied")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.add_permission(QueueUrl=url, Label="l", AWSAccountIds=["123456789012"], Actions=["SendMessage"])
    sqs.remove_permission(QueueUrl=url, Label="l")
