"""AWS::SNS: topics, who listens, and who may speak."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.iam import document
from localcloud.cloudformation.resources.kind import (
    Existing,
    Kind,
    Named,
    Properties,
    changed,
    key_values,
    names,
    own_tags,
    pick,
)
from localcloud.cloudformation.resources.standing import stands

TOPIC_SETTINGS = names("ContentBasedDeduplication DisplayName KmsMasterKeyId SignatureVersion TracingConfig")
SUBSCRIPTION_SETTINGS = names("DeliveryPolicy FilterPolicy FilterPolicyScope RawMessageDelivery RedrivePolicy")
# What an attribute is again once the template no longer says it.
DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "FilterPolicyScope": "MessageAttributes",
    "RawMessageDelivery": "false",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
}


class Topic(Named):
    type = "AWS::SNS::Topic"
    identifier = "TopicArn"
    named_by = "TopicName"
    limit = 256
    replaced = names("FifoTopic TopicName")
    in_place = TOPIC_SETTINGS | names("Subscription Tags")
    attributes = names("TopicArn TopicName")
    tags = "Tags"

    def name(self, at: At, new: Properties) -> str:
        fifo = text(new.get("FifoTopic", False)) == "true"
        return at.name(251) + ".fifo" if fifo and "TopicName" not in new else super().name(at, new)

    def look(self, at: At, name: str) -> str | None:
        return str(at.call("sns", "GetTopicAttributes", {"TopicArn": at.arn("sns", name)})["Attributes"]["TopicArn"])

    def make(self, at: At, name: str, new: Properties) -> str:
        settings = {key: text(new[key]) for key in (TOPIC_SETTINGS | {"FifoTopic"}) & new.keys()}
        tags = key_values({**self.tags_of(new), **at.system_tags})
        return str(at.call("sns", "CreateTopic", {"Name": name, "Attributes": settings, "Tags": tags})["TopicArn"])

    def settle(self, at: At, it: Existing) -> None:
        for entry in it.properties.get("Subscription", []):  # subscribing twice is once
            at.call(
                "sns", "Subscribe", {"TopicArn": it.id, "Protocol": entry["Protocol"], "Endpoint": entry["Endpoint"]}
            )

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"TopicArn": it.id, "TopicName": it.id.rsplit(":", 1)[-1]}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        for name in sorted(changed(it.properties, new) & TOPIC_SETTINGS):
            value = text(new.get(name, DEFAULTS.get(name, "")))
            asked = {"TopicArn": it.id, "AttributeName": name, "AttributeValue": value}
            at.call("sns", "SetTopicAttributes", asked)
        self._unsubscribe(at, it, new)
        had, wanted = self.tags_of(it.properties), self.tags_of(new)
        if lost := sorted(had.keys() - wanted.keys()):
            at.call("sns", "UntagResource", {"ResourceArn": it.id, "TagKeys": lost})
        if wanted and wanted != had:
            at.call("sns", "TagResource", {"ResourceArn": it.id, "Tags": key_values(wanted)})

    def _unsubscribe(self, at: At, it: Existing, new: Properties) -> None:
        lost = [entry for entry in it.properties.get("Subscription", []) if entry not in new.get("Subscription", [])]
        if not lost:
            return
        for standing in at.call("sns", "ListSubscriptionsByTopic", {"TopicArn": it.id})["Subscriptions"]:
            if {"Protocol": standing["Protocol"], "Endpoint": standing["Endpoint"]} in lost:
                at.call("sns", "Unsubscribe", {"SubscriptionArn": standing["SubscriptionArn"]})

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("sns", "GetTopicAttributes", {"TopicArn": it.id})["Attributes"]
        tags = at.call("sns", "ListTagsForResource", {"ResourceArn": it.id})["Tags"]
        listed = at.call("sns", "ListSubscriptionsByTopic", {"TopicArn": it.id})["Subscriptions"]
        return {
            **{name: told[name] for name in TOPIC_SETTINGS | {"FifoTopic"} if name in told},
            "TopicName": it.id.rsplit(":", 1)[-1],
            "Subscription": [pick(entry, "Protocol Endpoint") for entry in listed],
            "Tags": own_tags(tags),
        }

    def delete(self, at: At, it: Existing) -> None:
        at.call("sns", "DeleteTopic", {"TopicArn": it.id})


class Subscription(Kind):
    type = "AWS::SNS::Subscription"
    required = names("Protocol TopicArn")
    replaced = names("Endpoint Protocol TopicArn")
    in_place = SUBSCRIPTION_SETTINGS
    attributes = names("Arn")

    def create(self, at: At, new: Properties) -> str:
        asked = {
            "TopicArn": new["TopicArn"],
            "Protocol": new["Protocol"],
            "Endpoint": new.get("Endpoint", ""),
            "Attributes": {key: _written(new[key]) for key in SUBSCRIPTION_SETTINGS & new.keys()},
            "ReturnSubscriptionArn": True,
        }
        return str(at.call("sns", "Subscribe", asked)["SubscriptionArn"])

    def found(self, at: At, new: Properties) -> str | None:
        listed = at.call("sns", "ListSubscriptionsByTopic", {"TopicArn": new["TopicArn"]})["Subscriptions"]
        wanted = (new["Protocol"], new.get("Endpoint", ""))
        ours = [each["SubscriptionArn"] for each in listed if (each["Protocol"], each["Endpoint"]) == wanted]
        return str(ours[0]) if ours else None

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Arn": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        for name in sorted(changed(it.properties, new) & SUBSCRIPTION_SETTINGS):
            value = _written(new[name]) if name in new else DEFAULTS.get(name, "{}")
            asked = {"SubscriptionArn": it.id, "AttributeName": name, "AttributeValue": value}
            at.call("sns", "SetSubscriptionAttributes", asked)

    def actual(self, at: At, it: Existing) -> Properties:
        told = dict(at.call("sns", "GetSubscriptionAttributes", {"SubscriptionArn": it.id})["Attributes"])
        for name in names("DeliveryPolicy FilterPolicy RedrivePolicy") & told.keys():
            told[name] = json.loads(told[name])
        return pick(told, " ".join(SUBSCRIPTION_SETTINGS | names("TopicArn Protocol Endpoint")))

    def delete(self, at: At, it: Existing) -> None:
        at.call("sns", "Unsubscribe", {"SubscriptionArn": it.id})


class TopicPolicy(Kind):
    type = "AWS::SNS::TopicPolicy"
    required = names("PolicyDocument Topics")
    in_place = names("PolicyDocument Topics")
    attributes = names("Id")

    def create(self, at: At, new: Properties) -> str:
        for arn in new["Topics"]:
            self._set(at, arn, document(new["PolicyDocument"]))
        return at.name(80)

    def found(self, at: At, new: Properties) -> str | None:
        return stands(self, at, at.name(80), new)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        for arn in set(it.properties["Topics"]) - set(new["Topics"]):
            self._set(at, arn, self._default(at, arn))
        self.create(at, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = [
            at.call("sns", "GetTopicAttributes", {"TopicArn": arn})["Attributes"] for arn in it.properties["Topics"]
        ]
        policies = [json.loads(each["Policy"]) for each in told if each.get("Policy")]
        wanted = it.properties["PolicyDocument"]
        other = next((policy for policy in policies if policy != wanted), wanted)
        return {"Topics": it.properties["Topics"], "PolicyDocument": other}

    def delete(self, at: At, it: Existing) -> None:
        for arn in it.properties["Topics"]:
            self._set(at, arn, self._default(at, arn))

    def _set(self, at: At, arn: str, policy: str) -> None:
        at.call("sns", "SetTopicAttributes", {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": policy})

    def _default(self, at: At, arn: str) -> str:
        """A topic can't be without a policy: its owner's is what it has at first."""
        statement = {
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": ["SNS:Publish", "SNS:Subscribe"],
            "Resource": arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": at.account}},
        }
        return json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]})


def _written(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict) else text(value)
