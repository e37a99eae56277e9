"""Conditional requests (page "Conditional requests" and RFC 9110), and ranges."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from localcloud.s3.faults import Fault, not_implemented
from localcloud.s3.versions import Version


def check_read(version: Version, asked: Mapping[str, Any], *, copying: bool = False) -> None:
    """Raise PreconditionFailed or NotModified, as the headers If-… want it. `copying`: those of a copy's source."""
    start = "CopySource" if copying else ""
    match, none_match = asked.get(f"{start}IfMatch"), asked.get(f"{start}IfNoneMatch")
    since, unmodified = asked.get(f"{start}IfModifiedSince"), asked.get(f"{start}IfUnmodifiedSince")
    if match is not None:
        if not _names(match, version.etag):
            raise Fault("PreconditionFailed", Condition="If-Match")
    elif isinstance(unmodified, datetime) and version.modified > unmodified:
        raise Fault("PreconditionFailed", Condition="If-Unmodified-Since")
    if none_match is not None:
        if _names(none_match, version.etag):
            raise _not_modified(version, "If-None-Match", copying)
    elif isinstance(since, datetime) and version.modified <= since:
        raise _not_modified(version, "If-Modified-Since", copying)


def check_write(current: Version | None, key: str, asked: Mapping[str, Any]) -> None:
    """Raise PreconditionFailed or NoSuchKey where an upload is not to replace what is there."""
    there = current is not None and not current.marker
    if (none_match := asked.get("IfNoneMatch")) is not None:
        if none_match.strip() != "*":
            raise Fault("NotImplemented")
        if there:
            raise Fault("PreconditionFailed", Condition="If-None-Match")
    if (match := asked.get("IfMatch")) is not None:
        if current is None or not there:
            raise Fault("NoSuchKey", Key=key)
        if not _names(match, current.etag):
            raise Fault("PreconditionFailed", Condition="If-Match")


def check_delete(current: Version | None, asked: Mapping[str, Any]) -> None:
    """As for an upload; what is not there can be deleted again."""
    if asked.get("IfMatchLastModifiedTime") is not None or asked.get("IfMatchSize") is not None:
        raise not_implemented("deletes by time or size: S3 has them for directory buckets only")
    match = asked.get("IfMatch") or asked.get("ETag")
    if match and (current is None or current.marker or not _names(match, current.etag)):
        raise Fault("PreconditionFailed", Condition="If-Match")


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(first byte, length) that a Range header asks for; None for all. Raises InvalidRange.

    What is no single range of bytes is not obeyed: the answer is the whole object.
    """
    found = re.fullmatch(r"\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", header or "")
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size - 1
        unsatisfiable = int(last) == 0 or size == 0
    else:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
        if last and int(last) < int(first):
            return None
        unsatisfiable = start >= size
    if unsatisfiable:
        fault = Fault("InvalidRange", RangeRequested=str(header), ActualObjectSize=str(size))
        fault.headers = {"Content-Range": f"bytes */{size}"}
        raise fault
    return start, end - start + 1


def _names(header: str, etag: str) -> bool:
    named = [each.strip().removeprefix("W/").strip('"') for each in header.split(",")]
    return "*" in named or etag in named


def _not_modified(version: Version, condition: str, copying: bool) -> Fault:
    if copying:
        return Fault("PreconditionFailed", Condition=f"x-amz-copy-source-{condition}")
    fault = Fault("NotModified")
    fault.headers = {
        "ETag": version.quoted_etag,
        "Last-Modified": version.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    return fault
