"""Objects: put, got, looked at, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.s3 import buckets, checksums, conditions, events, uploads, versions
from localcloud.s3.faults import Fault, invalid
from localcloud.s3.holding import Held, Sending, hold
from localcloud.s3.lifecycle import expiration, rules_of
from localcloud.s3.request import Answer, Origin, Request
from localcloud.s3.store import Change
from localcloud.s3.versions import New, Piece, Version

if TYPE_CHECKING:
    from localcloud.s3.service import S3

ARCHIVED = {"GLACIER", "DEEP_ARCHIVE"}
OVERRIDES = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires")


def put_object(s3: S3, request: Request) -> Answer:
    asked = request.asked
    uploads.check_key(request.key)
    uploads.check_asked(asked)
    if (asked.get("ContentLength") or 0) > uploads.LARGEST_PUT:
        raise Fault("EntityTooLarge", ProposedSize=str(asked["ContentLength"]), MaxSizeAllowed=str(uploads.LARGEST_PUT))
    with s3.store.reading() as reading:  # refuse before the body has travelled
        bucket = buckets.find(reading, request.bucket)
        about = uploads.about(asked, reading, bucket)
        conditions.check_write(versions.current(reading, bucket, request.key), request.key, asked)
        rules = rules_of(reading, bucket)
    storage, tags = uploads.storage_class(asked), uploads.header_tags(asked)
    piece = s3.receive(request.body)
    algorithm = request.body.algorithm
    about = versions.with_checksum(about, piece.checksum, checksums.FULL)
    new = New(piece.file, piece.size, piece.etag, storage, algorithm, about, tags)
    version_id = store(s3, request, new, [piece], "ObjectCreated:Put")
    return Answer(
        {
            "ETag": f'"{piece.etag}"',
            checksums.member(algorithm): piece.checksum,
            "ChecksumType": checksums.FULL,
            **about.encryption,
            **expiration(rules, request.key, piece.size, tags, piece.modified),
            **version_member(version_id),
        }
    )


def store(s3: S3, request: Request, new: New, pieces: list[Piece], event: str) -> str:
    """Make an object of received pieces the latest of the request's key; its version id.

    Everything or nothing: pieces of an object that can't be stored are removed.
    """
    try:
        with s3.store.change() as change:
            bucket = buckets.find(change, request.bucket)
            if new.about.parts == 0:
                conditions.check_write(versions.current(change, bucket, request.key), request.key, request.asked)
            for piece in pieces:
                versions.add_piece(change, new.content, piece)
            version_id = versions.put(change, bucket, request.key, new)
            events.tell(change, bucket, event, request.origin, request.key, version_id, size=new.size, eTag=new.etag)
    except BaseException:
        s3.blobs.discard([piece.file for piece in pieces])
        raise
    return version_id


def get_object(s3: S3, request: Request) -> Answer:
    asked = request.asked
    uploads.check_asked(asked)
    held = hold(s3.store, s3.blobs, request.bucket, request.key, asked.get("VersionId"))
    try:
        if held.version.storage in ARCHIVED:
            raise Fault("InvalidObjectState", StorageClass=held.version.storage)
        answer, (start, length) = _describe(held, asked)
    except BaseException:
        held.release()
        raise
    answer.content = Sending(held, start, length)
    return answer


def head_object(s3: S3, request: Request) -> Answer:
    uploads.check_asked(request.asked)
    held = hold(s3.store, s3.blobs, request.bucket, request.key, request.asked.get("VersionId"))
    held.release()
    return _describe(held, request.asked)[0]


def _describe(held: Held, asked: dict[str, Any]) -> tuple[Answer, tuple[int, int]]:
    """The answer's headers, and which bytes are asked for (start, length)."""
    version = held.version
    conditions.check_read(version, asked)
    wanted = _part(held, asked) or conditions.byte_range(asked.get("Range"), version.size)
    start, length = wanted or (0, version.size)
    members = describe(version)
    members["ContentLength"] = length
    if version.latest:
        made = version.modified.timestamp()
        members |= expiration(held.rules, version.key, version.size, version.tags, made)
    if asked.get("ChecksumMode") == "ENABLED" and wanted is None and version.about.checksum:
        members[checksums.member(version.algorithm)] = version.about.checksum
        members["ChecksumType"] = version.about.checksum_type
    if asked.get("PartNumber") is not None and version.about.parts:
        members["PartsCount"] = version.about.parts
    for name in OVERRIDES:
        if asked.get(f"Response{name}") is not None:
            members[name] = asked[f"Response{name}"]
    if wanted is None:
        return Answer(members), (start, length)
    members["ContentRange"] = f"bytes {start}-{start + length - 1}/{version.size}"
    return Answer(members, status=206), (start, length)


def describe(version: Version) -> dict[str, Any]:
    """What headers tell of an object, by botocore's names."""
    about = version.about
    return {
        "AcceptRanges": "bytes",
        "LastModified": version.modified,
        "ETag": version.quoted_etag,
        **about.headers,
        **about.encryption,
        "Metadata": about.metadata,
        **({"StorageClass": version.storage} if version.storage != "STANDARD" else {}),
        **({"TagCount": len(version.tags)} if version.tags else {}),
        **version_member(version.id),
    }


def _part(held: Held, asked: dict[str, Any]) -> tuple[int, int] | None:
    """Where a part stands in its object, if one is asked for."""
    number = asked.get("PartNumber")
    if number is None:
        return None
    if asked.get("Range"):
        raise Fault("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    if not 1 <= number <= 10_000:
        raise invalid("partNumber", number, "Part number must be an integer between 1 and 10000, inclusive")
    if number > len(held.pieces):
        raise Fault("InvalidPartNumber", PartNumberRequested=str(number), ActualPartCount=str(len(held.pieces)))
    return sum(piece.size for piece in held.pieces[: number - 1]), held.pieces[number - 1].size


def delete_object(s3: S3, request: Request) -> Answer:
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        found = delete_one(change, bucket, request.origin, request.key, request.asked.get("VersionId"), request.asked)
    return Answer(found)


def delete_one(
    change: Change, bucket: buckets.Bucket, origin: Origin, key: str, version_id: str | None, asked: dict[str, Any]
) -> dict[str, Any]:
    """Delete an object or one version of it; what to tell of it: DeleteMarker, VersionId."""
    current = versions.current(change, bucket, key)
    conditions.check_delete(current, asked)
    if version_id is not None:
        version = versions.one(change, bucket, key, version_id)
        if version is None:
            return {"VersionId": version_id}
        versions.remove(change, bucket, version)
        events.tell(change, bucket, "ObjectRemoved:Delete", origin, key, version_id)
        return {"VersionId": version_id, **({"DeleteMarker": True} if version.marker else {})}
    if buckets.versioning(change, bucket) is None:
        if current is not None:
            versions.remove(change, bucket, current)
            events.tell(change, bucket, "ObjectRemoved:Delete", origin, key, versions.NULL)
        return {}
    marker = versions.put(change, bucket, key, None)
    events.tell(change, bucket, "ObjectRemoved:DeleteMarkerCreated", origin, key, marker)
    return {"DeleteMarker": True, "VersionId": marker}


def delete_objects(s3: S3, request: Request) -> Answer:
    wanted = request.asked["Delete"]
    if not 1 <= len(wanted["Objects"]) <= 1000:
        raise Fault("MalformedXML")
    deleted: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        for each in wanted["Objects"]:
            told = {name: each[name] for name in ("Key", "VersionId") if name in each}
            try:
                _check_right(request, each)
                found = delete_one(change, bucket, request.origin, each["Key"], each.get("VersionId"), each)
            except Fault as fault:
                errors.append({**told, "Code": fault.code, "Message": fault.message})
                continue
            if found.get("DeleteMarker"):
                told |= {"DeleteMarker": True, "DeleteMarkerVersionId": found["VersionId"]}
            deleted.append(told)
    return Answer({"Deleted": [] if wanted.get("Quiet") else deleted, "Errors": errors})


def _check_right(request: Request, wanted: dict[str, Any]) -> None:
    action = "s3:DeleteObjectVersion" if "VersionId" in wanted else "s3:DeleteObject"
    why = request.why_not(action, f"arn:aws:s3:::{request.bucket}/{wanted['Key']}")
    if why is not None:
        raise Fault("AccessDenied", why)


def version_member(version_id: str) -> dict[str, Any]:
    """VersionId, where there is one to tell."""
    return {} if version_id == versions.NULL else {"VersionId": version_id}
