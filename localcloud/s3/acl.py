"""Access control lists, kept and told; on most buckets S3 allows none (page "Controlling ownership of objects")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.s3 import buckets
from localcloud.s3.buckets import Bucket
from localcloud.s3.faults import Fault, invalid
from localcloud.s3.request import CANONICAL_ID
from localcloud.s3.store import Reading

Grants = list[dict[str, Any]]

GROUPS = "http://acs.amazonaws.com/groups/"
EVERYBODY = f"{GROUPS}global/AllUsers"
OWNERS: Grants = [{"Grantee": {"ID": CANONICAL_ID, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]


def _group(uri: str, *permissions: str) -> Grants:
    return [{"Grantee": {"Type": "Group", "URI": uri}, "Permission": permission} for permission in permissions]


CANNED: dict[str, Grants] = {
    "private": OWNERS,
    "public-read": OWNERS + _group(EVERYBODY, "READ"),
    "public-read-write": OWNERS + _group(EVERYBODY, "READ", "WRITE"),
    "authenticated-read": OWNERS + _group(f"{GROUPS}global/AuthenticatedUsers", "READ"),
    "log-delivery-write": OWNERS + _group(f"{GROUPS}s3/LogDelivery", "WRITE", "READ_ACP"),
    "bucket-owner-read": OWNERS,
    "bucket-owner-full-control": OWNERS,
    "aws-exec-read": OWNERS,
}
PERMISSIONS = {
    "GrantFullControl": "FULL_CONTROL",
    "GrantRead": "READ",
    "GrantReadACP": "READ_ACP",
    "GrantWrite": "WRITE",
    "GrantWriteACP": "WRITE_ACP",
}
HARMLESS = {None, "bucket-owner-full-control"}


def grants_of(asked: Mapping[str, Any]) -> Grants | None:
    """The grants that a request's headers or document ask for; None where it asks for none."""
    canned, document = asked.get("ACL"), asked.get("AccessControlPolicy")
    explicit = [each for name, permission in PERMISSIONS.items() for each in _granted(asked.get(name), permission)]
    if canned is not None and explicit:
        raise Fault("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
    if canned is not None:
        if canned not in CANNED:
            raise invalid("x-amz-acl", canned, "")
        return CANNED[canned]
    return explicit or (document.get("Grants", []) if document is not None else None)


def check_allowed(reading: Reading, bucket: Bucket, asked: Mapping[str, Any], *, setting: bool = False) -> None:
    """Raise AccessControlListNotSupported, or AccessDenied where public ACLs are blocked."""
    grants = grants_of(asked)
    if grants is None:
        return
    harmless = grants == OWNERS and (asked.get("ACL") in HARMLESS or setting)
    if buckets.ownership(reading, bucket) == "BucketOwnerEnforced" and not harmless:
        raise Fault("AccessControlListNotSupported")
    blocked = buckets.setting(reading, bucket, "publicAccessBlock") or {}
    if blocked.get("BlockPublicAcls") and any(GROUPS in each["Grantee"].get("URI", "") for each in grants):
        raise Fault("AccessDenied")


def _granted(header: str | None, permission: str) -> Grants:
    """`id="…", uri="…"` as grants."""
    kinds = {
        "id": ("ID", "CanonicalUser"),
        "uri": ("URI", "Group"),
        "emailaddress": ("EmailAddress", "AmazonCustomerByEmail"),
    }
    found: Grants = []
    for each in (header or "").split(",") if header else ():
        kind, _, value = each.strip().partition("=")
        if kind.lower() not in kinds:
            raise invalid("x-amz-grant", each, "Argument format not recognized")
        member, type_ = kinds[kind.lower()]
        found.append({"Grantee": {member: value.strip('"'), "Type": type_}, "Permission": permission})
    return found
