"""Amazon S3: which of IAM's actions an API action asks for, of which bucket or object.

As "Actions, resources, and condition keys for Amazon S3" and "Required permissions for Amazon S3 API operations" say.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl

from localcloud.access.policy import Ask
from localcloud.access.requests.call import Call
from localcloud.s3.calls.copying import source_of
from localcloud.s3.faults import Fault
from localcloud.s3.routing import Address, action_of, address_of

PUT, GET = "PutObject", "GetObject"
# API actions whose right has another name. The others' is their own.
RIGHTS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "HeadObject": GET,
    "SelectObjectContent": GET,
    "CreateMultipartUpload": PUT,
    "UploadPart": PUT,
    "UploadPartCopy": PUT,
    "CompleteMultipartUpload": PUT,
    "CopyObject": PUT,
    "PostObject": PUT,
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}
CONFIGURATIONS = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")  # Get/List → Get, Put/Delete → Put
VERSIONED = {
    GET: "GetObjectVersion",
    "DeleteObject": "DeleteObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "PutObjectAcl": "PutObjectVersionAcl",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTorrent": "GetObjectVersionTorrent",
}
MAKING = frozenset(("PutObject", "CopyObject", "CreateMultipartUpload"))
IN_QUERY = {"prefix": "s3:prefix", "delimiter": "s3:delimiter", "max-keys": "s3:max-keys", "versionId": "s3:versionid"}
IN_HEADERS = (
    "x-amz-acl", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-grant-full-control", "x-amz-grant-read",
    "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp", "x-amz-metadata-directive",
    "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-storage-class",
    "x-amz-website-redirect-location", "x-amz-object-ownership",
)  # fmt: skip


def asks(call: Call) -> list[Ask]:
    """Nothing, for a request that S3 will refuse to understand. Each key of DeleteObjects is asked for by S3 itself."""
    try:
        address = address_of(call.environ)
        action = call.more.get("action") or action_of(address, "HTTP_X_AMZ_COPY_SOURCE" in call.environ)
    except Fault:
        return []
    if address.method == "OPTIONS" or action == "DeleteObjects":
        return []
    keys = call.keys | dict(_keys(call, address))
    resource = arn(address.bucket, address.key)
    found = [Ask(f"s3:{each}", resource, keys) for each in _rights(action, address, call)]
    if action in ("CopyObject", "UploadPartCopy"):
        found.append(_source(call, keys))
    return found


def arn(bucket: str, key: str = "") -> str:
    if not bucket:
        return "*"
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _rights(action: str, address: Address, call: Call) -> Iterator[str]:
    right = RIGHTS.get(action) or _configuration(action) or action
    versioned = "versionId" in address.query
    yield VERSIONED.get(right, right) if versioned else right
    if action == "GetObjectAttributes":
        yield VERSIONED[GET] if versioned else GET
    if action in MAKING:
        headers = call.environ
        if "HTTP_X_AMZ_TAGGING" in headers:
            yield "PutObjectTagging"
        if any(name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in headers):
            yield "PutObjectAcl"
        if "HTTP_X_AMZ_OBJECT_LOCK_MODE" in headers:
            yield "PutObjectRetention"
        if "HTTP_X_AMZ_OBJECT_LOCK_LEGAL_HOLD" in headers:
            yield "PutObjectLegalHold"
    if "HTTP_X_AMZ_BYPASS_GOVERNANCE_RETENTION" in call.environ and action in ("DeleteObject", "PutObjectRetention"):
        yield "BypassGovernanceRetention"
    if action == "CreateBucket" and any(
        name.startswith(("HTTP_X_AMZ_ACL", "HTTP_X_AMZ_GRANT_")) for name in call.environ
    ):
        yield "PutBucketAcl"
    if action == "CreateBucket" and "HTTP_X_AMZ_OBJECT_OWNERSHIP" in call.environ:
        yield "PutBucketOwnershipControls"


def _configuration(action: str) -> str | None:
    for each in CONFIGURATIONS:
        if f"Bucket{each}Configuration" in action:
            return f"{'Get' if action.startswith(('Get', 'List')) else 'Put'}{each}Configuration"
    return None


def _source(call: Call, keys: dict[str, tuple[str, ...]]) -> Ask:
    try:
        bucket, key, version = source_of({"CopySource": str(call.environ["HTTP_X_AMZ_COPY_SOURCE"])})
    except Fault:  # S3 will say so
        return Ask("s3:GetObject", "*", keys)
    if version is None:
        return Ask("s3:GetObject", arn(bucket, key), keys)
    return Ask("s3:GetObjectVersion", arn(bucket, key), keys | {"s3:versionid": (version,)})


def _keys(call: Call, address: Address) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, key in IN_QUERY.items():
        if name in address.query:
            yield key, (address.query[name],)
    for name in IN_HEADERS:
        value = call.environ.get("HTTP_" + name.upper().replace("-", "_"))
        if value is not None:
            yield f"s3:{name}", (str(value),)
    if tagging := call.environ.get("HTTP_X_AMZ_TAGGING"):
        tags = dict(parse_qsl(str(tagging), keep_blank_values=True))
        yield from ((f"s3:requestobjecttag/{key.lower()}", (value,)) for key, value in tags.items())
        yield "s3:requestobjecttagkeys", tuple(tags)
    if "HTTP_AUTHORIZATION" in call.environ:
        yield "s3:authtype", ("REST-HEADER",)
    elif "X-Amz-Signature" in address.query:
        yield "s3:authtype", ("REST-QUERY-STRING",)
    yield "s3:signatureversion", ("AWS4-HMAC-SHA256",)
