"""Copies inside S3: of an object, or of a range of one as a part. Whole files are linked, not copied."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from localcloud.s3 import buckets, checksums, conditions, uploads, versions
from localcloud.s3.calls.multipart import check_number, find, keep_part
from localcloud.s3.calls.objects import ARCHIVED, store, version_member
from localcloud.s3.digesting import Digested
from localcloud.s3.faults import Fault, invalid, not_implemented
from localcloud.s3.holding import Held, holding
from localcloud.s3.request import Answer, Request
from localcloud.s3.versions import New, Piece

if TYPE_CHECKING:
    from localcloud.s3.service import S3

LARGEST_COPY = 5 * 1024**3


def source_of(asked: dict[str, Any]) -> tuple[str, str, str | None]:
    """Bucket, key and version id that x-amz-copy-source names."""
    text = asked["CopySource"]
    path, _, query = text.partition("?versionId=")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    if path.startswith("arn:"):
        raise not_implemented("copies from access points")
    if not bucket or not key:
        raise invalid("x-amz-copy-source", text, "Invalid copy source object key")
    return bucket, key, parse_qs(f"v={query}")["v"][0] if query else None


def copy_object(s3: S3, request: Request) -> Answer:
    asked = request.asked
    uploads.check_key(request.key)
    uploads.check_asked(asked)
    uploads.check_directives(request.action, asked)
    source = source_of(asked)
    with holding(s3.store, s3.blobs, *source) as held:
        _check_source(held, asked)
        if held.version.size > LARGEST_COPY:
            message = (
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120"
            )
            raise Fault("InvalidRequest", message)
        _check_changes(request, held, source)
        new, piece = _copied(s3, request, held)
        version_id = store(s3, request, new, [piece], "ObjectCreated:Copy")
        members: dict[str, Any] = {
            "CopyObjectResult": {
                "ETag": f'"{new.etag}"',
                "LastModified": datetime.now(UTC).replace(microsecond=0),
                "ChecksumType": new.about.checksum_type,
                checksums.member(new.algorithm): new.about.checksum,
            },
            **({"CopySourceVersionId": held.version.id} if held.version.id != versions.NULL else {}),
            **new.about.encryption,
            **version_member(version_id),
        }
    return Answer(members)


def _check_source(held: Held, asked: dict[str, Any]) -> None:
    conditions.check_read(held.version, asked, copying=True)
    if held.version.storage in ARCHIVED:
        raise Fault("InvalidObjectState", StorageClass=held.version.storage)


def _check_changes(request: Request, held: Held, source: tuple[str, str, str | None]) -> None:
    """S3 copies nothing onto itself unless something of it changes."""
    changes = (
        "MetadataDirective",
        "StorageClass",
        "ServerSideEncryption",
        "WebsiteRedirectLocation",
        "ChecksumAlgorithm",
    )
    asked = request.asked
    same = source[:2] == (request.bucket, request.key) and (source[2] is None or held.version.latest)
    if same and not any(asked.get(name) not in (None, "COPY") for name in changes):
        message = (
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
        raise Fault("InvalidRequest", message)


def _copied(s3: S3, request: Request, held: Held) -> tuple[New, Piece]:
    """What the copy will be, and its one file."""
    asked, version = request.asked, held.version
    with s3.store.reading() as reading:
        about = uploads.about(asked, reading, buckets.find(reading, request.bucket))
    if asked.get("MetadataDirective") != "REPLACE":
        about = replace(about, headers=version.about.headers, metadata=version.about.metadata)
    tags = uploads.header_tags(asked) if asked.get("TaggingDirective") == "REPLACE" else version.tags
    algorithm = asked.get("ChecksumAlgorithm") or version.algorithm
    plain = len(held.pieces) == 1 and version.about.parts == 0 and algorithm == version.algorithm
    piece = _linked(s3, held) if plain else _rewritten(s3, held, algorithm, 0, version.size, 1)
    about = versions.with_checksum(about, piece.checksum, checksums.FULL)
    return New(piece.file, piece.size, piece.etag, uploads.storage_class(asked), algorithm, about, tags), piece


def _linked(s3: S3, held: Held) -> Piece:
    return replace(held.pieces[0], file=s3.blobs.copy(held.pieces[0].file), modified=time.time())


def _rewritten(s3: S3, held: Held, algorithm: str, start: int, length: int, number: int) -> Piece:
    """A part of an object in a file of its own, its digests computed anew."""
    blocks = Digested(held.content(start, length), algorithm)
    file = s3.blobs.write(blocks)
    return Piece(number, file, blocks.size, blocks.etag, blocks.checksum, time.time())


def upload_part_copy(s3: S3, request: Request) -> Answer:
    asked, number = request.asked, check_number(request)
    uploads.check_asked(asked)
    with s3.store.reading() as reading:
        upload = find(reading, request)
    with holding(s3.store, s3.blobs, *source_of(asked)) as held:
        _check_source(held, asked)
        wanted = conditions.byte_range(asked.get("CopySourceRange"), held.version.size)
        if asked.get("CopySourceRange") and (
            wanted is None or not _inside(asked["CopySourceRange"], held.version.size)
        ):
            message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
            raise invalid("x-amz-copy-source-range", asked["CopySourceRange"], message + "within the source object")
        start, length = wanted or (0, held.version.size)
        piece = _rewritten(s3, held, upload.algorithm, start, length, number)
        keep_part(s3, request, piece)
        told = {checksums.member(upload.algorithm): piece.checksum} if upload.asked_for else {}
        modified = datetime.fromtimestamp(int(piece.modified), UTC)
        members = {
            "CopyPartResult": {"ETag": f'"{piece.etag}"', "LastModified": modified, **told},
            **({"CopySourceVersionId": held.version.id} if held.version.id != versions.NULL else {}),
            **upload.about.encryption,
        }
    return Answer(members)


def _inside(header: str, size: int) -> bool:
    last = header.rpartition("-")[2]
    return last.isdigit() and int(last) < size
