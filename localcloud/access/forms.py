"""Browsers' forms to S3: the policy among their fields is what is signed (page "Browser-based uploads using POST")."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import Any

from localcloud.access.policy import Ask
from localcloud.access.refusals import INCOMPLETE, WRONG_SIGNATURE, Refused
from localcloud.access.requests.call import Call
from localcloud.access.requests.s3 import arn
from localcloud.access.signature import signing_key
from localcloud.s3.faults import Fault
from localcloud.s3.routing import address_of

SCOPE = 5  # parts of a credential: key, date, region, service, terminator


def is_form(environ: Mapping[str, Any]) -> bool:
    """Whether S3 will take the request for a form: just as S3 itself finds it."""
    try:
        address = address_of(environ)
    except Fault:
        return False
    form = str(environ.get("CONTENT_TYPE", "")).startswith("multipart/form-data")
    return address.method == "POST" and address.level == "bucket" and form and "delete" not in address.query


def credential(fields: Mapping[str, str]) -> tuple[str | None, str | None]:
    """A form's access key and session token; None for what it does not have."""
    token = fields.get("x-amz-security-token")
    if "x-amz-credential" in fields:
        return fields["x-amz-credential"].partition("/")[0], token
    return fields.get("awsaccesskeyid"), token


def verify(fields: Mapping[str, str], secret: str) -> None:
    """Raise Refused for a form whose policy was not signed with that secret."""
    policy = fields.get("policy", "")
    if "x-amz-credential" in fields:
        scope = fields["x-amz-credential"].split("/")
        if len(scope) != SCOPE:
            raise Refused(INCOMPLETE, "the Credential is mal-formed")
        wanted = hmac.digest(signing_key(secret, *scope[1:4]), policy.encode(), "sha256").hex()
        given = fields.get("x-amz-signature", "")
    else:
        wanted = base64.b64encode(hmac.digest(secret.encode(), policy.encode(), "sha1")).decode()
        given = fields.get("signature", "")
    if not policy or not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Refused(WRONG_SIGNATURE)


def asks(call: Call, keys: dict[str, tuple[str, ...]], fields: Mapping[str, str], key: str) -> list[Ask]:
    """What a form wants: to put one object, with tags and a list of grantees where it has them."""
    try:
        bucket = address_of(call.environ).bucket
    except Fault:
        return []
    rights = ["PutObject"]
    if "tagging" in fields:
        rights.append("PutObjectTagging")
    if "acl" in fields:
        rights.append("PutObjectAcl")
    keys = {**keys, "s3:authtype": ("POST",)}
    return [Ask(f"s3:{right}", arn(bucket, key), keys) for right in rights]
