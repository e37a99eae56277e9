"""Objects: what is put is what is got, whole or in part, under conditions, in versions; copies; tags."""

from __future__ import annotations

import base64
import hashlib
import threading
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.localcloud.s3.cloud import BUCKET, Cloud, keys, refusal

TEXT = b"0123456789"


def put(s3: Any, key: str = "a", body: bytes = TEXT, **more: Any) -> Any:
    return s3.put_object(Bucket=BUCKET, Key=key, Body=body, **more)


def got(s3: Any, key: str = "a", **more: Any) -> bytes:
    content: bytes = s3.get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()
    return content


def versioned(s3: Any, status: str = "Enabled") -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": status})


def test_an_object_tells_what_it_was_put_with(s3: Any) -> None:
    told: dict[str, Any] = {
        "CacheControl": "max-age=9", "ContentDisposition": "attachment", "ContentEncoding": "gzip",
        "ContentLanguage": "en", "ContentType": "text/plain", "Metadata": {"article": "00353", "by": "elife"},
        "StorageClass": "STANDARD_IA", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/ours",
        "WebsiteRedirectLocation": "/b",
    }  # fmt: skip
    answer = put(s3, **told)
    assert answer["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"'
    for found in (s3.get_object(Bucket=BUCKET, Key="a"), s3.head_object(Bucket=BUCKET, Key="a")):
        assert {name: found[name] for name in told} == told
        assert (found["ContentLength"], found["ETag"], found["AcceptRanges"]) == (10, answer["ETag"], "bytes")
        assert datetime.now(UTC) - found["LastModified"] < timedelta(minutes=5)


def test_what_was_not_said_has_its_default(s3: Any) -> None:
    put(s3)
    found = s3.head_object(Bucket=BUCKET, Key="a")
    assert (found["ContentType"], found["ServerSideEncryption"]) == ("binary/octet-stream", "AES256")
    assert not {"StorageClass", "VersionId", "CacheControl"} & found.keys()


@pytest.mark.parametrize(
    "key", ["a b", "a+b", "a%2Fb", "/lead", "two//slashes", "trail/", "ünï/¿?#&<>'\"", "..", "x" * 1024]
)
def test_any_key(s3: Any, key: str) -> None:
    put(s3, key)
    assert got(s3, key) == TEXT
    assert keys(s3) == [key]
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key}]})
    assert keys(s3) == []


def test_a_key_that_is_too_long(s3: Any) -> None:
    assert refusal(s3.put_object, Bucket=BUCKET, Key="é" * 513) == ("KeyTooLongError", 400)


def test_what_is_not_there(cloud: Cloud, s3: Any) -> None:
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a") == ("NoSuchKey", 404)
    assert refusal(s3.head_object, Bucket=BUCKET, Key="a") == ("404", 404)
    status, headers, body = cloud.call("GET", f"/{BUCKET}/a")
    assert (status, headers["content-type"]) == (404, "application/xml")
    for element in (
        b"<Code>NoSuchKey</Code>",
        b"<Message>",
        b"<Resource>",
        b"<RequestId>",
        b"<HostId>",
        b"<Key>a</Key>",
    ):
        assert element in body
    assert cloud.call("HEAD", f"/{BUCKET}/a")[2] == b""
    s3.delete_object(Bucket=BUCKET, Key="a")


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [("bytes=0-3", b"0123", "bytes 0-3/10"), ("bytes=4-", b"456789", "bytes 4-9/10"),
     ("bytes=-3", b"789", "bytes 7-9/10"),
     ("bytes=8-99", b"89", "bytes 8-9/10"), ("bytes=-99", TEXT, "bytes 0-9/10"), ("bytes=5-2", TEXT, None),
     ("lines=1-2", TEXT, None), ("bytes=0-1,3-4", TEXT, None)],
)  # fmt: skip
def test_a_range(s3: Any, asked: str, content: bytes, told: str | None) -> None:
    put(s3)
    answer = s3.get_object(Bucket=BUCKET, Key="a", Range=asked)
    assert (answer["Body"].read(), answer.get("ContentRange")) == (content, told)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == (206 if told else 200)


def test_a_range_beyond_the_end(cloud: Cloud, s3: Any) -> None:
    put(s3)
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a", Range="bytes=10-") == ("InvalidRange", 416)
    assert cloud.call("GET", f"/{BUCKET}/a", headers={"Range": "bytes=10-"})[1]["content-range"] == "bytes */10"
    put(s3, "empty", b"")
    assert got(s3, "empty") == b""
    assert refusal(s3.get_object, Bucket=BUCKET, Key="empty", Range="bytes=-1") == ("InvalidRange", 416)


def test_reading_under_conditions(s3: Any) -> None:
    etag = put(s3)["ETag"]
    modified = s3.head_object(Bucket=BUCKET, Key="a")["LastModified"]
    earlier = modified - timedelta(seconds=1)
    for fits in ({"IfMatch": etag}, {"IfNoneMatch": '"x"'}, {"IfModifiedSince": earlier},
                 {"IfUnmodifiedSince": modified}, {"IfMatch": etag, "IfUnmodifiedSince": earlier}):  # fmt: skip
        assert got(s3, **fits) == TEXT
    for fails in ({"IfMatch": '"x"'}, {"IfUnmodifiedSince": earlier}):
        assert refusal(s3.get_object, Bucket=BUCKET, Key="a", **fails) == ("PreconditionFailed", 412)
    for same in ({"IfNoneMatch": etag}, {"IfModifiedSince": modified}):
        assert refusal(s3.get_object, Bucket=BUCKET, Key="a", **same) == ("304", 304)


def test_a_condition_that_is_no_date_is_none(cloud: Cloud, s3: Any) -> None:
    put(s3)
    assert cloud.call("GET", f"/{BUCKET}/a", headers={"If-Modified-Since": "tomorrow"})[0] == 200


def test_writing_under_conditions(s3: Any) -> None:
    etag = put(s3, IfNoneMatch="*")["ETag"]
    assert refusal(s3.put_object, Bucket=BUCKET, Key="a", Body=b"", IfNoneMatch="*") == ("PreconditionFailed", 412)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="a", Body=b"", IfMatch='"x"') == ("PreconditionFailed", 412)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="b", Body=b"", IfMatch=etag) == ("NoSuchKey", 404)
    put(s3, body=b"new", IfMatch=etag)
    assert got(s3) == b"new"
    assert refusal(s3.delete_object, Bucket=BUCKET, Key="a", IfMatch=etag) == ("PreconditionFailed", 412)


def test_one_of_many_writers_is_the_first(cloud: Cloud, s3: Any) -> None:
    won: list[int] = []

    def write(number: int) -> None:
        status, _, _ = cloud.call("PUT", f"/{BUCKET}/lock", b"%d" % number, {"If-None-Match": "*"})
        if status == 200:
            won.append(number)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [b"%d" % number for number in won] == [got(s3, "lock")]
    assert cloud.files() == 1


def test_headers_of_the_answer_can_be_asked_for(s3: Any) -> None:
    put(s3, ContentType="text/plain")
    answer = s3.get_object(Bucket=BUCKET, Key="a", ResponseContentType="x/y", ResponseContentDisposition="inline")
    assert (answer["ContentType"], answer["ContentDisposition"]) == ("x/y", "inline")


def test_versions_of_an_object(s3: Any) -> None:
    put(s3, body=b"before")
    versioned(s3)
    first, second = put(s3, body=b"1")["VersionId"], put(s3, body=b"2")["VersionId"]
    marker = s3.delete_object(Bucket=BUCKET, Key="a")
    assert marker["DeleteMarker"] is True
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a") == ("NoSuchKey", 404)
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a", VersionId=marker["VersionId"]) == ("MethodNotAllowed", 405)
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a", VersionId="x") == ("NoSuchVersion", 404)
    assert [got(s3, VersionId=each) for each in (first, second, "null")] == [b"1", b"2", b"before"]
    assert keys(s3) == []
    listed = s3.list_object_versions(Bucket=BUCKET)
    assert [each["VersionId"] for each in listed["Versions"]] == [second, first, "null"]
    assert [each["IsLatest"] for each in listed["DeleteMarkers"]] == [True]
    s3.delete_object(Bucket=BUCKET, Key="a", VersionId=marker["VersionId"])
    assert (got(s3), keys(s3)) == (b"2", ["a"])
    s3.delete_object(Bucket=BUCKET, Key="a", VersionId=second)
    assert (got(s3), keys(s3)) == (b"1", ["a"])
    assert [each["IsLatest"] for each in s3.list_object_versions(Bucket=BUCKET)["Versions"]] == [True, False]


def test_versioning_suspended(cloud: Cloud, s3: Any) -> None:
    versioned(s3)
    first = put(s3, body=b"1")["VersionId"]
    versioned(s3, "Suspended")
    assert "VersionId" not in put(s3, body=b"2")
    put(s3, body=b"3")
    assert [each["VersionId"] for each in s3.list_object_versions(Bucket=BUCKET)["Versions"]] == ["null", first]
    assert (got(s3), got(s3, VersionId=first), cloud.files()) == (b"3", b"1", 2)
    assert s3.delete_object(Bucket=BUCKET, Key="a")["VersionId"] == "null"
    assert [each["VersionId"] for each in s3.list_object_versions(Bucket=BUCKET)["Versions"]] == [first]


def test_many_are_deleted_at_once(cloud: Cloud, s3: Any) -> None:
    for number in range(5):
        put(s3, f"{number} & <more>")
    wanted = [{"Key": f"{number} & <more>"} for number in range(4)] + [{"Key": "never there"}]
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": wanted})
    assert answer["Deleted"] == wanted
    assert "Errors" not in answer
    assert (keys(s3), cloud.files()) == (["4 & <more>"], 1)
    quiet = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "4 & <more>"}], "Quiet": True})
    assert "Deleted" not in quiet


def test_a_copy(cloud: Cloud, s3: Any) -> None:
    put(s3, "a b", ContentType="text/plain", Metadata={"x": "1"}, Tagging="k=v&l=w")
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "a b"})
    found = s3.get_object(Bucket=BUCKET, Key="copy")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (TEXT, "text/plain", {"x": "1"})
    assert found["TagCount"] == 2
    s3.delete_object(Bucket=BUCKET, Key="a b")
    assert got(s3, "copy") == TEXT
    s3.copy_object(Bucket=BUCKET, Key="other", CopySource=f"{BUCKET}/copy", MetadataDirective="REPLACE",
                   Metadata={"y": "2"}, TaggingDirective="REPLACE", Tagging="m=x",
                   ChecksumAlgorithm="SHA256")  # fmt: skip
    found = s3.head_object(Bucket=BUCKET, Key="other", ChecksumMode="ENABLED")
    assert (found["Metadata"], found["ContentType"]) == ({"y": "2"}, "binary/octet-stream")
    assert base64.b64decode(found["ChecksumSHA256"]) == hashlib.sha256(TEXT).digest()
    assert s3.get_object_tagging(Bucket=BUCKET, Key="other")["TagSet"] == [{"Key": "m", "Value": "x"}]


def test_copies_that_are_refused(s3: Any) -> None:
    etag = put(s3)["ETag"]
    source = {"Bucket": BUCKET, "Key": "a"}
    assert refusal(s3.copy_object, Bucket=BUCKET, Key="a", CopySource=source) == ("InvalidRequest", 400)
    s3.copy_object(Bucket=BUCKET, Key="a", CopySource=source, MetadataDirective="REPLACE")
    conditions: list[dict[str, Any]] = [
        {"CopySourceIfMatch": '"x"'}, {"CopySourceIfNoneMatch": etag},
        {"CopySourceIfModifiedSince": datetime.now(UTC) + timedelta(days=1)},
    ]  # fmt: skip
    for condition in conditions:
        refused = refusal(s3.copy_object, Bucket=BUCKET, Key="b", CopySource=source, **condition)
        assert refused == ("PreconditionFailed", 412)
    assert refusal(s3.copy_object, Bucket=BUCKET, Key="b", CopySource=f"{BUCKET}/none") == ("NoSuchKey", 404)
    assert refusal(s3.copy_object, Bucket=BUCKET, Key="b", CopySource="no-bucket/none") == ("NoSuchBucket", 404)


def test_an_old_version_is_copied(s3: Any) -> None:
    versioned(s3)
    first = put(s3, body=b"1")["VersionId"]
    put(s3, body=b"2")
    answer = s3.copy_object(Bucket=BUCKET, Key="a", CopySource={"Bucket": BUCKET, "Key": "a", "VersionId": first})
    assert (got(s3), answer["CopySourceVersionId"]) == (b"1", first)


def test_tags_of_an_object(s3: Any) -> None:
    put(s3)
    tags = [{"Key": "stage", "Value": "published"}]
    s3.put_object_tagging(Bucket=BUCKET, Key="a", Tagging={"TagSet": tags})
    assert s3.get_object_tagging(Bucket=BUCKET, Key="a")["TagSet"] == tags
    s3.delete_object_tagging(Bucket=BUCKET, Key="a")
    assert s3.get_object_tagging(Bucket=BUCKET, Key="a")["TagSet"] == []
    eleven = [{"Key": str(number), "Value": ""} for number in range(11)]
    refused = refusal(s3.put_object_tagging, Bucket=BUCKET, Key="a", Tagging={"TagSet": eleven})
    assert refused == ("BadRequest", 400)
    own = [{"Key": "aws:x", "Value": ""}]
    assert refusal(s3.put_object_tagging, Bucket=BUCKET, Key="a", Tagging={"TagSet": own}) == ("InvalidTag", 400)


def test_attributes_of_an_object(s3: Any) -> None:
    put(s3, ChecksumAlgorithm="CRC32")
    wanted = ["ETag", "Checksum", "ObjectSize", "StorageClass"]
    found = s3.get_object_attributes(Bucket=BUCKET, Key="a", ObjectAttributes=wanted)
    assert (found["ETag"], found["ObjectSize"], found["StorageClass"]) == (
        "781e5e245d69b566979b86e28d23f2c7",
        10,
        "STANDARD",
    )
    checksum = base64.b64encode(zlib.crc32(TEXT).to_bytes(4, "big")).decode()
    assert found["Checksum"] == {"ChecksumCRC32": checksum, "ChecksumType": "FULL_OBJECT"}
    assert refusal(s3.get_object_attributes, Bucket=BUCKET, Key="a", ObjectAttributes=["Sise"])[0] == "InvalidArgument"


def test_metadata_has_its_limit(s3: Any) -> None:
    put(s3, Metadata={"x": "y" * 2047})
    refused = refusal(s3.put_object, Bucket=BUCKET, Key="a", Metadata={"x": "y" * 2048})
    assert refused == ("MetadataTooLarge", 400)


def test_storage_classes(s3: Any) -> None:
    put(s3, StorageClass="GLACIER")
    assert refusal(s3.get_object, Bucket=BUCKET, Key="a") == ("InvalidObjectState", 403)
    assert refusal(s3.put_object, Bucket=BUCKET, Key="a", StorageClass="CHEAP") == ("InvalidStorageClass", 400)


def test_who_reads_reads_to_the_end(cloud: Cloud, s3: Any) -> None:
    """What is replaced or deleted is still there for whoever has begun to read it, and gone afterwards."""
    old = bytes(range(256)) * 40_000
    put(s3, body=old)
    reading = s3.get_object(Bucket=BUCKET, Key="a")["Body"]
    begun = reading.read(1000)
    put(s3, body=b"new")
    s3.delete_object(Bucket=BUCKET, Key="a")
    assert begun + reading.read() == old
    put(s3, body=b"newest")
    assert got(s3) == b"newest"
    assert cloud.files() == 1
