"""SQS queues: encrypted, reached by TLS only, each with a dead-letter queue and the senders it lets in."""

from typing import Any

from troposphere import AWSObject, GetAtt, Output, Ref, Sub, sqs

from cloudformation.description import Aws, Names, Queue
from cloudformation.logical import logical_id

DAY = 24 * 60 * 60


def queues(aws: Aws, names: Names) -> list[AWSObject]:
    """Every queue with its policy and, unless `max-receives: 0`, its dead-letter queue."""
    resources: list[AWSObject] = []
    for name, described in aws.sqs.items():
        logical = queue_id(name)
        if described.max_receives:
            resources += [_dead_letters(name, names), _policy(f"{logical}DeadPolicy", f"{logical}Dead", [])]
        resources.append(_queue(name, described, names))
        resources.append(_policy(queue_policy_id(name), logical, _buckets_that_notify(name, aws, names)))
    return resources


def queue_outputs(aws: Aws) -> list[Output]:
    """`<logical id>Url` of every queue."""
    return [Output(f"{queue_id(name)}Url", Value=Ref(queue_id(name))) for name in aws.sqs]


def queue_id(name: str) -> str:
    """Logical id of a queue: `incoming-queue` gives `IncomingQueue`."""
    return logical_id(name, "Queue")


def queue_policy_id(name: str) -> str:
    """Logical id of a queue's policy, which a bucket that notifies the queue must wait for."""
    return f"{queue_id(name)}Policy"


def _queue(name: str, described: Queue, names: Names) -> sqs.Queue:
    dead_letters = {}
    if described.max_receives:
        target = GetAtt(f"{queue_id(name)}Dead", "Arn")
        dead_letters["RedrivePolicy"] = sqs.RedrivePolicy(
            deadLetterTargetArn=target, maxReceiveCount=described.max_receives
        )
    return sqs.Queue(
        queue_id(name),
        QueueName=names.queues[name],
        SqsManagedSseEnabled=True,
        VisibilityTimeout=described.visibility_timeout,
        MessageRetentionPeriod=described.retention * DAY,
        **dead_letters,
    )


def _dead_letters(name: str, names: Names) -> sqs.Queue:
    return sqs.Queue(
        f"{queue_id(name)}Dead",
        QueueName=f"{names.queues[name]}-dead",
        SqsManagedSseEnabled=True,
        MessageRetentionPeriod=14 * DAY,  # as long as SQS allows: somebody has to look
    )


def _buckets_that_notify(queue: str, aws: Aws, names: Names) -> list[str]:
    notified = {name: {each.queue for each in bucket.notify} for name, bucket in aws.s3.items()}
    return [names.buckets[name] for name, targets in notified.items() if queue in targets]


def _policy(title: str, queue: str, buckets: list[str]) -> sqs.QueuePolicy:
    arn = GetAtt(queue, "Arn")
    statements: list[dict[str, Any]] = [
        {
            "Sid": "TLSOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": arn,
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if buckets:
        statements.append(
            {
                "Sid": "NewS3Object",
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {
                    # By name and not by reference: the bucket waits for this policy.
                    "ArnEquals": {"aws:SourceArn": [Sub(f"arn:${{AWS::Partition}}:s3:::{name}") for name in buckets]},
                    "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
                },
            }
        )
    return sqs.QueuePolicy(
        title, Queues=[Ref(queue)], PolicyDocument={"Version": "2012-10-17", "Statement": statements}
    )
