"""Buckets and queues: encrypted, closed, TLS only, and a new object in a bucket becomes a message in a queue."""

from collections.abc import Callable
from typing import Any

import pytest

from cloudformation.description import Bucket, Notification, Queue

Find = Callable[..., dict[str, Any]]
ARTICLES = Bucket(notify=(Notification(queue="incoming-queue", suffix=".zip"),))
PIPELINE: dict[str, Any] = {"s3": {"elife-production-final": ARTICLES}, "sqs": {"incoming-queue": Queue()}}


def test_a_bucket_is_encrypted_and_closed_to_the_public(properties: Find) -> None:
    bucket = properties("ElifeProductionFinalBucket", **PIPELINE)
    assert bucket["BucketName"] == "ct-elife-production-final"
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}


@pytest.mark.parametrize(
    "policy", ["ElifeProductionFinalBucketPolicy", "IncomingQueuePolicy", "IncomingQueueDeadPolicy"]
)
def test_calls_without_tls_are_refused(properties: Find, policy: str) -> None:
    first = properties(policy, **PIPELINE)["PolicyDocument"]["Statement"][0]
    assert (first["Effect"], first["Principal"]) == ("Deny", "*")
    assert first["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_new_object_becomes_a_message_in_the_queue(templated: Find) -> None:
    bucket = templated(**PIPELINE)["Resources"]["ElifeProductionFinalBucket"]
    (told,) = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]
    assert told == {
        "Event": "s3:ObjectCreated:*",
        "Queue": {"Fn::GetAtt": ["IncomingQueue", "Arn"]},
        "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".zip"}]}},
    }
    assert bucket["DependsOn"] == ["IncomingQueuePolicy"]  # else S3 is refused when it tries the queue


def test_only_that_bucket_of_that_account_may_send(properties: Find) -> None:
    allowed = properties("IncomingQueuePolicy", **PIPELINE)["PolicyDocument"]["Statement"][1]
    assert allowed["Principal"] == {"Service": "s3.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert allowed["Condition"] == {
        "ArnEquals": {"aws:SourceArn": [{"Fn::Sub": "arn:${AWS::Partition}:s3:::ct-elife-production-final"}]},
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
    }


def test_nobody_but_the_role_may_send_where_no_bucket_does(properties: Find) -> None:
    statements = properties("WorkflowStarterQueuePolicy", sqs={"workflow-starter-queue": Queue()})["PolicyDocument"]
    assert [each["Effect"] for each in statements["Statement"]] == ["Deny"]


def test_a_queue_is_encrypted_and_sets_dead_letters_aside(templated: Find) -> None:
    made = templated(sqs={"incoming-queue": Queue(visibility_timeout=60, max_receives=5, retention=4)})["Resources"]
    assert made["IncomingQueue"]["Properties"] == {
        "QueueName": "ct-incoming-queue",
        "SqsManagedSseEnabled": True,
        "VisibilityTimeout": 60,
        "MessageRetentionPeriod": 4 * 24 * 3600,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["IncomingQueueDead", "Arn"]}, "maxReceiveCount": 5},
    }
    assert made["IncomingQueueDead"]["Properties"]["QueueName"] == "ct-incoming-queue-dead"
    assert made["IncomingQueueDead"]["Properties"]["SqsManagedSseEnabled"] is True


def test_a_queue_without_limit_of_receives_has_no_dead_letters(templated: Find) -> None:
    made = templated(sqs={"incoming-queue": Queue(max_receives=0)})["Resources"]
    assert "RedrivePolicy" not in made["IncomingQueue"]["Properties"]
    assert "IncomingQueueDead" not in made


def test_outputs_tell_urls_and_names(templated: Find) -> None:
    outputs = templated(**PIPELINE)["Outputs"]
    assert outputs["IncomingQueueUrl"]["Value"] == {"Ref": "IncomingQueue"}
    assert outputs["ElifeProductionFinalBucketName"]["Value"] == {"Ref": "ElifeProductionFinalBucket"}


def test_a_bucket_keeps_versions_and_outlives_its_stack_where_the_project_says_so(templated: Find) -> None:
    made = templated(s3={"elife-archive": Bucket(versioning=True, deletion_policy="Retain")})["Resources"]
    bucket = made["ElifeArchiveBucket"]
    assert bucket["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("Retain", "Retain")
