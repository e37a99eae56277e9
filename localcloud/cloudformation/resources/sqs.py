"""AWS::SQS: queues and what may be done with them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.iam import document
from localcloud.cloudformation.resources.kind import Existing, Kind, Named, Properties, changed, names, own_tags
from localcloud.cloudformation.resources.standing import stands

# SQS gives a deleted queue's name to no other for a minute: a stack that is made again waits for it.
DELETED_RECENTLY = "AWS.SimpleQueueService.QueueDeletedRecently"
# What an attribute is again once the template no longer says it.
DEFAULTS = {
    "DelaySeconds": "0",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "VisibilityTimeout": "30",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
    "SqsManagedSseEnabled": "true",
    "KmsDataKeyReusePeriodSeconds": "300",
}
SETTINGS = names(
    "ContentBasedDeduplication DeduplicationScope DelaySeconds FifoThroughputLimit KmsDataKeyReusePeriodSeconds "
    "KmsMasterKeyId MaximumMessageSize MessageRetentionPeriod ReceiveMessageWaitTimeSeconds RedriveAllowPolicy "
    "RedrivePolicy SqsManagedSseEnabled VisibilityTimeout"
)


class Queue(Named):
    type = "AWS::SQS::Queue"
    identifier = "QueueUrl"
    named_by = "QueueName"
    limit = 80
    replaced = names("FifoQueue QueueName")
    in_place = SETTINGS | {"Tags"}
    attributes = names("Arn QueueName QueueUrl")
    tags = "Tags"

    def name(self, at: At, new: Properties) -> str:
        fifo = text(new.get("FifoQueue", False)) == "true"
        return at.name(75) + ".fifo" if fifo and "QueueName" not in new else super().name(at, new)

    def look(self, at: At, name: str) -> str | None:
        return str(at.call("sqs", "GetQueueUrl", {"QueueName": name})["QueueUrl"])

    def make(self, at: At, name: str, new: Properties) -> str:
        settings = {key: _written(new[key]) for key in SETTINGS & new.keys()}
        if text(new.get("FifoQueue", False)) == "true":
            settings["FifoQueue"] = "true"
        asked = {"QueueName": name, "Attributes": settings, "tags": {**self.tags_of(new), **at.system_tags}}
        return at.wait(lambda: _made(at, asked), f"the name {name}, whose queue was just deleted", 120)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        name = it.id.rsplit("/", 1)[-1]
        return {"QueueUrl": it.id, "QueueName": name, "Arn": at.arn("sqs", name)}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing = changed(it.properties, new)
        if settings := {key: _written(new.get(key, DEFAULTS.get(key, ""))) for key in differing & SETTINGS}:
            if settings.get("KmsMasterKeyId") == "" and "SqsManagedSseEnabled" not in new:
                settings["SqsManagedSseEnabled"] = DEFAULTS["SqsManagedSseEnabled"]  # a key of one's own had ended it
            at.call("sqs", "SetQueueAttributes", {"QueueUrl": it.id, "Attributes": settings})
        had, wanted = self.tags_of(it.properties), self.tags_of(new)
        if lost := sorted(had.keys() - wanted.keys()):
            at.call("sqs", "UntagQueue", {"QueueUrl": it.id, "TagKeys": lost})
        if wanted and wanted != had:
            at.call("sqs", "TagQueue", {"QueueUrl": it.id, "Tags": wanted})

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("sqs", "GetQueueAttributes", {"QueueUrl": it.id, "AttributeNames": ["All"]})["Attributes"]
        settings = {name: told[name] for name in SETTINGS | {"FifoQueue"} if name in told}
        for name in names("RedrivePolicy RedriveAllowPolicy") & settings.keys():
            settings[name] = json.loads(settings[name])
        tags = at.call("sqs", "ListQueueTags", {"QueueUrl": it.id}).get("Tags", {})
        return {**settings, "QueueName": it.id.rsplit("/", 1)[-1], "Tags": own_tags(tags)}

    def delete(self, at: At, it: Existing) -> None:
        at.call("sqs", "DeleteQueue", {"QueueUrl": it.id})


class QueuePolicy(Kind):
    type = "AWS::SQS::QueuePolicy"
    required = names("PolicyDocument Queues")
    in_place = names("PolicyDocument Queues")
    attributes = names("Id")

    def create(self, at: At, new: Properties) -> str:
        for url in new["Queues"]:
            _set(at, url, document(new["PolicyDocument"]))
        return at.name(80)

    def found(self, at: At, new: Properties) -> str | None:
        return stands(self, at, at.name(80), new)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        for url in set(it.properties["Queues"]) - set(new["Queues"]):
            _set(at, url, "")
        self.create(at, new)

    def actual(self, at: At, it: Existing) -> Properties:
        policies = {url: _policy(at, url) for url in it.properties["Queues"]}
        kept = [url for url, policy in policies.items() if policy is not None]
        wanted = it.properties["PolicyDocument"]
        other = next((policy for policy in policies.values() if policy not in (None, wanted)), wanted)
        return {"Queues": kept, "PolicyDocument": other} if kept else {}

    def delete(self, at: At, it: Existing) -> None:
        for url in it.properties["Queues"]:
            _set(at, url, "")


def _made(at: At, asked: Mapping[str, Any]) -> str | None:
    """The new queue's URL; None where its name is not free yet."""
    from botocore.exceptions import ClientError

    try:
        return str(at.call("sqs", "CreateQueue", asked)["QueueUrl"])
    except ClientError as error:
        if error.response["Error"]["Code"] != DELETED_RECENTLY:
            raise
        return None


def _set(at: At, url: str, policy: str) -> None:
    at.call("sqs", "SetQueueAttributes", {"QueueUrl": url, "Attributes": {"Policy": policy}})


def _policy(at: At, url: str) -> Any:
    told = at.call("sqs", "GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["Policy"]}).get("Attributes", {})
    return json.loads(told["Policy"]) if told.get("Policy") else None


def _written(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) else text(value)
