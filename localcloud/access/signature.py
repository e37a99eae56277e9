"""Signature Version 4, verified (IAM User Guide, "AWS Signature Version 4 for API requests").

botocore's SigV4Auth makes the same canonical form, but of a client's request object: to build one for each call costs
ten times what is here. The tests compare the two on requests of every kind.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from posixpath import normpath
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from localcloud.access.refusals import (
    INCOMPLETE,
    OLD_SIGNATURE,
    SKEWED,
    TOO_LATE,
    UNSIGNED_HEADERS,
    WRONG_SIGNATURE,
    Refused,
)

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW, S3_SKEW = 300, 900  # seconds that a signer's clock may differ from ours
LONGEST_PRESIGNED = 604_800  # seconds: a week
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
NEEDED_IN_QUERY = (
    "Query-string authentication requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
    "X-Amz-SignedHeaders, and X-Amz-Expires parameters."
)
OF_ITS_OWN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}  # headers WSGI names otherwise


@dataclass(frozen=True)
class Signed:
    """What a request says of its signature."""

    access_key: str
    scope: str  # date/region/service/aws4_request
    headers: str  # names, as they were signed: "host;x-amz-date"
    signature: str
    at: str  # as 20150830T123600Z
    token: str | None
    presigned: bool
    query: str  # what was signed of the query
    expires: int = 0  # seconds that a presigned request holds

    @property
    def region(self) -> str:
        return self.scope.split("/")[1]

    @property
    def service(self) -> str:
        return self.scope.split("/")[2]


def read(environ: Mapping[str, Any]) -> Signed | None:
    """How a request is signed; None for one that is not. Raises Refused."""
    authorization, query = environ.get("HTTP_AUTHORIZATION"), environ.get("QUERY_STRING", "")
    if authorization is not None:
        return _in_header(authorization, query, environ)
    if "X-Amz-Algorithm=" in query or "X-Amz-Credential=" in query:
        return _in_query(query)
    return None


def _in_header(authorization: str, query: str, environ: Mapping[str, Any]) -> Signed:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise Refused(OLD_SIGNATURE, f"Unsupported AWS 'algorithm': '{algorithm}'")
    said = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    try:
        credential, headers, signature = said["Credential"], said["SignedHeaders"], said["Signature"]
    except KeyError as missing:
        raise Refused(INCOMPLETE, f"Authorization header requires {missing} parameter.") from None
    key, _, scope = credential.partition("/")
    at = environ.get("HTTP_X_AMZ_DATE") or ""
    _check_scope(scope, at)
    return Signed(key, scope, headers, signature, at, environ.get("HTTP_X_AMZ_SECURITY_TOKEN"), False, query)


def _in_query(query: str) -> Signed:
    said = dict(parse_qsl(query, keep_blank_values=True))
    try:
        key, _, scope = said["X-Amz-Credential"].partition("/")
        headers, signature, at = said["X-Amz-SignedHeaders"], said["X-Amz-Signature"], said["X-Amz-Date"]
        expires = int(said.get("X-Amz-Expires", "0"))
    except (KeyError, ValueError):
        raise Refused(INCOMPLETE, NEEDED_IN_QUERY) from None
    if said.get("X-Amz-Algorithm") != ALGORITHM:
        raise Refused(OLD_SIGNATURE, "X-Amz-Algorithm only supports AWS4-HMAC-SHA256")
    if not 0 <= expires <= LONGEST_PRESIGNED:
        raise Refused(INCOMPLETE, "X-Amz-Expires must be less than a week (in seconds)")
    _check_scope(scope, at)
    signed = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
    return Signed(key, scope, headers, signature, at, said.get("X-Amz-Security-Token"), True, signed, expires)


def _check_scope(scope: str, at: str) -> None:
    parts = scope.split("/")
    if len(parts) != 4 or parts[3] != "aws4_request":
        raise Refused(INCOMPLETE, "Credential must have exactly 5 slash-delimited elements, e.g. "
                      "keyid/date/region/service/term")  # fmt: skip
    if len(at) != 16:
        raise Refused(
            INCOMPLETE, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        )
    if parts[0] != at[:8]:
        raise Refused(WRONG_SIGNATURE)


def check_time(signed: Signed, now: float) -> None:
    """Raise Refused for a request of another time than ours."""
    at = _moment(signed.at)
    skew = S3_SKEW if signed.service == "s3" else SKEW
    if at - now > skew:
        said = f"Signature not yet current: {signed.at} is still later than {_text(now + skew)}"
        raise Refused(SKEWED, f"{said} ({_text(now)} + {skew // 60} min.)")
    if signed.presigned and signed.expires:
        if now > at + signed.expires:
            raise Refused(TOO_LATE, f"Signature expired: {_text(at + signed.expires)} is now earlier than {_text(now)}")
    elif now - at > skew:
        said = f"Signature expired: {signed.at} is now earlier than {_text(now - skew)}"
        raise Refused(SKEWED, f"{said} ({_text(now)} - {skew // 60} min.)")


def verify(signed: Signed, secret: str, environ: Mapping[str, Any], payload: str, as_s3: bool) -> None:
    """Raise Refused unless the request was signed with that secret.

    `payload` is its body's hash, or what S3 has in its place; `as_s3`: its path was signed as it was sent.
    """
    names = signed.headers.split(";")
    if "host" not in names:
        raise Refused(UNSIGNED_HEADERS, "'Host' must be a 'SignedHeader' in the AWS Authorization.")
    if not signed.presigned:
        _check_all_signed(names, environ)
    headers = "".join(f"{name}:{_header(name, environ)}\n" for name in names)
    tail = f"{headers}\n{signed.headers}\n{payload}"
    key = signing_key(secret, *signed.scope.split("/")[:3])
    begin = f"{ALGORITHM}\n{signed.at}\n{signed.scope}\n"
    for path in _paths(environ, as_s3):
        for query in _queries(signed.query):
            canonical = f"{environ['REQUEST_METHOD']}\n{path}\n{query}\n{tail}"
            digest = hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest()
            if hmac.compare_digest(hmac.digest(key, (begin + digest).encode(), "sha256").hex(), signed.signature):
                return
    raise Refused(WRONG_SIGNATURE)


def _check_all_signed(names: list[str], environ: Mapping[str, Any]) -> None:
    for header in environ:
        if header.startswith("HTTP_X_AMZ_") and header[5:].replace("_", "-").lower() not in names:
            raise Refused(UNSIGNED_HEADERS)


def _header(name: str, environ: Mapping[str, Any]) -> str:
    key = OF_ITS_OWN.get(name) or "HTTP_" + name.upper().replace("-", "_")
    value = str(environ.get(key, "")).strip()
    return " ".join(value.split()) if "  " in value or "\t" in value else value


def _paths(environ: Mapping[str, Any], as_s3: bool) -> list[str]:
    """Canonical forms that signers give a path: S3's as it is sent, all others' cleaned and encoded once more."""
    raw = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or quote(environ["PATH_INFO"], encoding="latin-1"))
    raw = raw.partition("?")[0]
    if not raw.startswith("/"):
        raw = "/" + raw.partition("://")[2].partition("/")[2]
    if as_s3:
        encoded = quote(unquote_to_bytes(raw.encode("latin-1")), safe="/-_.~")
        return [raw, encoded] if encoded != raw else [raw]
    if raw == "/":
        return ["/"]
    clean = "/" + normpath(raw).lstrip("/")
    return [quote(clean + "/" if raw.endswith("/") and clean != "/" else clean, safe="/-_.~", encoding="latin-1")]


def _queries(query: str) -> list[str]:
    if not query:
        return [""]
    pairs = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    as_sent = "&".join(f"{name}={value}" for name, value in pairs)
    decoded = [(unquote_to_bytes(name.replace("+", " ")), unquote_to_bytes(value.replace("+", " ")))
               for name, value in pairs]  # fmt: skip
    encoded = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in decoded)
    anew = "&".join(f"{name}={value}" for name, value in encoded)
    return [as_sent, anew] if anew != as_sent else [as_sent]


@lru_cache(1024)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of a day, region and service, which is derived from the secret."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@lru_cache(64)  # many calls are signed in the same second
def _moment(text: str) -> float:
    try:
        return timegm(time.strptime(text, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Refused(INCOMPLETE, f"Date must be in ISO-8601 'basic format'. Got '{text}'.") from None


def _text(moment: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
