"""The lists of a bucket: objects (both ways S3 has), versions, uploads under way."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from localcloud.s3 import buckets, listing
from localcloud.s3.faults import invalid
from localcloud.s3.listing import History, Objects, Page, Position, Source, Uploads
from localcloud.s3.request import OWNER, Answer, Request

if TYPE_CHECKING:
    from localcloud.s3.service import S3

ENCODED = {"Key", "Prefix", "Delimiter", "Marker", "NextMarker", "StartAfter", "KeyMarker", "NextKeyMarker"}


def list_objects(s3: S3, request: Request) -> Answer:
    asked, most = request.asked, listing.limit(request.asked.get("MaxKeys"), "max-keys")
    marker, delimiter = asked.get("Marker") or "", asked.get("Delimiter") or ""
    with s3.store.reading() as reading:
        source = Objects(reading, buckets.find(reading, request.bucket))
        page = _page(source, asked, _past(source, marker, asked), most)
    told: dict[str, Any] = {**_head(request, most), "Marker": marker, "IsTruncated": page.last is not None}
    if page.last is not None and delimiter:
        told["NextMarker"] = _key(page.last)
    told["Contents"] = [{**_object(row), "Owner": OWNER} for row in page.rows]
    return _answer(told, page, asked)


def list_objects_v2(s3: S3, request: Request) -> Answer:
    asked, most = request.asked, listing.limit(request.asked.get("MaxKeys"), "max-keys")
    token, start = asked.get("ContinuationToken"), asked.get("StartAfter") or ""
    with s3.store.reading() as reading:
        source = Objects(reading, buckets.find(reading, request.bucket))
        begin = (start + "\0", 0) if start else source.at("")
        page = _page(source, asked, begin if token is None else _past(source, _read_token(token), asked), most)
    told: dict[str, Any] = {**_head(request, most), "IsTruncated": page.last is not None}
    told["KeyCount"] = len(page.rows) + len(page.prefixes)
    if token is not None:
        told["ContinuationToken"] = token
    if start:
        told["StartAfter"] = start
    if page.last is not None:
        told["NextContinuationToken"] = _token(_key(page.last))
    owner = {"Owner": OWNER} if asked.get("FetchOwner") else {}
    told["Contents"] = [{**_object(row), **owner} for row in page.rows]
    return _answer(told, page, asked)


def list_versions(s3: S3, request: Request) -> Answer:
    asked, most = request.asked, listing.limit(request.asked.get("MaxKeys"), "max-keys")
    marker, version_marker = asked.get("KeyMarker") or "", asked.get("VersionIdMarker")
    if version_marker and not marker:
        raise invalid(
            "version-id-marker", version_marker, "A version-id marker cannot be specified without a key marker."
        )
    with s3.store.reading() as reading:
        bucket = buckets.find(reading, request.bucket)
        source = History(reading, bucket)
        begin = _past(source, marker, asked)
        if version_marker:
            statement = "SELECT number FROM versions WHERE bucket = ? AND key = ? AND version = ?"
            row = reading.row(statement, bucket.id, marker, version_marker)
            begin = (marker, row["number"] if row else 0)
        page = _page(source, asked, begin, most)
    told: dict[str, Any] = {**_head(request, most), "KeyMarker": marker, "VersionIdMarker": version_marker or ""}
    told["IsTruncated"] = page.last is not None
    if page.last is not None:
        told["NextKeyMarker"] = _key(page.last)
        if not isinstance(page.last, str):
            told["NextVersionIdMarker"] = page.last["version"]
    told["Versions"] = [_version(row) for row in page.rows if not row["marker"]]
    told["DeleteMarkers"] = [_delete_marker(row) for row in page.rows if row["marker"]]
    return _answer(told, page, asked)


def list_uploads(s3: S3, request: Request) -> Answer:
    asked, most = request.asked, listing.limit(request.asked.get("MaxUploads"), "max-uploads")
    marker, id_marker = asked.get("KeyMarker") or "", asked.get("UploadIdMarker")
    with s3.store.reading() as reading:
        bucket = buckets.find(reading, request.bucket)
        source = Uploads(reading, bucket)
        begin = _past(source, marker, asked)
        if marker and id_marker:
            row = reading.row("SELECT number FROM uploads WHERE id = ? AND key = ?", id_marker, marker)
            begin = (marker, row["number"]) if row else begin
        page = _page(source, asked, begin, most)
    told: dict[str, Any] = {"Bucket": bucket.name, "KeyMarker": marker, "UploadIdMarker": id_marker or ""}
    told |= {"Prefix": asked.get("Prefix") or "", "Delimiter": asked.get("Delimiter"), "MaxUploads": most}
    told["IsTruncated"] = page.last is not None
    if page.last is not None:
        told["NextKeyMarker"] = _key(page.last)
        told["NextUploadIdMarker"] = "" if isinstance(page.last, str) else page.last["id"]
    told["Uploads"] = [
        {"Key": row["key"], "UploadId": row["id"], "Initiator": OWNER, "Owner": OWNER, "StorageClass": "STANDARD",
         "Initiated": _moment(row["started"])}
        for row in page.rows
    ]  # fmt: skip
    return _answer(told, page, asked)


def _page(source: Source, asked: Mapping[str, Any], begin: Position, most: int) -> Page:
    return listing.page(source, asked.get("Prefix") or "", asked.get("Delimiter") or "", begin, most)


def _past(source: Source, marker: str, asked: Mapping[str, Any]) -> Position:
    """After a key; after all that a prefix stands for, if the marker is one that a page ended with."""
    prefix, delimiter = asked.get("Prefix") or "", asked.get("Delimiter") or ""
    if not marker:
        return source.at("")
    rolled = delimiter and marker.startswith(prefix) and marker.endswith(delimiter)
    if rolled and marker.find(delimiter, len(prefix)) == len(marker) - len(delimiter):
        after = listing.successor(marker)
        return source.at(after if after is not None else marker + "\U0010ffff")
    return source.at(marker + "\0")


def _head(request: Request, most: int) -> dict[str, Any]:
    asked = request.asked
    told = {"Name": request.bucket, "Prefix": asked.get("Prefix") or "", "MaxKeys": most}
    return {**told, **({"Delimiter": asked["Delimiter"]} if asked.get("Delimiter") else {})}


def _object(row: Any) -> dict[str, Any]:
    return {
        "Key": row["key"],
        "LastModified": _moment(row["modified"]),
        "ETag": f'"{row["etag"]}"',
        **({"ChecksumAlgorithm": [row["algorithm"]]} if row["algorithm"] else {}),
        "Size": row["size"],
        "StorageClass": row["storage"],
    }


def _version(row: Any) -> dict[str, Any]:
    return {**_object(row), "VersionId": row["version"], "IsLatest": bool(row["latest"]), "Owner": OWNER}


def _delete_marker(row: Any) -> dict[str, Any]:
    told = {"Key": row["key"], "VersionId": row["version"], "IsLatest": bool(row["latest"])}
    return {**told, "LastModified": _moment(row["modified"]), "Owner": OWNER}


def _answer(told: dict[str, Any], page: Page, asked: Mapping[str, Any]) -> Answer:
    told["CommonPrefixes"] = [{"Prefix": prefix} for prefix in page.prefixes]
    encoding = asked.get("EncodingType")
    if encoding is None:
        return Answer(told)
    if encoding != "url":
        raise invalid("encoding-type", encoding, "Invalid Encoding Method specified in Request")
    return Answer({"EncodingType": "url", **_url_encoded(told)})


def _url_encoded(value: dict[str, Any]) -> dict[str, Any]:
    return {name: _encoded_member(name, item) for name, item in value.items()}


def _encoded_member(name: str, item: Any) -> Any:
    if isinstance(item, list):
        return [_url_encoded(each) if isinstance(each, dict) else each for each in item]
    return quote(item, safe="/") if name in ENCODED and isinstance(item, str) else item


def _key(last: Any) -> str:
    return last if isinstance(last, str) else str(last["key"])


def _token(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def _read_token(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise invalid("continuation-token", token, "The continuation token provided is incorrect") from None


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
