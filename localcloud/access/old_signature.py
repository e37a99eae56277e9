"""Addresses of S3 signed by Signature Version 2, which boto3 still makes unless told otherwise. botocore verifies."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from localcloud.access.refusals import INCOMPLETE, TOO_LATE, WRONG_SIGNATURE, Refused


@dataclass(frozen=True)
class OldSigned:
    access_key: str
    signature: str
    expires: str
    token: str | None


def read(environ: Mapping[str, Any]) -> OldSigned | None:
    """How an address is signed; None for one that isn't so."""
    said = dict(parse_qsl(str(environ.get("QUERY_STRING", ""))))
    if "AWSAccessKeyId" not in said:
        return None
    if "Signature" not in said or not said.get("Expires", "").isdigit():
        raise Refused(INCOMPLETE, "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
                      "parameters")  # fmt: skip
    return OldSigned(said["AWSAccessKeyId"], said["Signature"], said["Expires"], said.get("x-amz-security-token"))


def verify(signed: OldSigned, secret: str, environ: Mapping[str, Any], now: float) -> None:
    """Raise Refused for a wrong signature or one whose time is over."""
    from botocore.auth import HmacV1Auth
    from botocore.compat import HTTPHeaders
    from botocore.credentials import Credentials

    if int(signed.expires) < now:
        raise Refused(TOO_LATE)

    class Signer(HmacV1Auth):
        def _get_date(self) -> str:
            return signed.expires  # stands where a header's date would

    signer = Signer(Credentials(signed.access_key, secret))
    url = urlsplit(str(environ.get("RAW_URI") or environ["REQUEST_URI"]))
    headers: Any = HTTPHeaders.from_dict(_headers(environ))
    text = signer.canonical_string(str(environ["REQUEST_METHOD"]), url, headers)
    if not hmac.compare_digest(signer.sign_string(text), signed.signature):
        raise Refused(WRONG_SIGNATURE)


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Those that are signed: they may stand in the query instead."""
    said = {name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items()
            if name.startswith(("HTTP_X_AMZ_", "HTTP_CONTENT_MD5"))}  # fmt: skip
    if environ.get("CONTENT_TYPE"):
        said["content-type"] = str(environ["CONTENT_TYPE"])
    query = parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
    named = {name.lower(): value for name, value in query if name.lower().startswith(("x-amz-", "content-"))}
    return said | named
