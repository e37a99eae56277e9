"""SNS, delivering to SQS."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.api.check import At, check, eventually, refused
from tests.localcloud.api.checks.sqs import arn_of


def subscribed(at: At, word: str = "", **attributes: str) -> tuple[Any, str, str, Any, str]:
    """(SNS, topic, subscription, SQS, queue URL), the queue letting the topic in."""
    sns, sqs = at("sns"), at("sqs")
    topic = sns.create_topic(Name=at.name())["TopicArn"]
    url = sqs.create_queue(QueueName=at.name(word or "queue"))["QueueUrl"]
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn_of(sqs, url),
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    arn = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, url), Attributes=attributes, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    return sns, topic, arn, sqs, url


def taken(sqs: Any, url: str) -> dict[str, Any]:
    (got,) = eventually(
        lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5, MessageAttributeNames=["All"]).get("Messages")
    )
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
    return dict(got)


@check(
    "sns", "CreateTopic ListTopics GetTopicAttributes SetTopicAttributes DeleteTopic TagResource ListTagsForResource"
)
def topics(at: At) -> None:
    """A topic is made once, listed, set, tagged, deleted"""
    sns = at("sns")
    topic = sns.create_topic(Name=at.name())["TopicArn"]
    assert sns.create_topic(Name=at.name())["TopicArn"] == topic
    listed = [each["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for each in page["Topics"]]
    assert listed.count(topic) == 1
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="shown")
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["DisplayName"] == "shown"
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "a", "Value": "1"}])
    assert sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "a", "Value": "1"}]
    sns.delete_topic(TopicArn=topic)
    assert refused(sns.get_topic_attributes, TopicArn=topic) == "NotFound"


@check("sns", "Subscribe Publish PublishBatch ListSubscriptions ListSubscriptionsByTopic Unsubscribe")
def to_queues(at: At) -> None:
    """What is published is in the subscribed queue, wrapped as SNS wraps it, and no more once unsubscribed"""
    sns, topic, arn, sqs, url = subscribed(at)
    sent = sns.publish(TopicArn=topic, Message="é", Subject="s")
    told = json.loads(taken(sqs, url)["Body"])
    assert (told["Type"], told["TopicArn"], told["Message"], told["Subject"]) == ("Notification", topic, "é", "s")
    assert told["MessageId"] == sent["MessageId"]
    assert {"Timestamp", "Signature", "SigningCertURL", "SignatureVersion", "UnsubscribeURL"} <= set(told)
    batch = [{"Id": str(number), "Message": f"b{number}"} for number in range(2)]
    assert len(sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=batch)["Successful"]) == 2
    assert {json.loads(taken(sqs, url)["Body"])["Message"] for _ in range(2)} == {"b0", "b1"}
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    assert [each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]] == [arn]
    assert arn in {each["SubscriptionArn"] for each in sns.list_subscriptions()["Subscriptions"]}
    sns.unsubscribe(SubscriptionArn=arn)
    sns.publish(TopicArn=topic, Message="unheard")
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)


@check("sns", "GetSubscriptionAttributes SetSubscriptionAttributes Publish")
def subscriptions(at: At) -> None:
    """Raw delivery and filter policies, given or set later, decide what arrives and how"""
    sns, topic, arn, sqs, url = subscribed(at, FilterPolicy=json.dumps({"kind": ["wanted"]}))
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="true")
    told = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert (told["RawMessageDelivery"], json.loads(told["FilterPolicy"])) == ("true", {"kind": ["wanted"]})
    for kind in ("other", "wanted"):
        attributes = {"kind": {"DataType": "String", "StringValue": kind}}
        sns.publish(TopicArn=topic, Message=f"raw {kind}", MessageAttributes=attributes)
    got = taken(sqs, url)
    assert got["Body"] == "raw wanted"
    assert got["MessageAttributes"]["kind"]["StringValue"] == "wanted"
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    assert refused(sns.publish, TopicArn=topic + "x", Message="x") == "NotFound"


@check("sns", "Publish")
def queue_policies(at: At) -> None:
    """A queue whose policy does not let the topic in is not written to"""
    sns, sqs = at("sns"), at("sqs")
    topic = sns.create_topic(Name=at.name())["TopicArn"]
    url = sqs.create_queue(QueueName=at.name())["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn_of(sqs, url))
    sns.publish(TopicArn=topic, Message="x")
    arrived = "Messages" in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
    at.differs("kept, not enforced", arrived, here=True, aws=False)
