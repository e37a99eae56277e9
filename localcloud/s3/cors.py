"""Requests of browsers from other sites (page "Using cross-origin resource sharing")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from localcloud.s3 import buckets
from localcloud.s3.calls.settings import cors_rule
from localcloud.s3.faults import Fault
from localcloud.s3.request import Request

if TYPE_CHECKING:
    from localcloud.s3.service import S3

Headers = list[tuple[str, str]]
NOT_ALLOWED = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, "
NOT_ALLOWED += "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted "
NOT_ALLOWED += "by the resource's CORS spec."


def preflight(s3: S3, request: Request) -> tuple[int, Headers, Iterable[bytes]]:
    """Answer OPTIONS: whether such a request may follow. Raises AccessForbidden."""
    origin = request.headers.get("origin")
    method = request.headers.get("access-control-request-method")
    if not origin or not method:
        raise Fault("BadRequest", "Insufficient information. Origin request header needed.")
    asked = [
        name.strip() for name in request.headers.get("access-control-request-headers", "").split(",") if name.strip()
    ]
    with s3.store.reading() as reading:
        document = buckets.setting(reading, buckets.find(reading, request.bucket), "cors")
    if document is None:
        raise Fault("AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", Method=method)
    rule = cors_rule(document["CORSRules"], origin, method, asked)
    if rule is None:
        raise Fault("AccessForbidden", NOT_ALLOWED, Method=method, ResourceType="OBJECT")
    told = _told(rule, origin)
    if asked:
        told.append(("Access-Control-Allow-Headers", ", ".join(name.lower() for name in asked)))
    return 200, [*told, ("Content-Length", "0")], [b""]


def headers(s3: S3, request: Request) -> Headers:
    """What an answer tells a browser, whatever else it says."""
    origin = request.headers.get("origin")
    if not origin or not request.bucket or request.address.method == "OPTIONS":
        return []
    try:
        with s3.store.reading() as reading:
            document = buckets.setting(reading, buckets.find(reading, request.bucket), "cors")
    except Fault:
        return []
    rule = cors_rule((document or {}).get("CORSRules", []), origin, request.address.method, [])
    return _told(rule, origin) if rule is not None else []


def _told(rule: dict[str, Any], origin: str) -> Headers:
    anybody = "*" in rule["AllowedOrigins"]
    told = [
        ("Access-Control-Allow-Origin", "*" if anybody else origin),
        ("Access-Control-Allow-Methods", ", ".join(rule["AllowedMethods"])),
        ("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ]
    if not anybody:
        told.append(("Access-Control-Allow-Credentials", "true"))
    if rule.get("ExposeHeaders"):
        told.append(("Access-Control-Expose-Headers", ", ".join(rule["ExposeHeaders"])))
    if rule.get("MaxAgeSeconds") is not None:
        told.append(("Access-Control-Max-Age", str(rule["MaxAgeSeconds"])))
    return told
