"""AWS::SQS and AWS::SNS: queues, topics, who listens, and who may speak."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cases.policies import ALLOW, LESS
from tests.localcloud.cloudformation.cloud import Cloud

QUEUE: Resource = {"Type": "AWS::SQS::Queue"}
TOPIC: Resource = {"Type": "AWS::SNS::Topic"}


def queue(cloud: Cloud, it: str) -> Any:
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=it, AttributeNames=["All"])["Attributes"]
    return told["VisibilityTimeout"]


def queue_policy(cloud: Cloud, it: str) -> Any:
    for url in cloud.client("sqs").list_queues().get("QueueUrls", []):
        told = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
        if told.get("Policy"):
            return json.loads(told["Policy"])["Statement"][0]["Action"]
    return None


def topic(cloud: Cloud, it: str) -> Any:
    return cloud.client("sns").get_topic_attributes(TopicArn=it)["Attributes"]["DisplayName"]


def subscription(cloud: Cloud, it: str) -> Any:
    return cloud.client("sns").get_subscription_attributes(SubscriptionArn=it)["Attributes"].get("RawMessageDelivery")


def topic_policy(cloud: Cloud, it: str) -> Any:
    for each in cloud.client("sns").list_topics()["Topics"]:
        policy = json.loads(cloud.client("sns").get_topic_attributes(TopicArn=each["TopicArn"])["Attributes"]["Policy"])
        return policy["Statement"][0]["Action"]
    return None


CASES = [
    Case(
        "AWS::SQS::Queue",
        {"VisibilityTimeout": "60"},
        queue,
        "60",
        {"VisibilityTimeout": 70},
        "70",
        {"QueueName": "named"},
    ),
    Case(
        "AWS::SQS::Queue",
        {"FifoQueue": True},
        queue,
        "30",
        {"VisibilityTimeout": 70},
        "70",
        {"QueueName": "named.fifo"},
    ),
    Case(
        "AWS::SQS::QueuePolicy",
        {"Queues": [{"Ref": "Queue"}], "PolicyDocument": ALLOW},
        queue_policy,
        "s3:GetObject",
        {"PolicyDocument": LESS},
        "s3:ListBucket",
        beside={"Queue": QUEUE},
    ),
    Case("AWS::SNS::Topic", {"DisplayName": "a"}, topic, "a", {"DisplayName": "b"}, "b", {"TopicName": "named"}),
    Case(
        "AWS::SNS::Subscription",
        {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs", "Endpoint": {"Fn::GetAtt": "Queue.Arn"}},
        subscription,
        "false",
        {"RawMessageDelivery": True},
        "true",
        beside={"Topic": TOPIC, "Queue": QUEUE},
    ),
    Case(
        "AWS::SNS::TopicPolicy",
        {"Topics": [{"Ref": "Topic"}], "PolicyDocument": ALLOW},
        topic_policy,
        "s3:GetObject",
        {"PolicyDocument": LESS},
        "s3:ListBucket",
        beside={"Topic": TOPIC},
    ),
]
