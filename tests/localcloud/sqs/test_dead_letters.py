"""Dead-letter queues: who may be one, what comes there, and what is moved back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.sqs.cloud import Cloud, eventually, refused

BAD = "InvalidParameterValue"


def redrive(cloud: Cloud, url: str, dead: str, most: int = 1) -> None:
    policy = json.dumps({"deadLetterTargetArn": cloud.arn(dead), "maxReceiveCount": most})
    cloud.client.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": policy})


def dead_letters(cloud: Cloud, end: str = "", most: int = 1) -> tuple[str, str]:
    """A queue and its dead-letter queue."""
    more = {"ContentBasedDeduplication": "true"} if end else {}
    url, dead = cloud.queue(f"one{end}", VisibilityTimeout="0", **more), cloud.queue(f"dead{end}", **more)
    redrive(cloud, url, dead, most)
    return url, dead


def test_received_too_often(cloud: Cloud) -> None:
    url, dead = dead_letters(cloud, most=2)
    cloud.send(url, "poison")
    sent = cloud.receive(url, AttributeNames=["All"])[0]
    cloud.send(url, "good")
    assert sorted(cloud.bodies(url)) == ["good", "poison"]
    assert cloud.bodies(url) == ["good"], "the third time it goes, and does not stand in the way of others"
    (got,) = cloud.receive(dead, AttributeNames=["All"])
    assert got["MessageId"] == sent["MessageId"]
    assert got["Attributes"]["DeadLetterQueueSourceArn"] == cloud.arn(url)
    assert got["Attributes"]["ApproximateReceiveCount"] == "3", "across all queues"
    assert got["Attributes"]["SentTimestamp"] == sent["Attributes"]["SentTimestamp"]


def test_in_fifo_queues_the_next_of_the_group_follows(cloud: Cloud) -> None:
    url, dead = dead_letters(cloud, ".fifo")
    cloud.send(url, "a:1", "a:2", "b:1", MessageGroupId="a")
    assert cloud.bodies(url, 1) == ["a:1"]
    assert cloud.bodies(url, 1) == ["a:2"]
    assert cloud.bodies(url, 1) == ["b:1"]
    assert cloud.bodies(url, 1) == []
    assert cloud.bodies(dead) == ["a:1", "a:2", "b:1"]


@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}, "Invalid value for deadLetterTargetArn."),
        ({"maxReceiveCount": 42}, "does not contain mandatory attribute: deadLetterTargetArn."),
        ({"deadLetterTargetArn": "DEAD", "maxReceiveCount": 0}, "valid values are from 1 to 1000"),
        ({"deadLetterTargetArn": "DEAD", "maxReceiveCount": 1001}, "valid values are from 1 to 1000"),
        ({"deadLetterTargetArn": "DEAD-none", "maxReceiveCount": 1}, "Dead letter target does not exist."),
        ({"deadLetterTargetArn": "DEAD.fifo", "maxReceiveCount": 1}, "must be same type"),
    ],
)
def test_policies_that_can_not_be(cloud: Cloud, policy: dict[str, Any], reason: str) -> None:
    dead = cloud.arn(cloud.queue("dead"))
    cloud.queue("dead.fifo")
    text = json.dumps(policy).replace("DEAD", dead)
    for call in (cloud.client.set_queue_attributes, cloud.client.create_queue):
        where = {"QueueUrl": cloud.queue()} if call == cloud.client.set_queue_attributes else {"QueueName": "other"}
        code, message = refused(call, **where, Attributes={"RedrivePolicy": text})
        assert (code, reason in message) == (BAD, True), message


def test_a_dead_letter_queue_says_for_whom_it_is(cloud: Cloud) -> None:
    one, two, dead = cloud.queue("one"), cloud.queue("two"), cloud.queue("dead")

    def allow(**policy: Any) -> None:
        asked = {"RedriveAllowPolicy": json.dumps(policy)}
        cloud.client.set_queue_attributes(QueueUrl=dead, Attributes=asked)

    allow(redrivePermission="byQueue", sourceQueueArns=[cloud.arn(one)])
    redrive(cloud, one, dead)
    assert refused(redrive, cloud=cloud, url=two, dead=dead)[0] == BAD
    assert cloud.client.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [one]
    allow(redrivePermission="allowAll")
    redrive(cloud, two, dead)
    pages = cloud.client.get_paginator("list_dead_letter_source_queues").paginate(
        QueueUrl=dead, PaginationConfig={"PageSize": 1}
    )
    assert [page["queueUrls"] for page in pages] == [[one], [two]]
    cloud.client.set_queue_attributes(QueueUrl=two, Attributes={"RedrivePolicy": ""})
    assert cloud.client.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [one]
    allow(redrivePermission="denyAll")
    assert refused(redrive, cloud=cloud, url=two, dead=dead)[0] == BAD


def tasks(cloud: Cloud, dead: str) -> list[dict[str, Any]]:
    told = cloud.client.list_message_move_tasks(SourceArn=cloud.arn(dead), MaxResults=10)
    return list(told.get("Results", []))


def over(cloud: Cloud, dead: str) -> dict[str, Any]:
    """The newest task, when it no longer runs."""
    return eventually(lambda: next((task for task in tasks(cloud, dead)[:1] if task["Status"] != "RUNNING"), {}))


def bury(cloud: Cloud, url: str, *bodies: str) -> None:
    cloud.send(url, *bodies, **({"MessageGroupId": "g"} if url.endswith(".fifo") else {}))
    while cloud.receive(url):
        pass


@pytest.mark.parametrize("end", ["", ".fifo"])
def test_moved_back_to_where_it_came_from(cloud: Cloud, end: str) -> None:
    url, dead = dead_letters(cloud, end)
    bury(cloud, url, *"abc")
    assert cloud.counts(dead) == (3, 0, 0)
    cloud.client.start_message_move_task(SourceArn=cloud.arn(dead))
    task = over(cloud, dead)
    assert task == task | {
        "Status": "COMPLETED",
        "SourceArn": cloud.arn(dead),
        "ApproximateNumberOfMessagesMoved": 3,
        "ApproximateNumberOfMessagesToMove": 3,
    }
    assert not {"TaskHandle", "DestinationArn", "FailureReason"} & task.keys()
    held = cloud.receive(url, VisibilityTimeout=60, AttributeNames=["All"])
    assert sorted(message["Body"] for message in held) == ["a", "b", "c"]
    assert {message["Attributes"]["ApproximateReceiveCount"] for message in held} == {"1"}, "a new message"


def test_moved_elsewhere_at_a_rate_and_cancelled(cloud: Cloud) -> None:
    (url, dead), other = dead_letters(cloud), cloud.queue("other")
    bury(cloud, url, *"abcde")
    start = {
        "SourceArn": cloud.arn(dead),
        "DestinationArn": cloud.arn(other),
        "MaxNumberOfMessagesPerSecond": 1,
    }
    handle = cloud.client.start_message_move_task(**start)["TaskHandle"]
    assert refused(cloud.client.start_message_move_task, **start)[1].startswith("There is already a task running.")
    assert tasks(cloud, dead)[0]["TaskHandle"] == handle
    assert eventually(lambda: cloud.counts(other)[0] == 1)
    assert cloud.client.cancel_message_move_task(TaskHandle=handle)["ApproximateNumberOfMessagesMoved"] == 1
    assert tasks(cloud, dead)[0]["Status"] == "CANCELLED"
    assert refused(cloud.client.cancel_message_move_task, TaskHandle=handle)[0] == "ResourceNotFoundException"
    assert (cloud.counts(dead)[0], cloud.counts(other)[0]) == (4, 1)
    cloud.client.start_message_move_task(**start | {"MaxNumberOfMessagesPerSecond": 500})
    assert over(cloud, dead)["Status"] == "COMPLETED"
    assert [task["Status"] for task in tasks(cloud, dead)] == ["COMPLETED", "CANCELLED"]
    assert (cloud.counts(dead)[0], cloud.counts(other)[0]) == (0, 5)


def test_a_task_goes_on_after_a_restart(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path / "sqs.sqlite")
    url, dead = dead_letters(cloud)
    bury(cloud, url, *"abcd")
    cloud.client.start_message_move_task(SourceArn=cloud.arn(dead), MaxNumberOfMessagesPerSecond=2)
    cloud.stop()
    cloud = Cloud(tmp_path / "sqs.sqlite")
    assert over(cloud, dead)["Status"] == "COMPLETED"
    assert (cloud.counts(dead)[0], cloud.counts(url)[0]) == (0, 4)
    cloud.stop()


def test_tasks_that_fail(cloud: Cloud) -> None:
    url, dead = dead_letters(cloud)
    cloud.send(dead, "not from there")
    cloud.client.start_message_move_task(SourceArn=cloud.arn(dead))
    assert over(cloud, dead)["FailureReason"] == "CouldNotDetermineMessageSource"
    bury(cloud, url, "a")
    cloud.client.delete_queue(QueueUrl=url)
    assert refused(cloud.client.start_message_move_task, SourceArn=cloud.arn(dead))[1] == (
        "Source queue must be configured as a Dead Letter Queue."
    )
    assert cloud.counts(dead)[0] == 2


def test_tasks_that_can_not_be(cloud: Cloud) -> None:
    _, dead = dead_letters(cloud)
    arn = cloud.arn(dead)
    start, gone = cloud.client.start_message_move_task, "ResourceNotFoundException"
    assert refused(start, SourceArn=arn + "-none")[0] == gone
    assert refused(start, SourceArn=arn, DestinationArn=arn + "-none")[0] == gone
    assert refused(start, SourceArn=arn, DestinationArn=arn)[0] == BAD
    assert refused(start, SourceArn=arn, MaxNumberOfMessagesPerSecond=501)[0] == BAD
    cancel = cloud.client.cancel_message_move_task
    assert refused(cancel, TaskHandle="x") == (BAD, "Value for parameter TaskHandle is invalid.")
    assert "Results" not in cloud.client.list_message_move_tasks(SourceArn=arn) or not tasks(cloud, dead)
