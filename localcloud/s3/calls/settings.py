"""What is set on a bucket, each a document of its own: kept as it was put, and told as it was kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.s3 import buckets
from localcloud.s3.buckets import Bucket
from localcloud.s3.faults import Fault, invalid, not_implemented
from localcloud.s3.request import Answer, Request
from localcloud.s3.store import Change
from localcloud.s3.tags import check_tags

if TYPE_CHECKING:
    from localcloud.s3.service import S3

Call = Callable[["S3", Request], Answer]
Check = Callable[[Change, Bucket, Any], None]


@dataclass(frozen=True)
class Setting:
    """One kind of document. `missing` is the Fault of a Get, or what is told, where nothing was set."""

    name: str  # as its query parameter
    suffix: str  # of the actions: Put…, Get…
    member: str  # the document's name in Put's parameters
    missing: str | Mapping[str, Any]
    wrapped: bool = False  # whether Get's answer has it under that name too
    drop: str = ""  # the action that takes it away
    check: Check = lambda change, bucket, document: None


def _check_tagging(change: Change, bucket: Bucket, document: Any) -> None:
    check_tags(document["TagSet"], most=50)


def _check_versioning(change: Change, bucket: Bucket, document: Any) -> None:
    if document.get("Status") is None:
        raise Fault("MalformedXML")
    if document.get("MFADelete") == "Enabled":
        raise not_implemented("MFA delete")


def _check_encryption(change: Change, bucket: Bucket, document: Any) -> None:
    if len(document["Rules"]) != 1:
        raise Fault("MalformedXML")
    default = document["Rules"][0].get("ApplyServerSideEncryptionByDefault", {})
    if default.get("SSEAlgorithm") == "AES256" and default.get("KMSMasterKeyID"):
        raise Fault("InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms")


def _check_ownership(change: Change, bucket: Bucket, document: Any) -> None:
    if len(document["Rules"]) != 1:
        raise Fault("MalformedXML")


def _check_lifecycle(change: Change, bucket: Bucket, document: Any) -> None:
    if not 1 <= len(document["Rules"]) <= 1000:
        raise Fault("MalformedXML")
    actions = (
        "Expiration", "Transitions", "NoncurrentVersionTransitions", "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    )  # fmt: skip
    for number, rule in enumerate(document["Rules"]):
        rule.setdefault("ID", f"rule-{number + 1}")
        if not any(action in rule for action in actions):
            raise Fault("InvalidRequest", "At least one action needs to be specified in a rule")
        if ("Filter" in rule) == ("Prefix" in rule):
            raise Fault("MalformedXML")
        if rule.get("Expiration", {}).get("Days", 1) < 1:
            message = "'Days' for Expiration action must be a positive integer"
            raise invalid("Days", rule["Expiration"]["Days"], message)
    if len({rule["ID"] for rule in document["Rules"]}) < len(document["Rules"]):
        raise invalid("ID", "", "Rule ID must be unique. Found same ID for more than one rule")


def _check_cors(change: Change, bucket: Bucket, document: Any) -> None:
    if not 1 <= len(document["CORSRules"]) <= 100:
        raise Fault("MalformedXML")
    for rule in document["CORSRules"]:
        for method in rule["AllowedMethods"]:
            if method not in ("GET", "PUT", "HEAD", "POST", "DELETE"):
                message = f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                raise Fault("InvalidRequest", message)
        for origin in rule["AllowedOrigins"]:
            if origin.count("*") > 1:
                raise Fault("InvalidRequest", f'AllowedOrigin "{origin}" can not have more than one wildcard.')


def _check_website(change: Change, bucket: Bucket, document: Any) -> None:
    if "RedirectAllRequestsTo" not in document and "IndexDocument" not in document:
        raise invalid("IndexDocument", "null", "A value for IndexDocument Suffix must be provided "
                      "if RedirectAllRequestsTo is empty")  # fmt: skip
    if "/" in document.get("IndexDocument", {}).get("Suffix", "index"):
        raise invalid(
            "IndexDocument", document["IndexDocument"]["Suffix"], "The IndexDocument Suffix is not well formed"
        )


def _check_logging(change: Change, bucket: Bucket, document: Any) -> None:
    enabled = document.get("LoggingEnabled")
    if enabled and change.row("SELECT id FROM buckets WHERE name = ?", enabled["TargetBucket"]) is None:
        raise Fault("InvalidTargetBucketForLogging", TargetBucket=enabled["TargetBucket"])


def _check_acceleration(change: Change, bucket: Bucket, document: Any) -> None:
    if document.get("Status") is None:
        raise Fault("MalformedXML")
    if "." in bucket.name:
        raise Fault(
            "InvalidRequest", "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
        )


SETTINGS = (
    Setting("tagging", "BucketTagging", "Tagging", "NoSuchTagSet", drop="DeleteBucketTagging", check=_check_tagging),
    Setting("versioning", "BucketVersioning", "VersioningConfiguration", {}, check=_check_versioning),
    Setting("encryption", "BucketEncryption", "ServerSideEncryptionConfiguration", buckets.DEFAULTS["encryption"],
            wrapped=True, drop="DeleteBucketEncryption", check=_check_encryption),
    Setting("publicAccessBlock", "PublicAccessBlock", "PublicAccessBlockConfiguration",
            "NoSuchPublicAccessBlockConfiguration", wrapped=True, drop="DeletePublicAccessBlock"),
    Setting("ownershipControls", "BucketOwnershipControls", "OwnershipControls", "OwnershipControlsNotFoundError",
            wrapped=True, drop="DeleteBucketOwnershipControls", check=_check_ownership),
    Setting("lifecycle", "BucketLifecycleConfiguration", "LifecycleConfiguration", "NoSuchLifecycleConfiguration",
            drop="DeleteBucketLifecycle", check=_check_lifecycle),
    Setting("cors", "BucketCors", "CORSConfiguration", "NoSuchCORSConfiguration", drop="DeleteBucketCors",
            check=_check_cors),
    Setting("website", "BucketWebsite", "WebsiteConfiguration", "NoSuchWebsiteConfiguration",
            drop="DeleteBucketWebsite", check=_check_website),
    Setting("logging", "BucketLogging", "BucketLoggingStatus", {}, check=_check_logging),
    Setting("accelerate", "BucketAccelerateConfiguration", "AccelerateConfiguration", {}, check=_check_acceleration),
    Setting("requestPayment", "BucketRequestPayment", "RequestPaymentConfiguration", {"Payer": "BucketOwner"}),
)  # fmt: skip


def calls() -> dict[str, Call]:
    """The actions of every setting, by name."""
    found: dict[str, Call] = {}
    for setting in SETTINGS:
        found[f"Put{setting.suffix}"] = _putter(setting)
        found[f"Get{setting.suffix}"] = _getter(setting)
        if setting.drop:
            found[setting.drop] = _dropper(setting)
    return found


def _putter(setting: Setting) -> Call:
    def put(s3: S3, request: Request) -> Answer:
        document = request.asked[setting.member]
        with s3.store.change() as change:
            bucket = buckets.find(change, request.bucket)
            setting.check(change, bucket, document)
            buckets.put_setting(change, bucket, setting.name, document)
        return Answer(status=204 if setting.name == "tagging" else None)

    return put


def _getter(setting: Setting) -> Call:
    def get(s3: S3, request: Request) -> Answer:
        with s3.store.reading() as reading:
            bucket = buckets.find(reading, request.bucket)
            document = buckets.setting(reading, bucket, setting.name)
        if document is None:
            if isinstance(setting.missing, str):
                raise Fault(setting.missing, BucketName=bucket.name)
            document = setting.missing
        return Answer({setting.member: document} if setting.wrapped else dict(document))

    return get


def _dropper(setting: Setting) -> Call:
    def drop(s3: S3, request: Request) -> Answer:
        with s3.store.change() as change:
            buckets.drop_setting(change, buckets.find(change, request.bucket), setting.name)
        return Answer()

    return drop


def cors_rule(rules: list[dict[str, Any]], origin: str, method: str, headers: list[str]) -> dict[str, Any] | None:
    """The first CORS rule that allows such a request (page "How does Amazon S3 evaluate the CORS configuration")."""
    for rule in rules:
        allowed = rule.get("AllowedHeaders", [])
        if (
            method in rule["AllowedMethods"]
            and any(_fits(pattern, origin) for pattern in rule["AllowedOrigins"])
            and all(any(_fits(pattern.lower(), header.lower()) for pattern in allowed) for header in headers)
        ):
            return rule
    return None


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text) is not None
