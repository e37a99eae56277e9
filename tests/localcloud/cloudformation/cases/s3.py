"""AWS::S3: buckets and their policies."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

BUCKET: Resource = {"Type": "AWS::S3::Bucket"}


def allow(action: str, resource: str) -> dict[str, Any]:
    principal = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": {"Fn::Sub": resource}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def bucket(cloud: Cloud, it: str) -> Any:
    return cloud.client("s3").get_bucket_versioning(Bucket=it).get("Status")


def bucket_policy(cloud: Cloud, it: str) -> Any:
    return json.loads(cloud.client("s3").get_bucket_policy(Bucket=it)["Policy"])["Statement"][0]["Action"]


CASES = [
    Case(
        "AWS::S3::Bucket",
        {},
        bucket,
        None,
        {"VersioningConfiguration": {"Status": "Enabled"}},
        "Enabled",
        {"BucketName": "named-by-hand"},
    ),
    Case(
        "AWS::S3::BucketPolicy",
        {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": allow("s3:GetObject", "${Bucket.Arn}/*")},
        bucket_policy,
        "s3:GetObject",
        {"PolicyDocument": allow("s3:ListBucket", "${Bucket.Arn}")},
        "s3:ListBucket",
        beside={"Bucket": BUCKET},
    ),
]
