"""What an object has beside its content: tags, access control list, attributes."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from localcloud.s3 import acl, buckets, checksums, conditions, events, versions
from localcloud.s3.calls.objects import version_member
from localcloud.s3.faults import Fault, invalid
from localcloud.s3.request import OWNER, Answer, Request
from localcloud.s3.tags import check_tags
from localcloud.s3.versions import Piece, Version

if TYPE_CHECKING:
    from localcloud.s3.service import S3

ATTRIBUTES = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}


def put_object_tagging(s3: S3, request: Request) -> Answer:
    return _retag(s3, request, check_tags(request.asked["Tagging"]["TagSet"], most=10), "ObjectTagging:Put")


def delete_object_tagging(s3: S3, request: Request) -> Answer:
    return _retag(s3, request, [], "ObjectTagging:Delete")


def _retag(s3: S3, request: Request, tags: list[dict[str, str]], event: str) -> Answer:
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        version = versions.find(change, bucket, request.key, request.asked.get("VersionId"))
        versions.retag(change, version, tags)
        events.tell(change, bucket, event, request.origin, request.key, version.id, eTag=version.etag)
    return Answer(version_member(version.id))


def get_object_tagging(s3: S3, request: Request) -> Answer:
    with s3.store.reading() as reading:
        bucket = buckets.find(reading, request.bucket)
        version = versions.find(reading, bucket, request.key, request.asked.get("VersionId"))
    return Answer({"TagSet": version.tags, **version_member(version.id)})


def get_bucket_acl(s3: S3, request: Request) -> Answer:
    with s3.store.reading() as reading:
        grants = buckets.setting(reading, buckets.find(reading, request.bucket), "acl")
    return Answer({"Owner": OWNER, "Grants": grants or acl.OWNERS})


def put_bucket_acl(s3: S3, request: Request) -> Answer:
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        acl.check_allowed(change, bucket, request.asked)
        buckets.put_setting(change, bucket, "acl", _grants(request))
    return Answer()


def get_object_acl(s3: S3, request: Request) -> Answer:
    with s3.store.reading() as reading:
        bucket = buckets.find(reading, request.bucket)
        version = versions.find(reading, bucket, request.key, request.asked.get("VersionId"))
    return Answer({"Owner": OWNER, "Grants": version.about.acl or acl.OWNERS})


def put_object_acl(s3: S3, request: Request) -> Answer:
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        version = versions.find(change, bucket, request.key, request.asked.get("VersionId"))
        acl.check_allowed(change, bucket, request.asked)
        about = replace(version.about, acl=_grants(request))
        change.run("UPDATE versions SET about = ? WHERE number = ?", json.dumps(vars(about)), version.number)
        events.tell(change, bucket, "ObjectAcl:Put", request.origin, request.key, version.id, eTag=version.etag)
    return Answer(version_member(version.id))


def _grants(request: Request) -> acl.Grants:
    grants = acl.grants_of(request.asked)
    if grants is None:
        raise Fault("MissingRequestBodyError")
    return grants


def get_object_attributes(s3: S3, request: Request) -> Answer:
    asked = request.asked
    wanted = {name.strip() for each in asked.get("ObjectAttributes") or [] for name in each.split(",")}
    if not wanted or wanted - ATTRIBUTES:
        raise invalid("x-amz-object-attributes", ",".join(sorted(wanted)), "Invalid attribute name specified.")
    with s3.store.reading() as reading:
        bucket = buckets.find(reading, request.bucket)
        version = versions.find(reading, bucket, request.key, asked.get("VersionId"))
        pieces = versions.pieces(reading, version.content)
    conditions.check_read(version, asked)
    told: dict[str, Any] = {
        "ETag": version.etag,
        "Checksum": {
            checksums.member(version.algorithm): version.about.checksum,
            "ChecksumType": version.about.checksum_type,
        },
        "ObjectParts": _parts(version, pieces, asked) if version.about.parts else None,
        "StorageClass": version.storage,
        "ObjectSize": version.size,
    }
    told = {name: value for name, value in told.items() if name in wanted}
    return Answer({**told, "LastModified": version.modified, **version_member(version.id)})


def _parts(version: Version, pieces: list[Piece], asked: dict[str, Any]) -> dict[str, Any]:
    most, marker = min(asked.get("MaxParts") or 1000, 1000), int(asked.get("PartNumberMarker") or 0)
    after = [piece for piece in pieces if piece.number > marker]
    shown = after[:most]
    told = [
        {"PartNumber": piece.number, "Size": piece.size, checksums.member(version.algorithm): piece.checksum}
        for piece in shown
    ]
    return {
        "TotalPartsCount": len(pieces),
        "PartNumberMarker": marker,
        "NextPartNumberMarker": shown[-1].number if shown else marker,
        "MaxParts": most,
        "IsTruncated": len(after) > len(shown),
        "Parts": told,
    }
