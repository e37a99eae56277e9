"""Addresses and forms signed beforehand: they carry what a client would say in headers."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.localcloud.s3.cloud import BUCKET, Cloud


def test_an_address_to_get_and_one_to_put(s3: Any) -> None:
    put = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "a b", "ContentType": "text/css"})
    asked = urllib.request.Request(put, b"hello", {"Content-Type": "text/css"}, method="PUT")
    assert urllib.request.urlopen(asked, timeout=30).status == 200
    get = s3.generate_presigned_url(
        "get_object", {"Bucket": BUCKET, "Key": "a b", "ResponseContentDisposition": "attachment"}
    )
    with urllib.request.urlopen(get, timeout=30) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"hello", "text/css")
        assert answer.headers["Content-Disposition"] == "attachment"


def form(fields: dict[str, str], content: bytes = b"content", name: str = "file") -> tuple[bytes, dict[str, str]]:
    body = b""
    for each, value in fields.items():
        body += f'--xx\r\nContent-Disposition: form-data; name="{each}"\r\n\r\n{value}\r\n'.encode()
    body += f'--xx\r\nContent-Disposition: form-data; name="{name}"; filename="up/x.tif"\r\n'.encode()
    body += b"Content-Type: image/tiff\r\n\r\n" + content + b"\r\n--xx--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=xx"}


def test_a_form(cloud: Cloud, s3: Any) -> None:
    conditions = [{"x-amz-meta-by": "elife"}, ["content-length-range", 1, 100], {"success_action_status": "201"}]
    given = {"x-amz-meta-by": "elife", "success_action_status": "201"}
    fields = s3.generate_presigned_post(BUCKET, "in/${filename}", given, conditions)["fields"]
    status, headers, body = cloud.call("POST", f"/{BUCKET}", *form(fields))
    assert (status, b"<Key>in/x.tif</Key>" in body) == (201, True)
    found = s3.get_object(Bucket=BUCKET, Key="in/x.tif")
    assert (found["Body"].read(), found["ContentType"]) == (b"content", "image/tiff")
    assert (found["Metadata"], headers["etag"]) == ({"by": "elife"}, found["ETag"])
    status, _, body = cloud.call("POST", f"/{BUCKET}", *form(fields, b"x" * 101))
    assert (status, b"<Code>EntityTooLarge</Code>" in body) == (400, True)
    assert b"<Code>EntityTooSmall</Code>" in cloud.call("POST", f"/{BUCKET}", *form(fields, b""))[2]
    status, _, body = cloud.call("POST", f"/{BUCKET}", *form({**fields, "x-amz-meta-by": "others"}))
    assert (status, b"Policy Condition failed" in body) == (403, True)
    assert b"Extra input fields: acl" in cloud.call("POST", f"/{BUCKET}", *form({**fields, "acl": "private"}))[2]


def test_a_form_for_a_prefix_that_leads_on(cloud: Cloud, s3: Any) -> None:
    rules = [["starts-with", "$key", "in/"], ["starts-with", "$success_action_redirect", ""]]
    fields = s3.generate_presigned_post(BUCKET, "in/${filename}", None, rules)["fields"]
    fields["success_action_redirect"] = "http://example.org/done?x=1"
    status, headers, _ = cloud.call("POST", f"/{BUCKET}", *form({**fields, "key": "in/a"}))
    assert status == 303
    assert headers["location"].startswith(f"http://example.org/done?x=1&bucket={BUCKET}&key=in%2Fa&etag=")
    assert cloud.call("POST", f"/{BUCKET}", *form({**fields, "key": "out/a"}))[0] == 403


@pytest.mark.parametrize("fields", [{}, {"key": "a", "policy": "none"}])
def test_forms_that_s3_does_not_take(cloud: Cloud, fields: dict[str, str]) -> None:
    assert cloud.call("POST", f"/{BUCKET}", *form(fields))[0] == 400
    assert cloud.call("POST", f"/{BUCKET}", *form({"key": "a"}, name="other"))[0] in (400, 204)
    assert cloud.call("POST", f"/{BUCKET}", b"--xx", {"Content-Type": "multipart/form-data; boundary=xx"})[0] == 400
    assert cloud.call("POST", f"/{BUCKET}", b"", {"Content-Type": "multipart/form-data"})[0] == 400
