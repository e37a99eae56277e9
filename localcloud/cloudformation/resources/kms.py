"""AWS::KMS: keys, and names for them."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.iam import document
from localcloud.cloudformation.resources.kind import (
    Existing,
    Failed,
    Gone,
    Kind,
    Named,
    Properties,
    changed,
    names,
    only,
    own_tags,
    pick,
)

FIXED = names("KeySpec KeyUsage MultiRegion Origin")


class Key(Kind):
    """A key is not deleted but set to be, after the days that the template says; until then nobody can use it."""

    type = "AWS::KMS::Key"
    # AWS neither updates nor replaces for a change of the FIXED ones: such an update fails.
    in_place = FIXED | names(
        "BypassPolicyLockoutSafetyCheck Description EnableKeyRotation Enabled KeyPolicy PendingWindowInDays "
        "RotationPeriodInDays Tags"
    )
    attributes = names("Arn KeyId")
    tags = "Tags"

    def create(self, at: At, new: Properties) -> str:
        asked = pick(new, "BypassPolicyLockoutSafetyCheck Description KeySpec KeyUsage MultiRegion Origin")
        if "KeyPolicy" in new:
            asked["Policy"] = document(new["KeyPolicy"])
        tags = _tags({**self.tags_of(new), **at.system_tags})
        return str(at.call("kms", "CreateKey", {**asked, "Tags": tags})["KeyMetadata"]["KeyId"])

    def found(self, at: At, new: Properties) -> str | None:
        for key in at.call("kms", "ListKeys")["Keys"]:
            tags = at.call("kms", "ListResourceTags", {"KeyId": key["KeyId"]})["Tags"]
            ours = at.system_tags.items() <= {tag["TagKey"]: tag["TagValue"] for tag in tags}.items()
            if ours and key["KeyId"] not in at.others and _alive(at, key["KeyId"]):
                return str(key["KeyId"])
        return None

    def settle(self, at: At, it: Existing) -> None:
        verb = "EnableKeyRotation" if _true(it.properties, "EnableKeyRotation", "false") else "DisableKeyRotation"
        if "EnableKeyRotation" in it.properties:
            period = pick(it.properties, "RotationPeriodInDays") if verb == "EnableKeyRotation" else {}
            at.call("kms", verb, {"KeyId": it.id, **period})
        if not _true(it.properties, "Enabled", "true"):  # last: a disabled key takes no other call
            at.call("kms", "DisableKey", {"KeyId": it.id})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Arn": at.arn("kms", f"key/{it.id}"), "KeyId": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing, key = changed(it.properties, new), {"KeyId": it.id}
        if fixed := sorted(differing & FIXED):
            raise Failed(f"Update of the property {fixed[0]} of a KMS key is not supported")
        if not _true(it.properties, "Enabled", "true"):
            at.call("kms", "EnableKey", key)  # for what follows; settle disables it again
        if "Description" in differing:
            at.call("kms", "UpdateKeyDescription", {**key, "Description": new.get("Description", "")})
        if "KeyPolicy" in differing and "KeyPolicy" in new:
            at.call("kms", "PutKeyPolicy", {**key, "PolicyName": "default", "Policy": document(new["KeyPolicy"])})
        if "EnableKeyRotation" in differing and "EnableKeyRotation" not in new:
            at.call("kms", "DisableKeyRotation", key)
        had, wanted = self.tags_of(it.properties), self.tags_of(new)
        if lost := sorted(had.keys() - wanted.keys()):
            at.call("kms", "UntagResource", {**key, "TagKeys": lost})
        if wanted and wanted != had:
            at.call("kms", "TagResource", {**key, "Tags": _tags(wanted)})

    def delete(self, at: At, it: Existing) -> None:
        if _alive(at, it.id):
            at.call("kms", "ScheduleKeyDeletion", {"KeyId": it.id, **pick(it.properties, "PendingWindowInDays")})

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("kms", "DescribeKey", {"KeyId": it.id})["KeyMetadata"]
        if told["KeyState"] == "PendingDeletion":
            raise Gone(f"{it.id} is pending deletion")
        tags = at.call("kms", "ListResourceTags", {"KeyId": it.id})["Tags"]
        policy = at.call("kms", "GetKeyPolicy", {"KeyId": it.id, "PolicyName": "default"})["Policy"]
        return {
            **pick(told, "Description Enabled KeySpec KeyUsage MultiRegion Origin"),
            **pick(
                it.properties, "BypassPolicyLockoutSafetyCheck PendingWindowInDays RotationPeriodInDays"
            ),  # not told
            "EnableKeyRotation": at.call("kms", "GetKeyRotationStatus", {"KeyId": it.id})["KeyRotationEnabled"],
            "KeyPolicy": json.loads(policy),
            "Tags": own_tags({tag["TagKey"]: tag["TagValue"] for tag in tags}),
        }


class Alias(Named):
    type = "AWS::KMS::Alias"
    named_by = "AliasName"
    required = names("AliasName TargetKeyId")
    replaced = names("AliasName")
    in_place = names("TargetKeyId")

    def look(self, at: At, name: str) -> str | None:
        return name if _aliases(at, name) else None

    def make(self, at: At, name: str, new: Properties) -> str:
        at.call("kms", "CreateAlias", {"AliasName": name, "TargetKeyId": new["TargetKeyId"]})
        return name

    def update(self, at: At, it: Existing, new: Properties) -> None:
        at.call("kms", "UpdateAlias", {"AliasName": it.id, "TargetKeyId": new["TargetKeyId"]})

    def delete(self, at: At, it: Existing) -> None:
        at.call("kms", "DeleteAlias", {"AliasName": it.id})

    def actual(self, at: At, it: Existing) -> Properties:
        return {"AliasName": it.id, "TargetKeyId": only(_aliases(at, it.id), it.id)["TargetKeyId"]}


def _aliases(at: At, name: str) -> list[dict[str, Any]]:
    return [each for each in at.call("kms", "ListAliases")["Aliases"] if each["AliasName"] == name]


def _alive(at: At, key_id: str) -> bool:
    state = at.call("kms", "DescribeKey", {"KeyId": key_id})["KeyMetadata"]["KeyState"]
    return bool(state != "PendingDeletion")


def _true(properties: Properties, name: str, default: str) -> bool:
    return text(properties.get(name, default)) == "true"


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
