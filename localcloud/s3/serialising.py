"""Writes answers as botocore's shapes describe them: headers, and a body of XML."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from localcloud.s3.model import members, output_shape

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

# The outermost element, where the action's name does not say it.
ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetObjectAcl": "AccessControlPolicy",
    "GetObjectAttributes": "GetObjectAttributesResponse",
    "GetObjectTagging": "Tagging",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}


def headers(action: str, answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What of an answer goes into headers."""
    shape = output_shape(action)
    found: list[tuple[str, str]] = []
    for name, value in answer.items() if shape is not None else ():
        place = members(shape)[name].serialization
        if place.get("location") == "headers":
            found += [(place["name"] + key, text) for key, text in value.items()]
        elif place.get("location") == "header":
            found.append((place["name"], _header(value)))
    return found


def body(action: str, answer: Mapping[str, Any]) -> bytes | None:
    """What of an answer is its body, in the order in which `answer` has it; None for an empty one."""
    shape = output_shape(action)
    if shape is None:
        return None
    if name := shape.serialization.get("payload"):
        member = members(shape)[name]
        if member.type_name != "structure":
            return str(answer[name]).encode() if name in answer else None
        return document(_element_of(name, member), member, answer[name]) if name in answer else None
    inside = {name: value for name, value in answer.items() if "location" not in members(shape)[name].serialization}
    return document(ROOTS[action], shape, inside) if action in ROOTS else None


def document(root: str, shape: Any, value: Mapping[str, Any]) -> bytes:
    return f'{HEAD}<{root} xmlns="{NAMESPACE}">{_inside(shape, value)}</{root}>'.encode()


def fault(code: str, message: str, more: Mapping[str, str]) -> bytes:
    """S3's error document; it has no namespace."""
    inside = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in more.items())
    return f"{HEAD}<Error><Code>{code}</Code><Message>{_text(message)}</Message>{inside}</Error>".encode()


def stamp(value: datetime) -> str:
    """A time in XML: to the millisecond."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"


def _inside(shape: Any, value: Mapping[str, Any]) -> str:
    return "".join(_member(name, members(shape)[name], item) for name, item in value.items() if item is not None)


def _member(name: str, shape: Any, value: Any) -> str:
    place = shape.serialization
    element = _element_of(name, shape)
    if place.get("xmlAttribute"):
        return ""
    if shape.type_name == "list":
        if place.get("flattened"):
            return "".join(_element(element, shape.member, item) for item in value)
        inner = shape.member.serialization.get("name", "member")
        return f"<{element}>{''.join(_element(inner, shape.member, item) for item in value)}</{element}>"
    return _element(element, shape, value)


def _element(name: str, shape: Any, value: Any) -> str:
    if shape.type_name == "structure":
        return f"<{name}{_attributes(shape, value)}>{_inside(shape, value)}</{name}>"
    return f"<{name}>{_text(_scalar(value))}</{name}>"


def _attributes(shape: Any, value: Mapping[str, Any]) -> str:
    """A structure's members that are attributes of its element: a grantee's type."""
    told = ""
    for name, item in value.items():
        if members(shape)[name].serialization.get("xmlAttribute"):
            space = shape.serialization["xmlNamespace"]
            told += f" xmlns:{space['prefix']}={quoteattr(space['uri'])}"
            told += f" {members(shape)[name].serialization['name']}={quoteattr(item)}"
    return told


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return stamp(value) if isinstance(value, datetime) else str(value)


def _header(value: Any) -> str:
    if isinstance(value, datetime):
        return format_datetime(value.astimezone(UTC), usegmt=True)
    return _scalar(value)


def _text(value: str) -> str:
    return escape(value, {"\r": "&#13;", "\n": "&#10;"})


def _element_of(name: str, shape: Any) -> str:
    return str(shape.serialization.get("name", name))
