"""Uploads in parts: boto3's own, part by part, copied parts, and everything that S3 refuses of them."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig

from localcloud.s3.holding import hold
from tests.localcloud.s3.cloud import BUCKET, Cloud, keys, refusal

MB = 1024 * 1024
FIRST, SECOND = b"a" * 5 * MB, b"b" * MB


def begin(s3: Any, key: str = "big", **more: Any) -> dict[str, Any]:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key, **more)
    return {"Bucket": BUCKET, "Key": key, "UploadId": upload["UploadId"]}


def part(s3: Any, upload: dict[str, Any], number: int, body: bytes, **more: Any) -> dict[str, Any]:
    answer = s3.upload_part(**upload, PartNumber=number, Body=body, **more)
    told = {name: value for name, value in answer.items() if name.startswith("Checksum")}
    return {"PartNumber": number, "ETag": answer["ETag"], **told}


def complete(s3: Any, upload: dict[str, Any], *parts: dict[str, Any], **more: Any) -> Any:
    return s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": list(parts)}, **more)


def etag_of(*parts: bytes) -> str:
    digests = b"".join(hashlib.md5(each).digest() for each in parts)
    return f'"{hashlib.md5(digests).hexdigest()}-{len(parts)}"'


def test_boto3_uploads_and_downloads_a_large_file(cloud: Cloud, s3: Any, tmp_path: Path) -> None:
    content = bytes(range(256)) * (80 * MB // 2560)
    (tmp_path / "up").write_bytes(content)
    config = TransferConfig(multipart_threshold=MB, multipart_chunksize=5 * MB, max_concurrency=4)
    s3.upload_file(str(tmp_path / "up"), BUCKET, "big", ExtraArgs={"ContentType": "image/tiff"}, Config=config)
    s3.download_file(BUCKET, "big", str(tmp_path / "down"), Config=config)
    assert (tmp_path / "down").read_bytes() == content
    found = s3.head_object(Bucket=BUCKET, Key="big")
    assert (found["ContentType"], found["ContentLength"]) == ("image/tiff", len(content))
    assert found["ETag"].endswith('-2"')


def test_parts_make_an_object(cloud: Cloud, s3: Any) -> None:
    upload = begin(s3, Metadata={"x": "y"}, Tagging="a=b", StorageClass="STANDARD_IA")
    two = part(s3, upload, 7, SECOND)
    part(s3, upload, 3, b"not wanted")
    one = part(s3, upload, 3, FIRST)
    part(s3, upload, 9, b"left out")
    assert keys(s3) == []
    answer = complete(s3, upload, one, two)
    assert answer["ETag"] == etag_of(FIRST, SECOND)
    found = s3.get_object(Bucket=BUCKET, Key="big")
    assert found["Body"].read() == FIRST + SECOND
    assert (found["Metadata"], found["TagCount"], found["StorageClass"]) == ({"x": "y"}, 1, "STANDARD_IA")
    assert cloud.files() == 2
    assert refusal(s3.list_parts, **upload) == ("NoSuchUpload", 404)
    assert complete(s3, upload, one, two)["ETag"] == answer["ETag"]  # asked again: the answer was lost, say
    around = s3.get_object(Bucket=BUCKET, Key="big", Range=f"bytes={5 * MB - 2}-{5 * MB + 1}")
    assert around["Body"].read() == b"aabb"


def test_one_part_of_an_object_is_got(s3: Any) -> None:
    upload = begin(s3)
    complete(s3, upload, part(s3, upload, 1, FIRST), part(s3, upload, 2, SECOND))
    found = s3.get_object(Bucket=BUCKET, Key="big", PartNumber=2)
    assert (found["Body"].read(), found["PartsCount"]) == (SECOND, 2)
    assert refusal(s3.get_object, Bucket=BUCKET, Key="big", PartNumber=3) == ("InvalidPartNumber", 416)
    attributes = s3.get_object_attributes(Bucket=BUCKET, Key="big", ObjectAttributes=["ObjectParts", "Checksum"])
    assert attributes["ObjectParts"]["TotalPartsCount"] == 2
    assert [each["Size"] for each in attributes["ObjectParts"]["Parts"]] == [5 * MB, MB]


def test_what_s3_refuses_of_parts(s3: Any) -> None:
    upload = begin(s3)
    one, two = part(s3, upload, 1, b"small"), part(s3, upload, 2, SECOND)
    assert refusal(complete, s3=s3, upload=upload) == ("MalformedXML", 400)
    for parts, code in (
        ((two, one), "InvalidPartOrder"),
        ((one, one), "InvalidPartOrder"),
        ((one, two), "EntityTooSmall"),
        (({**one, "ETag": '"x"'},), "InvalidPart"),
        (({**one, "PartNumber": 4},), "InvalidPart"),
    ):
        refused = refusal(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": list(parts)})
        assert refused == (code, 400)
    assert refusal(s3.upload_part, **upload, PartNumber=10_001, Body=b"") == ("InvalidArgument", 400)
    nowhere = {**upload, "UploadId": "none"}
    assert refusal(s3.upload_part, **nowhere, PartNumber=1, Body=b"") == ("NoSuchUpload", 404)
    assert keys(s3) == []
    complete(s3, upload, one)
    assert s3.get_object(Bucket=BUCKET, Key="big")["Body"].read() == b"small"


def test_an_upload_is_given_up(cloud: Cloud, s3: Any) -> None:
    upload = begin(s3)
    part(s3, upload, 1, SECOND)
    s3.abort_multipart_upload(**upload)
    assert refusal(s3.abort_multipart_upload, **upload) == ("NoSuchUpload", 404)
    assert cloud.files() == 0


def test_a_bucket_can_go_with_uploads_under_way(cloud: Cloud, s3: Any) -> None:
    part(s3, begin(s3), 1, SECOND)
    s3.delete_bucket(Bucket=BUCKET)
    assert cloud.files() == 0


def test_parts_and_uploads_are_listed_page_by_page(s3: Any) -> None:
    uploads = [begin(s3, key) for key in ("a/1", "a/2", "b", "b", "c")]
    for number in range(1, 6):
        part(s3, uploads[0], number, b"x" * number)
    pages = s3.get_paginator("list_parts").paginate(**uploads[0], PaginationConfig={"PageSize": 2})
    assert [each["Size"] for page in pages for each in page["Parts"]] == [1, 2, 3, 4, 5]
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 2})
    found = [(each["Key"], each["UploadId"]) for page in pages for each in page["Uploads"]]
    assert found == [(each["Key"], each["UploadId"]) for each in uploads]
    rolled = s3.list_multipart_uploads(Bucket=BUCKET, Delimiter="/")
    assert [each["Prefix"] for each in rolled["CommonPrefixes"]] == ["a/"]


def test_parts_are_copied(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="source", Body=FIRST + SECOND)
    upload, source = begin(s3), {"Bucket": BUCKET, "Key": "source"}
    last = f"bytes={6 * MB - 10}-{6 * MB - 1}"
    one = s3.upload_part_copy(**upload, PartNumber=1, CopySource=source)["CopyPartResult"]
    two = s3.upload_part_copy(**upload, PartNumber=2, CopySource=source, CopySourceRange=last)["CopyPartResult"]
    beyond = f"bytes=0-{6 * MB}"
    refused = refusal(s3.upload_part_copy, **upload, PartNumber=3, CopySource=source, CopySourceRange=beyond)
    assert refused == ("InvalidArgument", 400)
    complete(s3, upload, *({"PartNumber": number + 1, "ETag": each["ETag"]} for number, each in enumerate((one, two))))
    assert s3.get_object(Bucket=BUCKET, Key="big")["Body"].read() == FIRST + SECOND + b"b" * 10


def test_an_object_of_parts_is_copied_whole(cloud: Cloud, s3: Any) -> None:
    upload = begin(s3)
    complete(s3, upload, part(s3, upload, 1, FIRST), part(s3, upload, 2, SECOND))
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "big"})
    found = s3.get_object(Bucket=BUCKET, Key="copy")
    assert (found["Body"].read(), found["ETag"]) == (FIRST + SECOND, f'"{hashlib.md5(FIRST + SECOND).hexdigest()}"')


def test_parts_that_are_still_to_be_read_stay(cloud: Cloud, s3: Any) -> None:
    """A reader opens part after part: those to come stay until it is through, though the object is deleted."""
    upload = begin(s3)
    complete(s3, upload, part(s3, upload, 1, FIRST), part(s3, upload, 2, SECOND))
    held = hold(cloud.s3.store, cloud.s3.blobs, BUCKET, "big", None)
    s3.delete_object(Bucket=BUCKET, Key="big")
    assert b"".join(held.content(0, held.version.size)) == FIRST + SECOND
    held.release()
    assert cloud.files() == 0


def test_a_checksum_of_all_and_one_of_the_parts(s3: Any) -> None:
    whole = base64.b64encode(zlib.crc32(FIRST + SECOND).to_bytes(4, "big")).decode()
    upload = begin(s3, ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT")
    parts = [part(s3, upload, number, body) for number, body in ((1, FIRST), (2, SECOND))]
    answer = complete(s3, upload, *parts, ChecksumCRC32=whole)
    assert (answer["ChecksumCRC32"], answer["ChecksumType"]) == (whole, "FULL_OBJECT")
    upload = begin(s3, ChecksumAlgorithm="SHA256")
    parts = [part(s3, upload, number, body, ChecksumAlgorithm="SHA256") for number, body in ((1, FIRST), (2, SECOND))]
    digests = b"".join(hashlib.sha256(each).digest() for each in (FIRST, SECOND))
    composite = base64.b64encode(hashlib.sha256(digests).digest()).decode()
    assert complete(s3, upload, *parts)["ChecksumSHA256"] == f"{composite}-2"
    found = s3.head_object(Bucket=BUCKET, Key="big", ChecksumMode="ENABLED")
    assert (found["ChecksumSHA256"], found["ChecksumType"]) == (f"{composite}-2", "COMPOSITE")


@pytest.mark.parametrize(("algorithm", "kind"), [("SHA256", "FULL_OBJECT"), ("CRC64NVME", "COMPOSITE")])
def test_checksums_that_do_not_go_together(s3: Any, algorithm: str, kind: str) -> None:
    asked = {"Bucket": BUCKET, "Key": "a", "ChecksumAlgorithm": algorithm, "ChecksumType": kind}
    assert refusal(s3.create_multipart_upload, **asked) == ("InvalidRequest", 400)


def test_an_upload_completed_only_if_nothing_is_there(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="big", Body=b"first")
    upload = begin(s3)
    one = part(s3, upload, 1, b"x")
    asked = {**upload, "MultipartUpload": {"Parts": [one]}, "IfNoneMatch": "*"}
    assert refusal(s3.complete_multipart_upload, **asked) == ("PreconditionFailed", 412)
    s3.upload_fileobj(io.BytesIO(b"other"), BUCKET, "other")
    assert s3.get_object(Bucket=BUCKET, Key="other")["Body"].read() == b"other"
