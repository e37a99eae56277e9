"""AWS::KMS: keys, and names for them."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

KEYS: dict[str, Resource] = {name: {"Type": "AWS::KMS::Key"} for name in ("First", "Second")}


def key(cloud: Cloud, it: str) -> Any:
    kms = cloud.client("kms")
    told = kms.describe_key(KeyId=it)["KeyMetadata"]
    if told["KeyState"] == "PendingDeletion":
        return None
    return told["Description"], told["Enabled"], kms.get_key_rotation_status(KeyId=it)["KeyRotationEnabled"]


def alias(cloud: Cloud, it: str) -> Any:
    """Which of the stack's keys it stands for."""
    kms = cloud.client("kms")
    targets = {each["AliasName"]: each["TargetKeyId"] for each in kms.list_aliases()["Aliases"]}
    return next((name for name in KEYS if it in targets and targets[it] == cloud.physical("web", name)), None)


CASES = [
    Case(
        "AWS::KMS::Key",
        {"Description": "a", "EnableKeyRotation": "true"},
        key,
        ("a", True, True),
        {"Description": "b", "Enabled": False},
        ("b", False, True),
    ),
    Case(
        "AWS::KMS::Alias",
        {"AliasName": "alias/one", "TargetKeyId": {"Ref": "First"}},
        alias,
        "First",
        {"TargetKeyId": {"Ref": "Second"}},
        "Second",
        {"AliasName": "alias/two"},
        beside=KEYS,
    ),
]
