"""Bucket policies. They are kept and judged for form here; who may do what is asked elsewhere, with `S3.policy`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from localcloud.s3 import buckets
from localcloud.s3.buckets import Bucket
from localcloud.s3.faults import Fault
from localcloud.s3.request import Answer, Request

if TYPE_CHECKING:
    from localcloud.s3.service import S3

MOST = 20 * 1024
# Conditions that bind a policy to somebody: a statement with one is not public (page "The meaning of public").
BINDING = {
    "aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceip",
    "aws:principalorgid", "aws:principalarn", "aws:principalaccount", "aws:userid", "s3:dataaccesspointarn",
    "s3:dataaccesspointaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id",
}  # fmt: skip


def put_bucket_policy(s3: S3, request: Request) -> Answer:
    text = request.asked["Policy"]
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        statements = _statements(text, bucket)
        blocked = buckets.setting(change, bucket, "publicAccessBlock") or {}
        if blocked.get("BlockPublicPolicy") and any(map(_is_public, statements)):
            raise Fault("AccessDenied", "User is not authorized to perform: s3:PutBucketPolicy because public policies "
                        "are blocked by the BlockPublicPolicy block public access setting.")  # fmt: skip
        buckets.put_setting(change, bucket, "policy", text)
    return Answer(status=204)


def get_bucket_policy(s3: S3, request: Request) -> Answer:
    return Answer({"Policy": _policy(s3, request)})


def get_bucket_policy_status(s3: S3, request: Request) -> Answer:
    statements = json.loads(_policy(s3, request))["Statement"]
    public = any(map(_is_public, statements if isinstance(statements, list) else [statements]))
    return Answer({"PolicyStatus": {"IsPublic": public}})


def delete_bucket_policy(s3: S3, request: Request) -> Answer:
    with s3.store.change() as change:
        buckets.drop_setting(change, buckets.find(change, request.bucket), "policy")
    return Answer()


def _policy(s3: S3, request: Request) -> str:
    with s3.store.reading() as reading:
        bucket = buckets.find(reading, request.bucket)
        text: str | None = buckets.setting(reading, bucket, "policy")
    if text is None:
        raise Fault("NoSuchBucketPolicy", BucketName=bucket.name)
    return text


def _statements(text: str, bucket: Bucket) -> list[dict[str, Any]]:
    """The statements of a policy that S3 takes. Raises MalformedPolicy."""
    if len(text.encode()) > MOST:
        raise Fault("MalformedPolicy", f"Policy exceeds the maximum allowed size of {MOST} bytes")
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise Fault("MalformedPolicy")
    statements = document.get("Statement")
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise Fault("MalformedPolicy", "Missing required field Statement")
    for statement in statements:
        _check(statement, bucket)
    return statements


def _check(statement: Any, bucket: Bucket) -> None:
    if not isinstance(statement, dict):
        raise Fault("MalformedPolicy", "Invalid policy syntax.")
    for names in (("Effect",), ("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")):
        if not any(name in statement for name in names):
            raise Fault("MalformedPolicy", f"Missing required field {names[0]}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise Fault("MalformedPolicy", f"Invalid effect : {statement['Effect']}")
    for action in _listed(statement.get("Action", [])):
        if action != "*" and not str(action).lower().startswith("s3:"):
            raise Fault("MalformedPolicy", "Policy has invalid action")
    for resource in _listed(statement.get("Resource", [])):
        if str(resource) != bucket.arn and not str(resource).startswith((f"{bucket.arn}/", f"{bucket.arn}*")):
            raise Fault("MalformedPolicy", "Policy has invalid resource")


def _is_public(statement: Mapping[str, Any]) -> bool:
    if statement.get("Effect") != "Allow":
        return False
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, Mapping) and "*" in _listed(principal.get("AWS", [])))
    keys = {key.lower() for test in statement.get("Condition", {}).values() for key in test}
    return everybody and not keys & BINDING


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
