"""Buckets: made and removed as on AWS, and what is set on them is what they tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.localcloud.s3.cloud import BUCKET, Cloud, client, refusal

RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 30}}
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}


def test_a_bucket_from_its_making_to_its_end(s3: Any) -> None:
    s3.create_bucket(Bucket="another")
    s3.get_waiter("bucket_exists").wait(Bucket="another")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["another", BUCKET]
    assert s3.head_bucket(Bucket="another")["BucketRegion"] == "us-east-1"
    assert s3.get_bucket_location(Bucket="another")["LocationConstraint"] is None
    s3.put_object(Bucket="another", Key="a", Body=b"a")
    assert refusal(s3.delete_bucket, Bucket="another") == ("BucketNotEmpty", 409)
    s3.delete_object(Bucket="another", Key="a")
    s3.delete_bucket(Bucket="another")
    s3.get_waiter("bucket_not_exists").wait(Bucket="another")
    assert refusal(s3.head_bucket, Bucket="another") == ("404", 404)
    assert refusal(s3.list_objects_v2, Bucket="another") == ("NoSuchBucket", 404)
    assert refusal(s3.put_object, Bucket="another", Key="a", Body=b"a") == ("NoSuchBucket", 404)


@pytest.mark.parametrize(
    "name", ["ab", "Upper", "a..b", "192.168.1.1", "xn--a-bucket", "under_score", "ends-", "a" * 64]
)
def test_names_that_s3_does_not_take(cloud: Cloud, name: str) -> None:
    status, _, body = cloud.call("PUT", f"/{name}", headers={"Content-Length": "0"})
    assert (status, b"<Code>InvalidBucketName</Code>" in body) == (400, True)


def test_a_bucket_of_ours_is_made_again_in_silence(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"a")
    assert s3.create_bucket(Bucket=BUCKET)["Location"] == f"/{BUCKET}"
    assert s3.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"a"


def test_us_east_1_is_the_region_that_must_not_be_named(s3: Any) -> None:
    here, elsewhere = {"LocationConstraint": "us-east-1"}, {"LocationConstraint": "eu-west-1"}
    refused = refusal(s3.create_bucket, Bucket="new", CreateBucketConfiguration=elsewhere)
    assert refused == ("IllegalLocationConstraintException", 400)
    assert refusal(s3.create_bucket, Bucket="new", CreateBucketConfiguration=here)[0] == "InvalidLocationConstraint"


def test_buckets_are_listed_page_by_page(s3: Any) -> None:
    for number in range(5):
        s3.create_bucket(Bucket=f"bucket-{number}")
    pages = list(s3.get_paginator("list_buckets").paginate(Prefix="bucket-", PaginationConfig={"PageSize": 2}))
    assert [len(page["Buckets"]) for page in pages] == [2, 2, 1]


def test_a_new_bucket_is_as_aws_makes_it(s3: Any) -> None:
    rules = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    ownership = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)
    assert s3.get_bucket_request_payment(Bucket=BUCKET)["Payer"] == "BucketOwner"
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=BUCKET)
    assert s3.get_bucket_acl(Bucket=BUCKET)["Grants"][0]["Permission"] == "FULL_CONTROL"
    for call, code in (
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
    ):
        assert refusal(call, Bucket=BUCKET) == (code, 404)


SETTINGS: list[tuple[str, str, Any, str]] = [
    ("bucket_tagging", "Tagging", {"TagSet": [{"Key": "Project", "Value": "bot: 1"}]}, "TagSet"),
    ("bucket_versioning", "VersioningConfiguration", {"Status": "Enabled"}, "Status"),
    ("bucket_lifecycle_configuration", "LifecycleConfiguration", {"Rules": [RULE]}, "Rules"),
    ("bucket_website", "WebsiteConfiguration", {"IndexDocument": {"Suffix": "index.html"}}, "IndexDocument"),
    ("bucket_logging", "BucketLoggingStatus", {"LoggingEnabled": {"TargetBucket": BUCKET, "TargetPrefix": "log/"}},
     "LoggingEnabled"),
    ("bucket_request_payment", "RequestPaymentConfiguration", {"Payer": "Requester"}, "Payer"),
    ("bucket_accelerate_configuration", "AccelerateConfiguration", {"Status": "Enabled"}, "Status"),
    ("bucket_cors", "CORSConfiguration", {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"],
                                                         "MaxAgeSeconds": 9}]}, "CORSRules"),
    ("bucket_ownership_controls", "OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}, ""),
    ("public_access_block", "PublicAccessBlockConfiguration", {"BlockPublicAcls": True, "IgnorePublicAcls": False,
                                                               "BlockPublicPolicy": False,
                                                               "RestrictPublicBuckets": False}, ""),
    ("bucket_encryption", "ServerSideEncryptionConfiguration", {"Rules": [{"ApplyServerSideEncryptionByDefault": {
        "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/ours"}}]}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("call", "member", "document", "told"), SETTINGS, ids=[each[0] for each in SETTINGS])
def test_what_is_set_is_told(cloud: Cloud, s3: Any, call: str, member: str, document: Any, told: str) -> None:
    getattr(s3, f"put_{call}")(Bucket=BUCKET, **{member: document})
    found = getattr(s3, f"get_{call}")(Bucket=BUCKET)
    assert found[told or member] == (document[told] if told else document)


def test_what_was_set_can_be_taken_away(s3: Any) -> None:
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_bucket_tagging(Bucket=BUCKET)
    assert refusal(s3.get_bucket_tagging, Bucket=BUCKET) == ("NoSuchTagSet", 404)
    s3.delete_public_access_block(Bucket=BUCKET)
    assert refusal(s3.get_public_access_block, Bucket=BUCKET)[0] == "NoSuchPublicAccessBlockConfiguration"
    s3.delete_bucket_encryption(Bucket=BUCKET)  # means: the default again
    assert s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]


def test_settings_that_s3_does_not_take(s3: Any) -> None:
    lifecycle = {"Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}}]}
    refused = refusal(s3.put_bucket_lifecycle_configuration, Bucket=BUCKET, LifecycleConfiguration=lifecycle)
    assert refused == ("InvalidRequest", 400)
    twice = {"TagSet": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}
    assert refusal(s3.put_bucket_tagging, Bucket=BUCKET, Tagging=twice)[0] == "InvalidTag"
    cors = {"CORSRules": [{"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}]}
    assert refusal(s3.put_bucket_cors, Bucket=BUCKET, CORSConfiguration=cors)[0] == "InvalidRequest"
    nowhere = {"LoggingEnabled": {"TargetBucket": "no-such-bucket", "TargetPrefix": ""}}
    refused = refusal(s3.put_bucket_logging, Bucket=BUCKET, BucketLoggingStatus=nowhere)
    assert refused[0] == "InvalidTargetBucketForLogging"
    versioning = {"Status": "On"}
    assert refusal(s3.put_bucket_versioning, Bucket=BUCKET, VersioningConfiguration=versioning)[0] == "MalformedXML"


def test_a_policy_is_kept_as_it_was_written(cloud: Cloud, s3: Any) -> None:
    narrow = json.dumps({"Statement": {**ALLOW, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}}, indent=3)
    assert cloud.s3.policy(BUCKET) is None
    assert cloud.s3.policy("no-such-bucket") is None
    s3.put_bucket_policy(Bucket=BUCKET, Policy=narrow)
    assert s3.get_bucket_policy(Bucket=BUCKET)["Policy"] == narrow == cloud.s3.policy(BUCKET)
    assert s3.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"] == {"IsPublic": False}
    s3.delete_bucket_policy(Bucket=BUCKET)
    assert cloud.s3.policy(BUCKET) is None


def test_a_public_policy_wants_an_open_bucket(s3: Any) -> None:
    public = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
    assert refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy=public) == ("AccessDenied", 403)
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=public)
    assert s3.get_bucket_policy_status(Bucket=BUCKET)["PolicyStatus"] == {"IsPublic": True}


@pytest.mark.parametrize(
    "policy",
    ["no json", "[]", "{}", '{"Statement": []}',
     json.dumps({"Statement": [{**ALLOW, "Resource": "arn:aws:s3:::other"}]}),
     json.dumps({"Statement": [{**ALLOW, "Action": "sqs:SendMessage"}]}),
     json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}"}]})],
)  # fmt: skip
def test_policies_that_s3_does_not_take(s3: Any, policy: str) -> None:
    assert refusal(s3.put_bucket_policy, Bucket=BUCKET, Policy=policy) == ("MalformedPolicy", 400)


def test_acls_are_for_buckets_that_allow_them(s3: Any) -> None:
    refused = refusal(s3.put_bucket_acl, Bucket=BUCKET, ACL="public-read")
    assert refused == ("AccessControlListNotSupported", 400)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="a", ACL="public-read")[0] == "AccessControlListNotSupported"
    s3.put_object(Bucket=BUCKET, Key="a", ACL="bucket-owner-full-control")
    s3.put_bucket_ownership_controls(
        Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    )
    assert refusal(s3.put_bucket_acl, Bucket=BUCKET, ACL="public-read") == ("AccessDenied", 403)
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    grantees = [(each["Grantee"]["Type"], each["Permission"]) for each in s3.get_bucket_acl(Bucket=BUCKET)["Grants"]]
    assert grantees == [("CanonicalUser", "FULL_CONTROL"), ("Group", "READ")]
    s3.put_object_acl(Bucket=BUCKET, Key="a", ACL="public-read")
    assert len(s3.get_object_acl(Bucket=BUCKET, Key="a")["Grants"]) == 2


def test_a_browser_of_another_site(cloud: Cloud, s3: Any) -> None:
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example.org"], "AllowedHeaders": ["x-*"],
            "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}  # fmt: skip
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"a")
    origin = {"Origin": "https://www.example.org"}
    asks = {**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-One"}
    status, headers, _ = cloud.call("OPTIONS", f"/{BUCKET}/a", headers=asks)
    assert (status, headers["access-control-allow-origin"]) == (200, origin["Origin"])
    assert (headers["access-control-allow-headers"], headers["access-control-max-age"]) == ("x-one", "60")
    status, headers, _ = cloud.call("GET", f"/{BUCKET}/a", headers=origin)
    assert (status, headers["access-control-expose-headers"]) == (200, "ETag")
    status, _, body = cloud.call("OPTIONS", f"/{BUCKET}/a", headers={**asks, "Access-Control-Request-Method": "PUT"})
    assert (status, b"<Code>AccessForbidden</Code>" in body) == (403, True)
    assert "access-control-allow-origin" not in cloud.call("GET", f"/{BUCKET}/a", headers={"Origin": "http://x"})[1]


def test_what_we_do_not_do_is_said(cloud: Cloud, s3: Any) -> None:
    assert refusal(s3.get_bucket_replication, Bucket=BUCKET) == ("NotImplemented", 501)
    assert refusal(s3.get_object_lock_configuration, Bucket=BUCKET) == ("NotImplemented", 501)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="a", ObjectLockMode="GOVERNANCE") == ("NotImplemented", 501)
    status, _, body = cloud.call("POST", f"/{BUCKET}/a")
    assert (status, b"<Code>MethodNotAllowed</Code>" in body) == (405, True)
    status, _, body = cloud.call("PUT", f"/{BUCKET}?location")
    assert (status, b"<Code>MethodNotAllowed</Code>" in body) == (405, True)


def test_a_bucket_in_the_host_name(cloud: Cloud, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a b/c", Body=b"found")
    for host in (f"{BUCKET}.s3.amazonaws.com", f"{BUCKET}.s3.us-east-1.amazonaws.com:80", f"{BUCKET}.localhost:1"):
        assert cloud.call("GET", "/a%20b/c", headers={"Host": host})[2] == b"found"
    virtual = client(f"http://localhost:{cloud.port}", s3={"addressing_style": "path"})
    assert virtual.get_object(Bucket=BUCKET, Key="a b/c")["Body"].read() == b"found"


def test_an_account_that_is_not_ours(s3: Any) -> None:
    assert refusal(s3.list_objects_v2, Bucket=BUCKET, ExpectedBucketOwner="111111111111") == ("AccessDenied", 403)
    s3.list_objects_v2(Bucket=BUCKET, ExpectedBucketOwner="123456789012")
