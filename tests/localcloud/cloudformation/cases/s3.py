"""AWS::S3: buckets and their policies."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cases.policies import ALLOW, LESS
from tests.localcloud.cloudformation.cloud import Cloud

BUCKET: Resource = {"Type": "AWS::S3::Bucket"}


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
        {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": ALLOW},
        bucket_policy,
        "s3:GetObject",
        {"PolicyDocument": LESS},
        "s3:ListBucket",
        beside={"Bucket": BUCKET},
    ),
]
