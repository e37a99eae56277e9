"""Queues: made, found, listed, set, tagged, purged and deleted, and what of it SQS refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from localcloud.sqs import Limits
from tests.localcloud.sqs.cloud import Cloud, eventually, refused

ARN = "arn:aws:sqs:us-east-1:123456789012:"
NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"


def test_a_queue_has_awss_defaults(cloud: Cloud) -> None:
    told = cloud.attributes(cloud.queue())
    assert told["CreatedTimestamp"].isdigit() and told["LastModifiedTimestamp"].isdigit()
    assert {name: value for name, value in told.items() if not name.endswith("Timestamp")} == {
        "VisibilityTimeout": "30",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "QueueArn": f"{ARN}one",
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
    }
    told = cloud.attributes(cloud.queue("one.fifo"))
    assert (told["FifoQueue"], told["ContentBasedDeduplication"]) == ("true", "false")
    assert (told["DeduplicationScope"], told["FifoThroughputLimit"]) == ("queue", "perQueue")


def test_a_queue_is_made_once_for_the_same_attributes(cloud: Cloud) -> None:
    url = cloud.queue("one", VisibilityTimeout="5", Policy='{"Version": "2012-10-17", "Statement": []}')
    assert cloud.queue("one") == url
    assert cloud.queue("one", VisibilityTimeout="5", Policy='{"Statement":[],"Version":"2012-10-17"}') == url
    code, message = refused(cloud.queue, name="one", VisibilityTimeout="6")
    assert code == "QueueAlreadyExists"
    assert message.endswith("same name and a different value for attribute VisibilityTimeout")
    assert refused(cloud.queue, name="one", DelaySeconds="1")[0] == "QueueAlreadyExists", "unsaid is the default"


@pytest.mark.parametrize(
    ("name", "attributes"),
    [("a b", {}), ("a" * 81, {}), ("", {}), ("a.fifo", {}), ("a", {"FifoQueue": "true"}), ("a.b", {})],
)
def test_names_that_can_not_be(cloud: Cloud, name: str, attributes: dict[str, str]) -> None:
    asked = {"QueueName": name, "Attributes": attributes}
    assert refused(cloud.client.create_queue, **asked)[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"Colour": "red"}, "InvalidAttributeName"),
        ({"QueueArn": "x"}, "InvalidAttributeName"),
        ({"ContentBasedDeduplication": "true"}, "InvalidAttributeName"),
        ({"VisibilityTimeout": "43201"}, "InvalidAttributeValue"),
        ({"VisibilityTimeout": "-1"}, "InvalidAttributeValue"),
        ({"DelaySeconds": "many"}, "InvalidAttributeValue"),
        ({"MaximumMessageSize": "1023"}, "InvalidAttributeValue"),
        ({"MessageRetentionPeriod": "59"}, "InvalidAttributeValue"),
        ({"ReceiveMessageWaitTimeSeconds": "21"}, "InvalidAttributeValue"),
        ({"SqsManagedSseEnabled": "perhaps"}, "InvalidAttributeValue"),
        ({"Policy": "{"}, "InvalidAttributeValue"),
        ({"RedrivePolicy": "[]"}, "InvalidParameterValue"),
        ({"RedriveAllowPolicy": '{"redrivePermission": "some"}'}, "InvalidParameterValue"),
        ({"KmsMasterKeyId": "alias/aws/sqs", "SqsManagedSseEnabled": "true"}, "InvalidAttributeName"),
    ],
)
def test_attributes_that_can_not_be(cloud: Cloud, attributes: dict[str, str], code: str) -> None:
    url = cloud.queue("standing")
    assert refused(cloud.queue, **attributes)[0] == code
    assert refused(cloud.client.set_queue_attributes, QueueUrl=url, Attributes=attributes)[0] == code
    assert cloud.client.list_queues()["QueueUrls"] == [url], "nothing was made"


def test_attributes_are_set_and_taken_away(cloud: Cloud) -> None:
    url, policy = cloud.queue(), json.dumps({"Version": "2012-10-17", "Statement": []})
    asked = {"VisibilityTimeout": "7", "Policy": policy, "KmsMasterKeyId": "alias/aws/sqs"}
    cloud.client.set_queue_attributes(QueueUrl=url, Attributes=asked)
    told = cloud.attributes(url)
    assert told == {**told, **asked, "SqsManagedSseEnabled": "false", "KmsDataKeyReusePeriodSeconds": "300"}
    assert cloud.sqs.policy(ARN + "one") == policy
    cloud.client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": "", "KmsMasterKeyId": ""})
    assert not {"Policy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"} & cloud.attributes(url).keys()
    assert cloud.sqs.policy(ARN + "one") is None
    assert cloud.attributes(url, "Policy", "VisibilityTimeout") == {"VisibilityTimeout": "7"}
    asked_names = {"QueueUrl": url, "AttributeNames": ["Colour"]}
    assert refused(cloud.client.get_queue_attributes, **asked_names) == (
        "InvalidAttributeName",
        "Unknown Attribute Colour.",
    )
    with pytest.raises(KeyError):
        cloud.sqs.policy(ARN + "other")


def test_a_queues_kind_is_for_ever(cloud: Cloud) -> None:
    fifo = cloud.queue("one.fifo")
    asked = {"Attributes": {"FifoQueue": "false"}}
    assert refused(cloud.client.set_queue_attributes, QueueUrl=fifo, **asked)[0] == "InvalidAttributeValue"
    assert refused(cloud.client.set_queue_attributes, QueueUrl=cloud.queue(), **asked)[0] == "InvalidAttributeName"


def test_queues_are_found_by_name_url_and_prefix(cloud: Cloud) -> None:
    urls = [cloud.queue(f"{letter}-{number}") for letter in "ab" for number in range(3)]
    assert cloud.client.get_queue_url(QueueName="a-1")["QueueUrl"] == urls[1] == f"{cloud.endpoint}/123456789012/a-1"
    assert cloud.client.list_queues(QueueNamePrefix="a-")["QueueUrls"] == urls[:3]
    assert "QueueUrls" not in cloud.client.list_queues(QueueNamePrefix="A")
    pages = cloud.client.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 4})
    assert [len(page["QueueUrls"]) for page in pages] == [4, 2]
    assert "NextToken" not in cloud.client.list_queues()
    for address in ("https://queue.amazonaws.com/123456789012/a-1", "a-1", "/123456789012/a-1"):
        assert cloud.attributes(address, "QueueArn")["QueueArn"] == ARN + "a-1"
    assert refused(cloud.client.list_queues, MaxResults=1001)[0] == "InvalidParameterValue"


@pytest.mark.parametrize("url", ["http://h/123456789012/none", "http://h/210987654321/one", "none"])
def test_queues_that_are_not(cloud: Cloud, url: str) -> None:
    cloud.queue()
    assert refused(cloud.client.send_message, QueueUrl=url, MessageBody="x") == (
        NO_QUEUE,
        "The specified queue does not exist.",
    )
    assert refused(cloud.client.get_queue_url, QueueName="none")[0] == NO_QUEUE
    other = {"QueueName": "one", "QueueOwnerAWSAccountId": "210987654321"}
    assert refused(cloud.client.get_queue_url, **other)[0] == NO_QUEUE
    with pytest.raises(cloud.client.exceptions.QueueDoesNotExist):
        cloud.client.delete_queue(QueueUrl=url)


def test_tags(cloud: Cloud) -> None:
    url = cloud.client.create_queue(QueueName="one", tags={"a": "1"})["QueueUrl"]
    cloud.client.tag_queue(QueueUrl=url, Tags={"a": "2", "b": ""})
    assert cloud.client.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "2", "b": ""}
    cloud.client.untag_queue(QueueUrl=url, TagKeys=["a", "none"])
    assert cloud.client.list_queue_tags(QueueUrl=url)["Tags"] == {"b": ""}
    many = {str(number): "" for number in range(51)}
    assert refused(cloud.client.tag_queue, QueueUrl=url, Tags=many)[0] == "InvalidParameterValue"
    assert refused(cloud.client.tag_queue, QueueUrl=url, Tags={"k": "v" * 257})[0] == "InvalidParameterValue"


def test_a_deleted_queue_keeps_its_name_for_a_while(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "sqs.sqlite", limits=Limits(reuse=60))
    url = cloud.queue()
    cloud.send(url, "lost")
    cloud.client.delete_queue(QueueUrl=url)
    code, message = refused(cloud.queue)
    assert code == "AWS.SimpleQueueService.QueueDeletedRecently"
    assert (
        message == "You must wait 60 seconds after deleting a queue before you can create another with the same name."
    )
    assert cloud.queue("other")
    cloud.stop()
    cloud = Cloud(tmp_path / "sqs.sqlite", limits=Limits(reuse=0))
    assert cloud.counts(cloud.queue()) == (0, 0, 0), "and is empty then"
    cloud.stop()


def test_purge(cloud: Cloud) -> None:
    url = cloud.queue()
    cloud.send(url, "a", "b")
    cloud.send(url, "c", DelaySeconds=1)
    held = cloud.receive(url, 1)[0]
    assert cloud.counts(url) == (1, 1, 1)
    cloud.client.purge_queue(QueueUrl=url)
    assert cloud.counts(url) == (0, 0, 0)
    cloud.delete(url, held)
    cloud.send(url, "new")
    assert cloud.bodies(url, WaitTimeSeconds=2) == ["new"]
    code, message = refused(cloud.client.purge_queue, QueueUrl=url)
    assert code == "AWS.SimpleQueueService.PurgeQueueInProgress"
    assert message == "Only one PurgeQueue operation on one is allowed every 60 seconds."


def test_what_was_purged_and_deleted_leaves_nothing(cloud: Cloud) -> None:
    one, two = cloud.queue("one"), cloud.queue("two.fifo", ContentBasedDeduplication="true")
    cloud.send(one, *"abc")
    cloud.send(two, *"abc", MessageGroupId="g")
    cloud.client.purge_queue(QueueUrl=one)
    cloud.client.delete_queue(QueueUrl=two)

    def left() -> dict[str, int]:
        tables = ("messages", "contents", "free_lines", "duplicates")
        with cloud.sqs.store.change() as change:
            found = {table: change.row(f"SELECT count(*) FROM {table}")[0] for table in tables}
            return {**found, "boxes": change.row("SELECT count(*) FROM boxes WHERE queue IS NULL")[0]}

    assert eventually(lambda: not any(left().values())), left()


def test_permissions(cloud: Cloud) -> None:
    url = cloud.queue()

    def add(label: str, accounts: list[str], actions: list[str]) -> Any:
        return cloud.client.add_permission(QueueUrl=url, Label=label, AWSAccountIds=accounts, Actions=actions)

    add("all", ["111111111111"], ["SendMessage", "ReceiveMessage"])
    add("two", ["111111111111", "222222222222"], ["*"])
    policy = json.loads(cloud.attributes(url)["Policy"])
    assert (policy["Version"], policy["Id"]) == ("2008-10-17", f"{ARN}one/SQSDefaultPolicy")
    assert policy["Statement"][0] == {
        "Sid": "all",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": ["SQS:SendMessage", "SQS:ReceiveMessage"],
        "Resource": f"{ARN}one",
    }
    assert policy["Statement"][1]["Action"] == "SQS:*"
    assert len(policy["Statement"][1]["Principal"]["AWS"]) == 2
    given = {"accounts": ["111111111111"], "actions": ["SendMessage"]}
    assert refused(add, label="all", **given)[1].endswith("Reason: Already exists.")
    assert refused(add, label="x", accounts=["me"], actions=["SendMessage"])[0] == "InvalidParameterValue"
    assert "Only the queue owner" in refused(add, label="x", accounts=["111111111111"], actions=["CreateQueue"])[1]
    assert refused(add, label="x", accounts=["111111111111"], actions=["SendMessage"] * 8)[0] == "OverLimit"
    for label in ("all", "two"):
        cloud.client.remove_permission(QueueUrl=url, Label=label)
    assert "Policy" not in cloud.attributes(url)
    assert refused(cloud.client.remove_permission, QueueUrl=url, Label="two")[1].endswith("Reason: can't find label.")
