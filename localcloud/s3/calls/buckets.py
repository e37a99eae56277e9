"""Buckets: made, found, listed, deleted."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from localcloud.home import REGION
from localcloud.s3 import acl, buckets
from localcloud.s3.faults import Fault, invalid, not_implemented
from localcloud.s3.model import input_shape, members
from localcloud.s3.request import OWNER, Answer, Request

if TYPE_CHECKING:
    from localcloud.s3.service import S3

MOST_BUCKETS = 10_000


def create_bucket(s3: S3, request: Request) -> Answer:
    asked = request.asked
    buckets.check_name(request.bucket)
    if asked.get("ObjectLockEnabledForBucket"):
        raise not_implemented("Object Lock")
    _check_location(asked.get("CreateBucketConfiguration") or {})
    ownership = asked.get("ObjectOwnership") or "BucketOwnerEnforced"
    grants = acl.grants_of(asked)
    if grants not in (None, acl.OWNERS) and ownership == "BucketOwnerEnforced":
        raise Fault("InvalidBucketAclWithObjectOwnership")
    with s3.store.change() as change:
        if change.row("SELECT id FROM buckets WHERE name = ?", request.bucket):
            # In us-east-1 alone S3 lets an owner create a bucket again, for old programs' sake.
            return Answer({"Location": f"/{request.bucket}"})
        change.insert("INSERT INTO buckets (name, created) VALUES (?, ?)", request.bucket, change.now)
        bucket = buckets.find(change, request.bucket)
        for name, document in buckets.DEFAULTS.items():
            buckets.put_setting(change, bucket, name, document)
        buckets.put_setting(change, bucket, "ownershipControls", {"Rules": [{"ObjectOwnership": ownership}]})
        if grants is not None:
            buckets.put_setting(change, bucket, "acl", grants)
        if tags := (asked.get("CreateBucketConfiguration") or {}).get("Tags"):
            buckets.put_setting(change, bucket, "tagging", {"TagSet": tags})
    return Answer({"Location": f"/{request.bucket}"})


def _check_location(configuration: dict[str, Any]) -> None:
    """us-east-1 is the one region that must not be named."""
    if configuration.get("Location") or configuration.get("Bucket"):
        raise not_implemented("directory buckets")
    constraint = configuration.get("LocationConstraint")
    known = members(input_shape("CreateBucket"))["CreateBucketConfiguration"].members["LocationConstraint"].enum
    if constraint is not None and constraint not in known:  # us-east-1 is not
        raise Fault("InvalidLocationConstraint", LocationConstraint=constraint)
    if constraint is not None:
        message = f"The {constraint} location constraint is incompatible for the region specific endpoint "
        message += "this request was sent to."
        raise Fault("IllegalLocationConstraintException", message)


def head_bucket(s3: S3, request: Request) -> Answer:
    with s3.store.reading() as reading:
        buckets.find(reading, request.bucket)
    return Answer({"BucketRegion": REGION, "AccessPointAlias": False})


def get_bucket_location(s3: S3, request: Request) -> Answer:
    with s3.store.reading() as reading:
        buckets.find(reading, request.bucket)
    return Answer()  # an empty element: us-east-1


def delete_bucket(s3: S3, request: Request) -> Answer:
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        if change.row("SELECT number FROM versions WHERE bucket = ? LIMIT 1", bucket.id):
            fault = Fault("BucketNotEmpty", BucketName=bucket.name)
            if buckets.versioning(change, bucket):
                fault.message += ". You must delete all versions in the bucket."
            raise fault
        for upload in change.rows("SELECT id FROM uploads WHERE bucket = ?", bucket.id):
            change.gone += [
                row["file"] for row in change.rows("SELECT file FROM pieces WHERE content = ?", upload["id"])
            ]
            change.run("DELETE FROM pieces WHERE content = ?", upload["id"])
        for table in ("settings", "uploads", "completed"):
            change.run(f"DELETE FROM {table} WHERE bucket = ?", bucket.id)
        change.run("DELETE FROM buckets WHERE id = ?", bucket.id)
    return Answer()


def list_buckets(s3: S3, request: Request) -> Answer:
    asked = request.asked
    most = asked.get("MaxBuckets")
    if most is not None and not 1 <= most <= MOST_BUCKETS:
        raise invalid("max-buckets", most, "Argument max-buckets must be an integer between 1 and 10000")
    prefix, after = asked.get("Prefix") or "", _token(asked.get("ContinuationToken"))
    with s3.store.reading() as reading:
        rows = reading.rows("SELECT id, name, created FROM buckets WHERE name > ? ORDER BY name", after)
    found = [bucket for bucket in map(buckets.of_row, rows) if bucket.name.startswith(prefix)]
    if asked.get("BucketRegion") not in (None, REGION):
        found = []
    shown = found[: most or MOST_BUCKETS]
    paged = {} if most is None and not prefix else {"BucketRegion": REGION}
    told: dict[str, Any] = {
        "Owner": OWNER,
        "Buckets": [{"Name": each.name, "CreationDate": each.created, **paged} for each in shown],
    }
    if len(found) > len(shown):
        told["ContinuationToken"] = base64.urlsafe_b64encode(shown[-1].name.encode()).decode()
    if prefix:
        told["Prefix"] = prefix
    return Answer(told)


def _token(text: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(text or "").decode()
    except ValueError:
        raise invalid("continuation-token", text, "The continuation token provided is incorrect") from None
