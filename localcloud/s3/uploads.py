"""What an upload's headers say of the object to be: page "PutObject", and what other ways to make one share with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from localcloud.s3 import buckets
from localcloud.s3.acl import check_allowed, grants_of
from localcloud.s3.buckets import Bucket
from localcloud.s3.faults import Fault, invalid, not_implemented
from localcloud.s3.model import input_shape, members
from localcloud.s3.store import Reading
from localcloud.s3.tags import check_tags
from localcloud.s3.versions import About

LONGEST_KEY = 1024  # bytes
MOST_METADATA = 2048
LARGEST_PUT = 5 * 1024**3
SYSTEM_HEADERS = (
    "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires",
    "WebsiteRedirectLocation",
)  # fmt: skip
STORAGE_CLASSES = (
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
    "GLACIER_IR",
)  # fmt: skip
NOT_DONE = {
    "SSECustomerAlgorithm": "server-side encryption with customer-provided keys",
    "CopySourceSSECustomerAlgorithm": "server-side encryption with customer-provided keys",
    "ObjectLockMode": "Object Lock",
    "ObjectLockRetainUntilDate": "Object Lock",
    "ObjectLockLegalHoldStatus": "Object Lock",
    "WriteOffsetBytes": "appending, which S3 has for directory buckets only",
}


def check_key(key: str) -> None:
    if len(key.encode()) > LONGEST_KEY:
        raise Fault("KeyTooLongError", Size=str(len(key.encode())), MaxSizeAllowed=str(LONGEST_KEY))


def check_asked(asked: Mapping[str, Any]) -> None:
    """Refuse what we would otherwise silently not do."""
    for name, what in NOT_DONE.items():
        if asked.get(name) is not None:
            raise not_implemented(what)


def about(asked: Mapping[str, Any], reading: Reading, bucket: Bucket) -> About:
    """System headers, metadata, encryption and ACL."""
    headers = {name: asked[name] for name in SYSTEM_HEADERS if asked.get(name)}
    if encoding := content_encoding(headers.pop("ContentEncoding", "")):
        headers["ContentEncoding"] = encoding
    headers.setdefault("ContentType", "binary/octet-stream")
    metadata = {key.lower(): value for key, value in asked.get("Metadata", {}).items()}
    size = sum(len(key) + len(value) for key, value in metadata.items())
    if size > MOST_METADATA:
        raise Fault("MetadataTooLarge", Size=str(size), MaxSizeAllowed=str(MOST_METADATA))
    check_allowed(reading, bucket, asked)
    return About(headers, metadata, encryption(asked, reading, bucket), acl=grants_of(asked))


def content_encoding(value: str) -> str:
    """Without aws-chunked, which is the transfer's and not the object's."""
    return ", ".join(each.strip() for each in value.split(",") if each.strip() not in ("", "aws-chunked"))


def encryption(asked: Mapping[str, Any], reading: Reading, bucket: Bucket) -> dict[str, Any]:
    """As botocore's members: what was asked for, else the bucket's default. All of it is kept in name only."""
    kind, key = asked.get("ServerSideEncryption"), asked.get("SSEKMSKeyId")
    if kind is None:
        rules = (buckets.setting(reading, bucket, "encryption") or buckets.DEFAULTS["encryption"])["Rules"]
        default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
        kind, key = default.get("SSEAlgorithm", "AES256"), default.get("KMSMasterKeyID")
    if kind not in ("AES256", "aws:kms", "aws:kms:dsse"):
        raise invalid("x-amz-server-side-encryption", kind, "The encryption method specified is not supported")
    if kind == "AES256":
        if asked.get("SSEKMSKeyId"):
            message = "Server Side Encryption with AWS KMS managed key requires HTTP header "
            raise invalid("x-amz-server-side-encryption", kind, message + "x-amz-server-side-encryption : aws:kms")
        return {"ServerSideEncryption": kind}
    return {"ServerSideEncryption": kind, **({"SSEKMSKeyId": key} if key else {})}


def storage_class(asked: Mapping[str, Any]) -> str:
    found = str(asked.get("StorageClass") or "STANDARD")
    if found not in STORAGE_CLASSES:
        raise Fault("InvalidStorageClass", StorageClassRequested=found)
    return found


def header_tags(asked: Mapping[str, Any]) -> list[dict[str, str]]:
    """The tags that x-amz-tagging gives, as a query string."""
    text = asked.get("Tagging")
    if not isinstance(text, str) or not text:
        return []
    pairs = parse_qsl(text, keep_blank_values=True)
    if not pairs or re.search(r"[<>\"]", text):
        raise invalid("x-amz-tagging", text, "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded "
                      "URL query parameters without tag name duplicates.")  # fmt: skip
    return check_tags([{"Key": key, "Value": value} for key, value in pairs], most=10)


def check_directives(action: str, asked: Mapping[str, Any]) -> None:
    """Raise InvalidArgument where a header has a value that botocore's description of it does not list."""
    for name in ("MetadataDirective", "TaggingDirective"):
        member = members(input_shape(action)).get(name)
        if member is not None and asked.get(name) is not None and asked[name] not in member.enum:
            raise invalid(
                member.serialization["name"], asked[name], f"Unknown {name.removesuffix('Directive')} directive."
            )
