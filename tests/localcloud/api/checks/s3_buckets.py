"""S3's buckets: what they are set to, who may, what they tell of."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote_plus

from tests.localcloud.api.check import At, check, eventually, refused
from tests.localcloud.api.checks.s3 import PART, bucket


@check("s3", "CreateBucket HeadBucket ListBuckets GetBucketLocation DeleteBucket")
def buckets(at: At) -> None:
    """A bucket is made, found by its waiter, listed; removed when it is empty, and only then"""
    s3, name = bucket(at)
    s3.get_waiter("bucket_exists").wait(Bucket=name)
    assert s3.head_bucket(Bucket=name)["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert name in {each["Name"] for each in s3.list_buckets()["Buckets"]}
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    assert refused(s3.create_bucket, Bucket="Capital-Letters") == "InvalidBucketName"
    s3.put_object(Bucket=name, Key="k", Body=b"")
    assert refused(s3.delete_bucket, Bucket=name) == "BucketNotEmpty"
    s3.delete_object(Bucket=name, Key="k")
    s3.delete_bucket(Bucket=name)
    s3.get_waiter("bucket_not_exists").wait(Bucket=name)
    assert refused(s3.put_object, Bucket=name, Key="k", Body=b"") == "NoSuchBucket"


@check("s3", "PutBucketNotificationConfiguration GetBucketNotificationConfiguration")
def notifications(at: At) -> None:
    """One message in a queue for each upload, in parts or not, whose key has the prefix and suffix"""
    s3, name = bucket(at)
    sqs = at("sqs")
    queue = sqs.create_queue(QueueName=at.name())["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{name}"}},
            }
        ],
    }
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".zip"}]
    asked = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}
    s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"QueueConfigurations": [{"Id": "zips", **asked}]}
    )
    kept = s3.get_bucket_notification_configuration(Bucket=name)["QueueConfigurations"][0]
    assert (kept["Id"], kept["QueueArn"], kept["Events"]) == ("zips", arn, ["s3:ObjectCreated:*"])
    for key in ("in/a b.zip", "in/a.txt", "out/a.zip"):
        s3.put_object(Bucket=name, Key=key, Body=b"123")
    made = s3.create_multipart_upload(Bucket=name, Key="in/big.zip")["UploadId"]
    of = {"Bucket": name, "Key": "in/big.zip", "UploadId": made}
    etag = s3.upload_part(**of, PartNumber=1, Body=b"a" * PART)["ETag"]
    s3.complete_multipart_upload(**of, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]})
    told: list[dict[str, Any]] = []

    def take() -> int:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", [])
        told.extend(json.loads(each["Body"]) for each in messages)
        return 0 if messages else len(told)

    eventually(take)
    records = [record for each in told for record in each.get("Records", [])]
    at.differs(
        "no `s3:TestEvent` when they are set",
        any(each.get("Event") == "s3:TestEvent" for each in told), here=False, aws=True,
    )  # fmt: skip
    keys = {unquote_plus(each["s3"]["object"]["key"]): each for each in records}
    names = sorted((each["eventName"], unquote_plus(each["s3"]["object"]["key"])) for each in records)
    both = [("ObjectCreated:CompleteMultipartUpload", "in/big.zip"), ("ObjectCreated:Put", "in/a b.zip")]
    at.differs(
        "an upload in parts is told twice", names, here=sorted([*both, ("ObjectCreated:Put", "in/big.zip")]), aws=both
    )
    first = keys["in/a b.zip"]
    key = first["s3"]["object"]["key"]
    at.differs("slashes of a key are coded as `%2F`", key, here="in%2Fa+b.zip", aws="in/a+b.zip")
    assert first["s3"]["bucket"]["name"] == name
    assert first["s3"]["configurationId"] == "zips"
    assert first["s3"]["object"]["size"] == 3
    wanted = {"awsRegion", "eventName", "eventSource", "eventTime", "eventVersion", "requestParameters",
              "responseElements", "s3", "userIdentity"}  # fmt: skip
    assert wanted <= set(first)
    at.differs("records lack `sequencer`", "sequencer" in first["s3"]["object"], here=False, aws=True)


@check("s3", "PutBucketPolicy GetBucketPolicy DeleteBucketPolicy")
def policies(at: At) -> None:
    """A bucket's policy is read back as it was given, and a Deny in it holds for everybody"""
    s3, name = bucket(at)
    assert refused(s3.get_bucket_policy, Bucket=name) == "NoSuchBucketPolicy"
    s3.put_object(Bucket=name, Key="secret/k", Body=b"")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/secret/*"}
    policy = {"Version": "2012-10-17", "Statement": [deny]}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == policy
    read = refused(s3.get_object, Bucket=name, Key="secret/k")
    at.differs("kept, not enforced", read, here="", aws="AccessDenied")
    s3.delete_bucket_policy(Bucket=name)
    s3.get_object(Bucket=name, Key="secret/k")
    malformed = refused(s3.put_bucket_policy, Bucket=name, Policy="{}")
    at.differs("a malformed policy is kept", malformed, here="", aws="MalformedPolicy")


@check("s3", "PutPublicAccessBlock GetPublicAccessBlock DeletePublicAccessBlock GetBucketPolicyStatus")
def public_access(at: At) -> None:
    """What is forbidden to be public can't be made so"""
    s3, name = bucket(at)
    s3.delete_public_access_block(Bucket=name)
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    s3.put_bucket_policy(Bucket=name, Policy=policy)
    public = s3.get_bucket_policy_status(Bucket=name)["PolicyStatus"]["IsPublic"]
    at.differs("a public policy is not told as such", public, here=False, aws=True)
    s3.delete_bucket_policy(Bucket=name)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == block
    forbidden = refused(s3.put_bucket_policy, Bucket=name, Policy=policy)
    at.differs("kept, not enforced", forbidden, here="", aws="AccessDenied")


@check(
    "s3",
    "PutBucketCors GetBucketCors PutBucketLifecycleConfiguration GetBucketLifecycleConfiguration",
    "PutBucketEncryption GetBucketEncryption PutBucketTagging GetBucketTagging PutBucketWebsite GetBucketWebsite",
    "PutBucketOwnershipControls GetBucketOwnershipControls GetBucketAcl",
)
def settings(at: At) -> None:
    """What a bucket is set to is read back"""
    s3, name = bucket(at)
    cors = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
    s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": cors})
    assert s3.get_bucket_cors(Bucket=name)["CORSRules"] == cors
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"][0] == rule
    coded = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=coded)
    told = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert told["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]})
    assert s3.get_bucket_tagging(Bucket=name)["TagSet"] == [{"Key": "a", "Value": "1"}]
    s3.put_bucket_website(Bucket=name, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    assert s3.get_bucket_website(Bucket=name)["IndexDocument"] == {"Suffix": "index.html"}
    rules = [{"ObjectOwnership": "BucketOwnerEnforced"}]
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls={"Rules": rules})
    assert s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"] == rules
    assert [each["Permission"] for each in s3.get_bucket_acl(Bucket=name)["Grants"]] == ["FULL_CONTROL"]
