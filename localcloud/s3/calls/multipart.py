"""Uploads in parts (page "Uploading and copying objects using multipart upload").

A part is a file. To complete an upload is to name its files as the object's: no byte is copied, however large it is.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from localcloud.s3 import buckets, checksums, conditions, events, listing, uploads, versions
from localcloud.s3.calls.objects import version_member
from localcloud.s3.faults import Fault, invalid
from localcloud.s3.request import OWNER, Answer, Request
from localcloud.s3.store import Change, Reading
from localcloud.s3.versions import About, New, Piece

if TYPE_CHECKING:
    from localcloud.s3.service import S3

SMALLEST_PART = 5 * 1024**2
MOST_PARTS = 10_000
REMEMBERED = 86_400  # seconds for which a completed upload can be completed again, with the same answer


@dataclass(frozen=True)
class Upload:
    """An upload under way. `asked_for`: whether its checksums were asked for, or chosen by S3."""

    id: str
    key: str
    storage: str
    algorithm: str
    kind: str
    asked_for: bool
    about: About
    tags: list[dict[str, str]]


def create_upload(s3: S3, request: Request) -> Answer:
    asked = request.asked
    uploads.check_key(request.key)
    uploads.check_asked(asked)
    algorithm = asked.get("ChecksumAlgorithm")
    kind = checksums.kind_of(algorithm or checksums.DEFAULT, asked.get("ChecksumType"))
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        about = uploads.about(asked, change, bucket)
        upload = Upload(
            id=secrets.token_urlsafe(48),
            key=request.key,
            storage=uploads.storage_class(asked),
            algorithm=algorithm or checksums.DEFAULT,
            kind=kind,
            asked_for=algorithm is not None,
            about=about,
            tags=uploads.header_tags(asked),
        )
        document = json.dumps({**vars(upload), "about": vars(about)})
        statement = "INSERT INTO uploads (id, bucket, key, started, document) VALUES (?, ?, ?, ?, ?)"
        change.insert(statement, upload.id, bucket.id, upload.key, change.now, document)
    told = {"ChecksumAlgorithm": upload.algorithm, "ChecksumType": kind} if algorithm else {}
    return Answer({"Bucket": request.bucket, "Key": request.key, "UploadId": upload.id, **about.encryption, **told})


def find(reading: Reading, request: Request) -> Upload:
    """The upload that a request is about. Raises NoSuchUpload, NoSuchBucket."""
    bucket = buckets.find(reading, request.bucket)
    statement = "SELECT document FROM uploads WHERE id = ? AND bucket = ? AND key = ?"
    row = reading.row(statement, request.asked["UploadId"], bucket.id, request.key)
    if row is None:
        raise Fault("NoSuchUpload", UploadId=request.asked["UploadId"])
    document = json.loads(row["document"])
    return Upload(**{**document, "about": About(**document["about"])})


def upload_part(s3: S3, request: Request) -> Answer:
    number = check_number(request)
    uploads.check_asked(request.asked)
    with s3.store.reading() as reading:
        upload = find(reading, request)
    named = request.body.named
    if named and upload.asked_for and named != upload.algorithm:
        message = f"Checksum Type mismatch occurred, expected checksum Type: {upload.algorithm.lower()}, "
        raise Fault("InvalidRequest", message + f"actual checksum Type: {named.lower()}")
    request.body.algorithm = upload.algorithm
    piece = s3.receive(request.body, number)
    keep_part(s3, request, piece)
    return Answer(
        {"ETag": f'"{piece.etag}"', checksums.member(upload.algorithm): piece.checksum, **upload.about.encryption}
    )


def keep_part(s3: S3, request: Request, piece: Piece) -> None:
    """Add a received part to its upload; the file is removed where that fails."""
    try:
        with s3.store.change() as change:
            upload = find(change, request)
            versions.add_piece(change, upload.id, piece)
    except BaseException:
        s3.blobs.discard([piece.file])
        raise


def check_number(request: Request) -> int:
    number: int = request.asked["PartNumber"]
    if not 1 <= number <= MOST_PARTS:
        raise invalid("partNumber", number, "Part number must be an integer between 1 and 10000, inclusive")
    return number


def list_parts(s3: S3, request: Request) -> Answer:
    most, marker = listing.limit(request.asked.get("MaxParts"), "max-parts"), request.asked.get("PartNumberMarker") or 0
    marker = int(marker) if re.fullmatch(r"\d{1,9}", str(marker)) else 0
    with s3.store.reading() as reading:
        upload = find(reading, request)
        after = [piece for piece in versions.pieces(reading, upload.id) if piece.number > marker]
    shown = after[:most]
    told: dict[str, Any] = {"Bucket": request.bucket, "Key": request.key, "UploadId": upload.id}
    told |= {"Initiator": OWNER, "Owner": OWNER, "StorageClass": upload.storage, "PartNumberMarker": marker}
    told |= {"NextPartNumberMarker": shown[-1].number if shown else 0, "MaxParts": most}
    told |= {"IsTruncated": len(after) > len(shown)}
    if upload.asked_for:
        told |= {"ChecksumAlgorithm": upload.algorithm, "ChecksumType": upload.kind}
    told["Parts"] = [_part(piece, upload) for piece in shown]
    return Answer(told)


def _part(piece: Piece, upload: Upload) -> dict[str, Any]:
    told = {checksums.member(upload.algorithm): piece.checksum} if upload.asked_for else {}
    modified = datetime.fromtimestamp(int(piece.modified), UTC)
    return {"PartNumber": piece.number, "LastModified": modified, "ETag": f'"{piece.etag}"', "Size": piece.size, **told}


def abort_upload(s3: S3, request: Request) -> Answer:
    with s3.store.change() as change:
        upload = find(change, request)
        versions.drop_pieces(change, upload.id)
        change.run("DELETE FROM uploads WHERE id = ?", upload.id)
    return Answer()


def complete_upload(s3: S3, request: Request) -> Answer:
    listed = (request.asked.get("MultipartUpload") or {}).get("Parts") or []
    with s3.store.change() as change:
        if before := _completed_before(change, request):
            return Answer(before)
        upload = find(change, request)
        bucket = buckets.find(change, request.bucket)
        conditions.check_write(versions.current(change, bucket, request.key), request.key, request.asked)
        pieces = _chosen(change, upload, listed)
        new = _whole(upload, pieces, request)
        for piece in set(versions.pieces(change, upload.id)) - set(pieces):
            versions.drop_pieces(change, upload.id, "AND number = ?", piece.number)
        version_id = versions.put(change, bucket, request.key, new)
        change.run("DELETE FROM uploads WHERE id = ?", upload.id)
        event = "ObjectCreated:CompleteMultipartUpload"
        events.tell(change, bucket, event, request.origin, request.key, version_id, size=new.size, eTag=new.etag)
        told = {
            "Location": f"{request.host}/{request.bucket}/{request.key}",
            "Bucket": request.bucket,
            "Key": request.key,
            "ETag": f'"{new.etag}"',
            checksums.member(new.algorithm): new.about.checksum,
            "ChecksumType": new.about.checksum_type,
            **upload.about.encryption,
            **version_member(version_id),
        }
        _remember(change, upload, bucket, told)
    return Answer(told)


def _chosen(reading: Reading, upload: Upload, listed: list[dict[str, Any]]) -> list[Piece]:
    """The parts that the caller lists. Raises InvalidPart, InvalidPartOrder, EntityTooSmall, MalformedXML."""
    if not listed or any("PartNumber" not in part or "ETag" not in part for part in listed):
        raise Fault("MalformedXML")
    numbers = [part["PartNumber"] for part in listed]
    if any(a >= b for a, b in itertools.pairwise(numbers)):
        raise Fault("InvalidPartOrder", UploadId=upload.id)
    there = {piece.number: piece for piece in versions.pieces(reading, upload.id)}
    chosen = []
    for part in listed:
        piece, etag = there.get(part["PartNumber"]), part["ETag"].strip('"')
        told = part.get(checksums.member(upload.algorithm))
        if piece is None or piece.etag != etag or (told is not None and told != piece.checksum):
            raise Fault("InvalidPart", UploadId=upload.id, PartNumber=str(part["PartNumber"]), ETag=etag)
        chosen.append(piece)
    for piece in chosen[:-1]:
        if piece.size < SMALLEST_PART:
            raise Fault("EntityTooSmall", ETag=piece.etag, MinSizeAllowed=str(SMALLEST_PART),
                        ProposedSize=str(piece.size), PartNumber=str(piece.number))  # fmt: skip
    return chosen


def _whole(upload: Upload, pieces: list[Piece], request: Request) -> New:
    """The object that the parts make."""
    md5 = hashlib.md5(b"".join(bytes.fromhex(piece.etag) for piece in pieces), usedforsecurity=False)
    size = sum(piece.size for piece in pieces)
    expected = request.asked.get("MpuObjectSize")
    if expected is not None and int(expected) != size:
        raise Fault(
            "InvalidRequest", "The provided 'x-amz-mp-object-size' header value does not match what was computed"
        )
    checksum = checksums.of_parts(upload.algorithm, upload.kind, [(piece.checksum, piece.size) for piece in pieces])
    told = request.asked.get(checksums.member(upload.algorithm))
    if told is not None and told.partition("-")[0] != checksum.partition("-")[0]:
        raise Fault("BadDigest", f"The {upload.algorithm} you specified did not match the calculated checksum.")
    about = versions.with_checksum(upload.about, checksum, upload.kind, len(pieces))
    etag = f"{md5.hexdigest()}-{len(pieces)}"
    return New(upload.id, size, etag, upload.storage, upload.algorithm, about, upload.tags)


def _completed_before(reading: Reading, request: Request) -> dict[str, Any] | None:
    """The answer that a caller who asks again has missed."""
    statement = (
        "SELECT answer FROM completed JOIN buckets ON buckets.id = bucket "
        "WHERE completed.id = ? AND name = ? AND key = ? AND at > ?"
    )
    since = time.time() - REMEMBERED
    row = reading.row(statement, request.asked["UploadId"], request.bucket, request.key, since)
    return None if row is None else dict(json.loads(row["answer"]))


def _remember(change: Change, upload: Upload, bucket: buckets.Bucket, told: dict[str, Any]) -> None:
    change.run("DELETE FROM completed WHERE at < ?", change.now - REMEMBERED)
    values = (upload.id, bucket.id, upload.key, change.now, json.dumps(told))
    change.run("INSERT INTO completed VALUES (?, ?, ?, ?, ?)", *values)
