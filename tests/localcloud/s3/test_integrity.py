"""Nothing wrong is stored: every digest that a sender tells is held against what came."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import zlib
from typing import Any

import pytest

from localcloud.s3 import checksums
from tests.localcloud.s3.cloud import BUCKET, Cloud, client, keys, refusal

TEXT = b"123456789"
# The check values that the catalogue of CRC algorithms gives for "123456789".
CHECKS = {"CRC32": "CBF43926", "CRC32C": "E3069283", "CRC64NVME": "AE8B14860A799888"}


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


@pytest.mark.parametrize("algorithm", CHECKS)
def test_crcs(algorithm: str) -> None:
    whole, halves = checksums.new(algorithm), checksums.new(algorithm)
    whole.update(TEXT)
    for half in (TEXT[:4], b"", TEXT[4:]):
        halves.update(half)
    assert whole.digest().hex().upper() == halves.digest().hex().upper() == CHECKS[algorithm]
    parts = []
    for half in (TEXT[:4], b"", TEXT[4:]):
        part = checksums.new(algorithm)
        part.update(half)
        parts.append((b64(part.digest()), len(half)))
    assert base64.b64decode(checksums.of_parts(algorithm, checksums.FULL, parts)).hex().upper() == CHECKS[algorithm]


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_a_checksum_is_kept_and_told(s3: Any, algorithm: str) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=TEXT, ChecksumAlgorithm=algorithm)
    wanted = zlib.crc32(TEXT).to_bytes(4, "big") if algorithm == "CRC32" else hashlib.new(algorithm, TEXT).digest()
    found = s3.head_object(Bucket=BUCKET, Key="a", ChecksumMode="ENABLED")
    assert (found[f"Checksum{algorithm}"], found["ChecksumType"]) == (b64(wanted), "FULL_OBJECT")
    assert f"Checksum{algorithm}" not in s3.head_object(Bucket=BUCKET, Key="a")
    assert s3.list_objects_v2(Bucket=BUCKET)["Contents"][0]["ChecksumAlgorithm"] == [algorithm]


def test_an_upload_without_a_checksum_gets_one(cloud: Cloud, s3: Any) -> None:
    cloud.call("PUT", f"/{BUCKET}/a", TEXT)
    status, headers, _ = cloud.call("HEAD", f"/{BUCKET}/a", headers={"x-amz-checksum-mode": "ENABLED"})
    assert (status, headers["x-amz-checksum-crc64nvme"]) == (200, b64(bytes.fromhex(CHECKS["CRC64NVME"])))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-MD5": b64(hashlib.md5(b"other").digest())}, "BadDigest"),
        ({"Content-MD5": "short"}, "InvalidDigest"),
        ({"x-amz-checksum-crc32": b64(b"0000")}, "BadDigest"),
        ({"x-amz-checksum-sha256": b64(hashlib.sha256(b"other").digest())}, "BadDigest"),
        ({"x-amz-checksum-sha256": "short"}, "InvalidRequest"),
        ({"x-amz-checksum-crc32": b64(b"0000"), "x-amz-checksum-sha1": b64(b"0" * 20)}, "InvalidRequest"),
        ({"x-amz-checksum-xxhash3": b64(b"0" * 8)}, "NotImplemented"),
        ({"x-amz-content-sha256": hashlib.sha256(b"other").hexdigest()}, "XAmzContentSHA256Mismatch"),
    ],
)
def test_what_does_not_fit_is_not_stored(cloud: Cloud, s3: Any, headers: dict[str, str], code: str) -> None:
    body = cloud.call("PUT", f"/{BUCKET}/a", TEXT, headers)[2]
    assert f"<Code>{code}</Code>".encode() in body, body
    assert (keys(s3), cloud.files()) == ([], 0)


def test_what_fits_is_stored(cloud: Cloud, s3: Any) -> None:
    headers = {
        "Content-MD5": b64(hashlib.md5(TEXT).digest()),
        "x-amz-checksum-crc32c": b64(bytes.fromhex(CHECKS["CRC32C"])),
        "x-amz-content-sha256": hashlib.sha256(TEXT).hexdigest(),
    }
    assert cloud.call("PUT", f"/{BUCKET}/a", TEXT, headers)[0] == 200


def chunked(*parts: bytes, trailer: str = "", signed: bool = False) -> bytes:
    body = b""
    for part in (*parts, b""):
        signature = b";chunk-signature=" + b"0" * 64 if signed else b""
        body += b"%x%b\r\n%b" % (len(part), signature, part + b"\r\n" if part else b"")
    return body + (f"{trailer}\r\n".encode() if trailer else b"") + b"\r\n"


@pytest.mark.parametrize("signed", [False, True])
def test_aws_chunked_with_a_trailer(cloud: Cloud, s3: Any, signed: bool) -> None:
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" if signed else "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    headers = {"x-amz-content-sha256": kind, "Content-Encoding": "aws-chunked,gzip",
               "x-amz-decoded-content-length": "9", "x-amz-trailer": "x-amz-checksum-crc32"}  # fmt: skip
    good = f"x-amz-checksum-crc32:{b64(bytes.fromhex(CHECKS['CRC32']))}"
    bad = f"x-amz-checksum-crc32:{b64(b'0000')}"
    body = chunked(TEXT[:4], TEXT[4:], trailer=bad, signed=signed)
    assert b"<Code>BadDigest</Code>" in cloud.call("PUT", f"/{BUCKET}/a", body, headers)[2]
    assert keys(s3) == []
    body = chunked(TEXT[:4], TEXT[4:], trailer=good, signed=signed)
    assert cloud.call("PUT", f"/{BUCKET}/a", body, headers)[0] == 200
    found = s3.get_object(Bucket=BUCKET, Key="a")
    assert (found["Body"].read(), found["ContentEncoding"]) == (TEXT, "gzip")
    short = {**headers, "x-amz-decoded-content-length": "10"}
    assert b"<Code>IncompleteBody</Code>" in cloud.call("PUT", f"/{BUCKET}/a", body, short)[2]
    assert b"<Code>IncompleteBody</Code>" in cloud.call("PUT", f"/{BUCKET}/a", b"zz\r\n", headers)[2]


def test_chunked_by_http(cloud: Cloud, s3: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=30)
    connection.request("PUT", f"/{BUCKET}/a", iter([TEXT[:4], TEXT[4:]]), encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert s3.get_object(Bucket=BUCKET, Key="a")["Body"].read() == TEXT


def test_no_length_at_all(cloud: Cloud) -> None:
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=30) as caller:
        caller.sendall(f"PUT /{BUCKET}/a HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert b"MissingContentLength" in caller.recv(10_000)


def test_a_caller_who_hangs_up(cloud: Cloud, s3: Any) -> None:
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=30) as caller:
        caller.sendall(f"PUT /{BUCKET}/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
    s3.put_object(Bucket=BUCKET, Key="b", Body=b"x")
    assert keys(s3) == ["b"]


def test_a_caller_who_asks_before_sending(cloud: Cloud, s3: Any) -> None:
    head = "PUT /{}/a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=30) as caller:
        caller.sendall(head.format("no-such-bucket").encode())
        assert caller.recv(10_000).startswith(b"HTTP/1.1 404")  # before anything was sent
    with socket.create_connection(("127.0.0.1", cloud.port), timeout=30) as caller:
        caller.sendall(head.format(BUCKET).encode())
        assert caller.recv(10_000).startswith(b"HTTP/1.1 100")
        caller.sendall(TEXT)
        assert caller.recv(10_000).startswith(b"HTTP/1.1 200")
    assert s3.get_object(Bucket=BUCKET, Key="a")["Body"].read() == TEXT


@pytest.mark.parametrize(
    "document",
    [b"<Delete>", b"", b"<Delete/>", b"<Delete><Unknown/></Delete>", b"<Delete><Object/></Delete>",
     b'<!DOCTYPE x [<!ENTITY a "b">]><Delete><Object><Key>&a;</Key></Object></Delete>'],
)  # fmt: skip
def test_documents_that_s3_does_not_take(cloud: Cloud, document: bytes) -> None:
    status, _, body = cloud.call("POST", f"/{BUCKET}?delete", document, {"Content-Length": str(len(document))})
    assert status == 400
    assert b"<Code>MalformedXML</Code>" in body or b"<Code>MissingRequestBodyError</Code>" in body


def test_an_sdk_that_checks_what_it_gets(cloud: Cloud, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=TEXT, ChecksumAlgorithm="SHA256")
    careful = client(f"http://127.0.0.1:{cloud.port}", response_checksum_validation="when_supported")
    assert careful.get_object(Bucket=BUCKET, Key="a", ChecksumMode="ENABLED")["Body"].read() == TEXT
    assert refusal(careful.get_object, Bucket=BUCKET, Key="b")[0] == "NoSuchKey"
