"""S3 buckets: encrypted, reached by TLS only, telling queues of new objects; closed to the public but for what a
`public` one holds."""

from typing import Any

from troposphere import AWSObject, GetAtt, Output, Ref, Sub, s3

from cloudformation.description import Aws, Bucket, Names, Notification
from cloudformation.logical import logical_id
from cloudformation.queues import queue_id, queue_policy_id


def buckets(aws: Aws, names: Names) -> list[AWSObject]:
    """Every bucket with its policy."""
    made = ((_bucket(name, described, names), _policy(name, described)) for name, described in aws.s3.items())
    return [resource for pair in made for resource in pair]


def bucket_outputs(aws: Aws) -> list[Output]:
    """`<logical id>Name` of every bucket."""
    return [Output(f"{bucket_id(name)}Name", Value=Ref(bucket_id(name))) for name in aws.s3]


def bucket_id(name: str) -> str:
    """Logical id of a bucket: `elife-publishing-cdn` gives `ElifePublishingCdnBucket`."""
    return logical_id(name, "Bucket")


def _bucket(name: str, described: Bucket, names: Names) -> s3.Bucket:
    further: dict[str, Any] = {}
    if described.notify:
        further["NotificationConfiguration"] = s3.NotificationConfiguration(
            QueueConfigurations=[_notification(each) for each in described.notify]
        )
        # S3 tries the queue when the notification is set, and is refused before the policy is there.
        further["DependsOn"] = sorted({queue_policy_id(each.queue) for each in described.notify})
    if described.versioning:
        further["VersioningConfiguration"] = s3.VersioningConfiguration(Status="Enabled")
    return s3.Bucket(
        bucket_id(name),
        BucketName=names.buckets[name],
        BucketEncryption=s3.BucketEncryption(
            ServerSideEncryptionConfiguration=[
                s3.ServerSideEncryptionRule(
                    ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")
                )
            ]
        ),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True,
            IgnorePublicAcls=True,
            BlockPublicPolicy=not described.public,
            RestrictPublicBuckets=not described.public,
        ),
        OwnershipControls=s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]),
        DeletionPolicy=described.deletion_policy,
        UpdateReplacePolicy=described.deletion_policy,
        **further,
    )


def _notification(described: Notification) -> s3.QueueConfigurations:
    wanted = {"prefix": described.prefix, "suffix": described.suffix}
    rules = [s3.Rules(Name=name, Value=value) for name, value in wanted.items() if value]
    only = {"Filter": s3.Filter(S3Key=s3.S3Key(Rules=rules))} if rules else {}
    return s3.QueueConfigurations(Event=described.event, Queue=GetAtt(queue_id(described.queue), "Arn"), **only)


def _policy(name: str, described: Bucket) -> s3.BucketPolicy:
    arn = "${" + bucket_id(name) + ".Arn}"
    objects = Sub(f"{arn}/*")
    statements = [
        {
            "Sid": "TLSOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [Sub(arn), objects],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]
    if described.public:
        statements.append(
            {"Sid": "PublicObjects", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": objects}
        )
    return s3.BucketPolicy(
        f"{bucket_id(name)}Policy",
        Bucket=Ref(bucket_id(name)),
        PolicyDocument={"Version": "2012-10-17", "Statement": statements},
    )
