"""Buckets and queues that somebody made by hand become a stack's: CloudFormation imports them as they are.

They are imported bare, with nothing but their names; the stack's next update brings them to what its template says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from builder import cloud, stacks
from builder.errors import Failure, UsageError
from builder.stacks import Stack

_NAMED_BY = {"AWS::S3::Bucket": "BucketName", "AWS::SQS::Queue": "QueueName"}


@dataclass(frozen=True)
class Found:
    """Something that is there without being the stack's: `identifier` is what CloudFormation knows it by."""

    logical_id: str
    type: str
    name: str
    identifier: dict[str, str]

    @property
    def asked(self) -> dict[str, Any]:
        """What CloudFormation wants to be told of it."""
        return {
            "ResourceType": self.type,
            "LogicalResourceId": self.logical_id,
            "ResourceIdentifier": self.identifier,
        }


def found(template: str, stack: Stack | None) -> list[Found]:
    """The template's buckets and queues that exist outside of the stack. UsageError for a bucket of somebody else's.

    Failure where the stack has one that exists no more: CloudFormation believes that it is there.
    """
    known = {each["LogicalResourceId"] for each in stacks.resources(stack.name)} if stack else set()
    there, gone = [], []
    for logical_id, body in json.loads(template)["Resources"].items():
        if body["Type"] not in _NAMED_BY:
            continue
        name = body["Properties"][_NAMED_BY[body["Type"]]]
        identifier = _bucket(name) if body["Type"] == "AWS::S3::Bucket" else _queue(name)
        if identifier and logical_id not in known:
            there.append(Found(logical_id, body["Type"], name, identifier))
        if not identifier and logical_id in known:
            gone.append(name)
    if stack and gone:
        raise Failure(
            f"{', '.join(gone)}: gone, though {stack.name} should have it: somebody deleted it by hand",
            f"./bldr aws_delete_stack {stack.name}, which leaves the buckets; then the same command makes all anew.",
        )
    return there


def template(taken: Iterable[Found], stack: Stack | None) -> str:
    """What the stack has now, and these things, bare: an import may change nothing else."""
    made: dict[str, Any] = {"Resources": {}}
    if stack:
        body = cloud.client("cloudformation").get_template(StackName=stack.name)["TemplateBody"]
        made = json.loads(body) if isinstance(body, str) else body
    for each in taken:
        properties = {_NAMED_BY[each.type]: each.name}
        made["Resources"][each.logical_id] = {
            "Type": each.type,
            "DeletionPolicy": "Retain",  # CloudFormation imports nothing without one
            "Properties": properties,
        }
    return json.dumps(made)


def _bucket(name: str) -> dict[str, str] | None:
    try:
        cloud.client("s3").head_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket"):
            return None
        if error.response["Error"]["Code"] in ("403", "AccessDenied"):
            raise UsageError(f"the bucket {name} belongs to somebody else: choose another prefix") from None
        raise
    return {"BucketName": name}


def _queue(name: str) -> dict[str, str] | None:
    client = cloud.client("sqs")
    try:
        return {"QueueUrl": client.get_queue_url(QueueName=name)["QueueUrl"]}
    except client.exceptions.QueueDoesNotExist:
        return None
