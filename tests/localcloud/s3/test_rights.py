"""What S3 itself asks of those who know the callers' rights: they stand before it, and say so in `environ`."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from localcloud.access.refusals import WRONG_SIGNATURE, Refused
from tests.localcloud.s3.cloud import BUCKET, Cloud, keys, notify, refusal
from tests.localcloud.s3.test_signed import form

HERE = f"arn:aws:s3:::{BUCKET}"


def test_each_of_many_is_asked_for(cloud: Cloud, s3: Any) -> None:
    for key in ("mine/a", "yours/b"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    asked: list[tuple[str, str]] = []

    def may(action: str, resource: str) -> str | None:
        asked.append((action, resource))
        return None if resource.startswith(f"{HERE}/mine/") else "User: x is not authorized"

    cloud.environ["localcloud.may"] = may
    wanted = [{"Key": "mine/a"}, {"Key": "yours/b"}, {"Key": "mine/a", "VersionId": "null"}]
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": wanted})
    assert [each["Key"] for each in answer["Deleted"]] == ["mine/a", "mine/a"]
    assert answer["Errors"] == [{"Key": "yours/b", "Code": "AccessDenied", "Message": "User: x is not authorized"}]
    assert keys(s3) == ["yours/b"]
    assert asked == [("s3:DeleteObject", f"{HERE}/mine/a"), ("s3:DeleteObject", f"{HERE}/yours/b"),
                     ("s3:DeleteObjectVersion", f"{HERE}/mine/a")]  # fmt: skip


def test_who_may_not_list_is_not_told_what_is_missing(cloud: Cloud, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    cloud.environ["localcloud.may"] = lambda action, resource: "no" if action == "s3:ListBucket" else None
    assert refusal(s3.get_object, Bucket=BUCKET, Key="none") == ("AccessDenied", 403)
    assert refusal(s3.head_object, Bucket=BUCKET, Key="none") == ("403", 403)
    assert s3.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"x"
    cloud.environ.clear()
    assert refusal(s3.get_object, Bucket=BUCKET, Key="none") == ("NoSuchKey", 404)


def test_a_form_is_its_signers(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectCreated:*")

    def verify(fields: Mapping[str, str], key: str) -> Any:
        if fields.get("x-amz-signature") != "right":
            raise Refused(WRONG_SIGNATURE)
        assert key == "in/x.tif"
        return SimpleNamespace(account="123456789012", arn="", user_id="AIDAEXAMPLE", session=None)

    cloud.environ["localcloud.form"] = verify
    fields = {"key": "in/${filename}", "x-amz-signature": "wrong"}
    status, _, body = cloud.call("POST", f"/{BUCKET}", *form(fields))
    assert (status, b"<Code>SignatureDoesNotMatch</Code>" in body) == (403, True)
    assert (keys(s3), cloud.files()) == ([], 0)
    assert cloud.call("POST", f"/{BUCKET}", *form({**fields, "x-amz-signature": "right"}))[0] == 204
    assert cloud.records(1)[0]["userIdentity"] == {"principalId": "AWS:AIDAEXAMPLE"}
