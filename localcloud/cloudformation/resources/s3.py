"""AWS::S3: buckets, with all that a template can say of them, and bucket policies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.cloudformation.differences import differences
from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.iam import document
from localcloud.cloudformation.resources.kind import (
    Existing,
    Kind,
    Named,
    Properties,
    changed,
    is_absent,
    key_values,
    names,
    own_tags,
    pick,
)
from localcloud.cloudformation.resources.standing import stands

EVENT_TARGETS = (
    ("QueueConfigurations", "Queue", "QueueArn"),
    ("TopicConfigurations", "Topic", "TopicArn"),
    ("LambdaConfigurations", "Function", "LambdaFunctionArn"),
)


@dataclass(frozen=True)
class Setting:
    """One property of a bucket that is a call of its own, and the call that takes it away again."""

    put: str
    get: str
    key: str
    turn: Callable[[Any], Any]
    drop: str = ""
    empty: Any = None


def _encryption(value: Any) -> Any:
    rules = []
    for rule in value["ServerSideEncryptionConfiguration"]:
        turned = {key: item for key, item in rule.items() if key != "ServerSideEncryptionByDefault"}
        if "ServerSideEncryptionByDefault" in rule:
            turned["ApplyServerSideEncryptionByDefault"] = rule["ServerSideEncryptionByDefault"]
        rules.append(turned)
    return {"Rules": rules}


def _notifications(value: Any) -> Any:
    turned: dict[str, Any] = {}
    for section, target, arn in EVENT_TARGETS:
        entries = [_notification(entry, target, arn) for entry in value.get(section, [])]
        if entries:
            turned[section if section != "LambdaConfigurations" else "LambdaFunctionConfigurations"] = entries
    if "EventBridgeConfiguration" in value:
        turned["EventBridgeConfiguration"] = {}
    return turned


def _notification(entry: Mapping[str, Any], target: str, arn: str) -> dict[str, Any]:
    turned: dict[str, Any] = {arn: entry[target], "Events": [entry["Event"]]}
    if "Filter" in entry:
        turned["Filter"] = {"Key": {"FilterRules": entry["Filter"]["S3Key"]["Rules"]}}
    return turned


def _cors(value: Any) -> Any:
    fields = {"Id": "ID", "MaxAge": "MaxAgeSeconds", "ExposedHeaders": "ExposeHeaders"}
    return {"CORSRules": [{fields.get(key, key): item for key, item in rule.items()} for rule in value["CorsRules"]]}


def _lifecycle(value: Any) -> Any:
    return {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    turned: dict[str, Any] = {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    if "Id" in rule:
        turned["ID"] = rule["Id"]
    expiration = {
        "ExpirationInDays": "Days",
        "ExpirationDate": "Date",
        "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
    }
    if found := {name: rule[key] for key, name in expiration.items() if key in rule}:
        turned["Expiration"] = found
    transitions = rule.get("Transitions") or ([rule["Transition"]] if "Transition" in rule else [])
    if transitions:
        days = {"TransitionInDays": "Days", "TransitionDate": "Date"}
        turned["Transitions"] = [{days.get(key, key): item for key, item in each.items()} for each in transitions]
    if "NoncurrentVersionExpirationInDays" in rule:
        turned["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    if "NoncurrentVersionExpiration" in rule:
        turned["NoncurrentVersionExpiration"] = rule["NoncurrentVersionExpiration"]
    if "AbortIncompleteMultipartUpload" in rule:
        turned["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    return turned


def _website(value: Any) -> Any:
    turned = {key: item for key, item in value.items() if key not in ("IndexDocument", "ErrorDocument")}
    if "IndexDocument" in value:
        turned["IndexDocument"] = {"Suffix": value["IndexDocument"]}
    if "ErrorDocument" in value:
        turned["ErrorDocument"] = {"Key": value["ErrorDocument"]}
    return turned


def _logging(value: Any) -> Any:
    enabled = {"TargetBucket": value["DestinationBucketName"], "TargetPrefix": value.get("LogFilePrefix", "")}
    return {"LoggingEnabled": enabled}


SETTINGS: dict[str, Setting] = {
    "VersioningConfiguration": Setting(
        "PutBucketVersioning", "GetBucketVersioning", "VersioningConfiguration", dict, empty={"Status": "Suspended"}
    ),
    "BucketEncryption": Setting(
        "PutBucketEncryption",
        "GetBucketEncryption",
        "ServerSideEncryptionConfiguration",
        _encryption,
        "DeleteBucketEncryption",
    ),
    "PublicAccessBlockConfiguration": Setting(
        "PutPublicAccessBlock",
        "GetPublicAccessBlock",
        "PublicAccessBlockConfiguration",
        dict,
        "DeletePublicAccessBlock",
    ),
    "OwnershipControls": Setting(
        "PutBucketOwnershipControls",
        "GetBucketOwnershipControls",
        "OwnershipControls",
        dict,
        "DeleteBucketOwnershipControls",
    ),
    "NotificationConfiguration": Setting(
        "PutBucketNotificationConfiguration",
        "GetBucketNotificationConfiguration",
        "NotificationConfiguration",
        _notifications,
        empty={},
    ),
    "LifecycleConfiguration": Setting(
        "PutBucketLifecycleConfiguration",
        "GetBucketLifecycleConfiguration",
        "LifecycleConfiguration",
        _lifecycle,
        "DeleteBucketLifecycle",
    ),
    "CorsConfiguration": Setting("PutBucketCors", "GetBucketCors", "CORSConfiguration", _cors, "DeleteBucketCors"),
    "WebsiteConfiguration": Setting(
        "PutBucketWebsite", "GetBucketWebsite", "WebsiteConfiguration", _website, "DeleteBucketWebsite"
    ),
    "LoggingConfiguration": Setting("PutBucketLogging", "GetBucketLogging", "BucketLoggingStatus", _logging, empty={}),
}


class Bucket(Named):
    type = "AWS::S3::Bucket"
    identifier = "BucketName"
    named_by = "BucketName"
    limit = 63
    lower = True
    replaced = names("BucketName")
    in_place = frozenset(SETTINGS) | {"AccessControl", "Tags"}
    attributes = names("Arn DomainName DualStackDomainName RegionalDomainName WebsiteURL")
    tags = "Tags"

    def look(self, at: At, name: str) -> str | None:
        at.call("s3", "HeadBucket", {"Bucket": name})
        return name

    def make(self, at: At, name: str, new: Properties) -> str:
        asked: dict[str, Any] = {"Bucket": name}
        if at.region != "us-east-1":
            asked["CreateBucketConfiguration"] = {"LocationConstraint": at.region}
        at.call("s3", "CreateBucket", asked)
        return name

    def settle(self, at: At, it: Existing) -> None:
        # Everything a template says is put by calls that can be made again: creation and update are the same.
        for name, setting in SETTINGS.items():
            if name in it.properties:
                at.call("s3", setting.put, {"Bucket": it.id, setting.key: setting.turn(it.properties[name])})
        if "AccessControl" in it.properties:
            at.call("s3", "PutBucketAcl", {"Bucket": it.id, "ACL": _acl(it.properties["AccessControl"])})
        if tags := self.tags_of(it.properties):
            at.call("s3", "PutBucketTagging", {"Bucket": it.id, "Tagging": {"TagSet": key_values(tags)}})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {
            "Arn": f"arn:aws:s3:::{it.id}",
            "DomainName": f"{it.id}.s3.amazonaws.com",
            "DualStackDomainName": f"{it.id}.s3.dualstack.{at.region}.amazonaws.com",
            "RegionalDomainName": f"{it.id}.s3.{at.region}.amazonaws.com",
            "WebsiteURL": f"http://{it.id}.s3-website-{at.region}.amazonaws.com",
        }

    def update(self, at: At, it: Existing, new: Properties) -> None:
        """Take away what the template no longer says; what it says is put by `settle`."""
        if "AccessControl" in it.properties and "AccessControl" not in new:  # first: what follows may end all ACLs
            at.call("s3", "PutBucketAcl", {"Bucket": it.id, "ACL": "private"})
        for name in changed(it.properties, new) - new.keys():
            if name in SETTINGS:
                setting = SETTINGS[name]
                asked = {"Bucket": it.id} if setting.drop else {"Bucket": it.id, setting.key: setting.empty}
                at.call("s3", setting.drop or setting.put, asked)
        if self.tags_of(it.properties) and not self.tags_of(new):
            at.call("s3", "DeleteBucketTagging", {"Bucket": it.id})

    def actual(self, at: At, it: Existing) -> Properties:
        at.call("s3", "HeadBucket", {"Bucket": it.id})
        facts: dict[str, Any] = {"BucketName": it.id, **pick(it.properties, "AccessControl")}
        for name, setting in SETTINGS.items():
            if name in it.properties and (told := _told(at, setting.get, {"Bucket": it.id})) is not None:
                found, wanted = told.get(setting.key, told), setting.turn(it.properties[name])
                # Where they differ, the service's words are shown: its calls and templates spell some things otherwise.
                facts[name] = found if any(differences(wanted, found)) else it.properties[name]
        tags = _told(at, "GetBucketTagging", {"Bucket": it.id}) or {}
        return {**facts, "Tags": own_tags(tags.get("TagSet", []))}

    def delete(self, at: At, it: Existing) -> None:
        at.call("s3", "DeleteBucket", {"Bucket": it.id})


class BucketPolicy(Kind):
    type = "AWS::S3::BucketPolicy"
    required = names("Bucket PolicyDocument")
    replaced = names("Bucket")
    in_place = names("PolicyDocument")

    def create(self, at: At, new: Properties) -> str:
        self._put(at, new)
        return text(new["Bucket"])

    def found(self, at: At, new: Properties) -> str | None:
        return stands(self, at, text(new["Bucket"]), new)

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self._put(at, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("s3", "GetBucketPolicy", {"Bucket": it.id})
        return {"Bucket": it.id, "PolicyDocument": json.loads(told["Policy"])}

    def delete(self, at: At, it: Existing) -> None:
        at.call("s3", "DeleteBucketPolicy", {"Bucket": it.id})

    def _put(self, at: At, new: Properties) -> None:
        at.call("s3", "PutBucketPolicy", {"Bucket": new["Bucket"], "Policy": document(new["PolicyDocument"])})


def _told(at: At, operation: str, asked: Properties) -> dict[str, Any] | None:
    """A bucket's setting; None where it has none."""
    try:
        told = at.call("s3", operation, asked)
    except Exception as error:
        if is_absent(error):
            return None
        raise
    return {key: value for key, value in told.items() if key != "ResponseMetadata"}


def _acl(name: str) -> str:
    """`PublicRead` as the API spells it, `public-read`."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
