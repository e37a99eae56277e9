"""S3's objects."""

from __future__ import annotations

import http.client
import time
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config

from tests.localcloud.api.check import At, check, refused

PART = 5 << 20  # bytes: the least that S3 takes as a part, but for the last


def bucket(at: At) -> tuple[Any, str]:
    """A client and a new bucket of the check's own."""
    s3, name = at("s3"), at.name()
    s3.create_bucket(Bucket=name)
    return s3, name


@check("s3", "PutObject GetObject HeadObject DeleteObject")
def objects(at: At) -> None:
    """An object is read back byte for byte, with its type, metadata and ETag; deleted, it is `NoSuchKey`."""
    s3, name = bucket(at)
    body = bytes(range(256)) * 300
    given = {"ContentType": "image/tiff", "Metadata": {"run": "1"}, "CacheControl": "no-store"}
    put = s3.put_object(Bucket=name, Key="a b/ü+%.bin", Body=body, **given)
    got = s3.get_object(Bucket=name, Key="a b/ü+%.bin")
    assert got["Body"].read() == body
    assert (got["ETag"], got["ContentType"], got["Metadata"]) == (put["ETag"], "image/tiff", {"run": "1"})
    head = s3.head_object(Bucket=name, Key="a b/ü+%.bin")
    assert (head["ContentLength"], head["CacheControl"]) == (len(body), "no-store")
    s3.delete_object(Bucket=name, Key="a b/ü+%.bin")
    assert refused(s3.get_object, Bucket=name, Key="a b/ü+%.bin") == "NoSuchKey"
    assert refused(s3.head_object, Bucket=name, Key="a b/ü+%.bin") == "404"
    s3.delete_object(Bucket=name, Key="a b/ü+%.bin")  # once more is no error


@check("s3", "GetObject", "PutObject")
def conditions(at: At) -> None:
    """Ranges, and conditions on ETags, for reading and for writing"""
    s3, name = bucket(at)
    etag = s3.put_object(Bucket=name, Key="k", Body=b"0123456789")["ETag"]
    part = s3.get_object(Bucket=name, Key="k", Range="bytes=2-4")
    assert (part["Body"].read(), part["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert s3.get_object(Bucket=name, Key="k", Range="bytes=-3")["Body"].read() == b"789"
    assert refused(s3.get_object, Bucket=name, Key="k", Range="bytes=10-") == "InvalidRange"
    assert refused(s3.get_object, Bucket=name, Key="k", IfNoneMatch=etag) == "304"
    assert refused(s3.get_object, Bucket=name, Key="k", IfMatch='"0"') == "PreconditionFailed"
    assert refused(s3.put_object, Bucket=name, Key="k", Body=b"", IfNoneMatch="*") == "PreconditionFailed"
    at.differs(
        "`If-Match` of PutObject is not looked at",
        refused(s3.put_object, Bucket=name, Key="k", Body=b"", IfMatch='"0"'),
        here="",
        aws="PreconditionFailed",
    )


@check("s3", "CopyObject")
def copies(at: At) -> None:
    """A copy takes the metadata along, or replaces it"""
    s3, name = bucket(at)
    s3.put_object(Bucket=name, Key="from", Body=b"x", Metadata={"a": "1"}, ContentType="text/css")
    source = {"Bucket": name, "Key": "from"}
    s3.copy_object(Bucket=name, Key="same", CopySource=source)
    same = s3.head_object(Bucket=name, Key="same")
    assert (same["Metadata"], same["ContentType"]) == ({"a": "1"}, "text/css")
    s3.copy_object(Bucket=name, Key="other", CopySource=source, Metadata={"b": "2"}, MetadataDirective="REPLACE")
    assert s3.head_object(Bucket=name, Key="other")["Metadata"] == {"b": "2"}
    assert refused(s3.copy_object, Bucket=name, Key="x", CopySource={"Bucket": name, "Key": "no"}) == "NoSuchKey"


@check("s3", "ListObjectsV2 ListObjects DeleteObjects")
def listings(at: At) -> None:
    """Keys in order, by prefix and delimiter, in pages; many deleted at once"""
    s3, name = bucket(at)
    keys = sorted([f"a/{number:02}" for number in range(12)] + ["a", "b/c/d", "z"])
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"")
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=name, PaginationConfig={"PageSize": 4}))
    assert [each["Key"] for page in pages for each in page["Contents"]] == keys
    assert len(pages) == 4
    top = s3.list_objects_v2(Bucket=name, Delimiter="/")
    assert [each["Prefix"] for each in top["CommonPrefixes"]] == ["a/", "b/"]
    assert [each["Key"] for each in top["Contents"]] == ["a", "z"]
    after = s3.list_objects_v2(Bucket=name, StartAfter="a/11")
    assert [each["Key"] for each in after["Contents"]] == ["b/c/d", "z"]
    assert len(s3.list_objects(Bucket=name, Prefix="a/", MaxKeys=5)["Contents"]) == 5
    s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": key} for key in (*keys[1:], "never")]})
    assert [each["Key"] for each in s3.list_objects_v2(Bucket=name)["Contents"]] == ["a"]


@check(
    "s3",
    "CreateMultipartUpload UploadPart UploadPartCopy ListParts ListMultipartUploads CompleteMultipartUpload",
    "AbortMultipartUpload",
)
def multipart(at: At) -> None:
    """An upload in parts is one object, whose ETag ends in their number; its too small parts are refused"""
    s3, name = bucket(at)
    made = s3.create_multipart_upload(Bucket=name, Key="big", ContentType="application/zip")["UploadId"]
    of = {"Bucket": name, "Key": "big", "UploadId": made}
    first = s3.upload_part(**of, PartNumber=1, Body=b"a" * PART)["ETag"]
    s3.put_object(Bucket=name, Key="small", Body=b"tail")
    last = s3.upload_part_copy(**of, PartNumber=2, CopySource={"Bucket": name, "Key": "small"})["CopyPartResult"][
        "ETag"
    ]
    assert [each["PartNumber"] for each in s3.list_parts(**of)["Parts"]] == [1, 2]
    assert [each["UploadId"] for each in s3.list_multipart_uploads(Bucket=name)["Uploads"]] == [made]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": last}]
    assert s3.complete_multipart_upload(**of, MultipartUpload={"Parts": parts})["ETag"].endswith('-2"')
    got = s3.get_object(Bucket=name, Key="big")
    assert (got["ContentLength"], got["ContentType"]) == (PART + 4, "application/zip")
    assert got["Body"].read()[-5:] == b"atail"
    again = s3.create_multipart_upload(Bucket=name, Key="small")["UploadId"]
    of = {"Bucket": name, "Key": "small", "UploadId": again}
    tags = [s3.upload_part(**of, PartNumber=number, Body=b"x")["ETag"] for number in (1, 2)]
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    assert refused(s3.complete_multipart_upload, **of, MultipartUpload={"Parts": parts}) == "EntityTooSmall"
    s3.abort_multipart_upload(**of)
    assert refused(s3.list_parts, **of) == "NoSuchUpload"


@check("s3", "PutObjectTagging GetObjectTagging DeleteObjectTagging")
def tags(at: At) -> None:
    """Tags of an object, given with it or later"""
    s3, name = bucket(at)
    s3.put_object(Bucket=name, Key="k", Body=b"", Tagging="a=1&b=2")
    assert {each["Key"]: each["Value"] for each in s3.get_object_tagging(Bucket=name, Key="k")["TagSet"]} == {
        "a": "1",
        "b": "2",
    }
    s3.put_object_tagging(Bucket=name, Key="k", Tagging={"TagSet": [{"Key": "c", "Value": "3"}]})
    assert s3.get_object_tagging(Bucket=name, Key="k")["TagSet"] == [{"Key": "c", "Value": "3"}]
    s3.delete_object_tagging(Bucket=name, Key="k")
    assert s3.get_object_tagging(Bucket=name, Key="k")["TagSet"] == []


@check("s3", "PutBucketVersioning GetBucketVersioning ListObjectVersions GetObject DeleteObject")
def versions(at: At) -> None:
    """With versioning every version is kept; a deletion is a marker, and can be taken back"""
    s3, name = bucket(at)
    assert "Status" not in s3.get_bucket_versioning(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    first = s3.put_object(Bucket=name, Key="k", Body=b"1")["VersionId"]
    s3.put_object(Bucket=name, Key="k", Body=b"2")
    marker = s3.delete_object(Bucket=name, Key="k")
    assert marker["DeleteMarker"]
    assert refused(s3.get_object, Bucket=name, Key="k") == "NoSuchKey"
    assert s3.get_object(Bucket=name, Key="k", VersionId=first)["Body"].read() == b"1"
    listed = s3.list_object_versions(Bucket=name)
    assert (len(listed["Versions"]), len(listed["DeleteMarkers"])) == (2, 1)
    s3.delete_object(Bucket=name, Key="k", VersionId=marker["VersionId"])
    assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"2"


@check("s3", "GetObject PutObject")
def presigned(at: At) -> None:
    """Addresses signed beforehand need no keys, and are refused when changed or too late"""
    s3, name = bucket(at)
    s3.put_object(Bucket=name, Key="k", Body=b"x")
    s3.get_object(Bucket=name, Key="k")
    newer = at("s3", config=Config(signature_version="s3v4"))  # boto3 signs addresses the older way by itself
    for signing in (s3, newer):
        put = signing.generate_presigned_url("put_object", {"Bucket": name, "Key": "new"})
        assert _fetched(put, "PUT", b"hello") == b""
        get = signing.generate_presigned_url("get_object", {"Bucket": name, "Key": "new"})
        assert _fetched(get) == b"hello"
        assert _fetched(get.replace("/new?", "/k?")) == 403
        soon = signing.generate_presigned_url("get_object", {"Bucket": name, "Key": "new"}, ExpiresIn=1)
        time.sleep(2.1)
        assert _fetched(soon) == 403
    assert _fetched(get.partition("?")[0]) == 403, "public without anybody having said so"


def _fetched(url: str, method: str = "GET", body: bytes | None = None) -> bytes | int:
    """The body, or the status of the refusal. No header but the host's is sent."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=20)
    connection.request(method, f"{where.path}?{where.query}", body)
    answer = connection.getresponse()
    told = answer.read()
    return told if answer.status == 200 else answer.status
