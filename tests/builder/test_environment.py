"""create_s3_resources.py, as a user runs it, with any Python: what is there, what is made, what is taken over."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import ROOT, Cloud, eventually

PYTHON = "/usr/bin/python3"  # not the virtualenv's


def run(cloud: Cloud, *words: str, code: int = 0) -> str:
    done = cloud.run(PYTHON, "create_s3_resources.py", *words)
    assert done.returncode == code, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "-p/--prefix"),
        (("-p",), "-p/--prefix"),
        (("-p", "Not A Prefix"), "'Not A Prefix' is no prefix"),
        (("-p", "prod"), "production has no prefix"),
        (("-p", "ct", "more"), "more"),
    ],
)
def test_wrong_use_is_one_clear_message(words: tuple[str, ...], said: str) -> None:
    command = [PYTHON, "create_s3_resources.py", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and "Traceback" not in done.stderr


@pytest.fixture
def byhand(cloud: Cloud) -> Iterator[str]:
    """A prefix whose resources go at the end."""
    prefix = f"hand{uuid.uuid4().hex[:6]}"
    yield prefix
    cloud.bldr("aws_delete_stack", f"continuum-resources-{prefix}", "--yes")
    s3 = cloud.client("s3")
    for bucket in s3.list_buckets(Prefix=f"{prefix}-")["Buckets"]:
        for found in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
            s3.delete_object(Bucket=bucket["Name"], Key=found["Key"])
        s3.delete_bucket(Bucket=bucket["Name"])


@pytest.mark.machines
def test_what_was_made_by_hand_is_taken_over_and_nothing_of_it_lost(cloud: Cloud, byhand: str) -> None:
    arrivals, queue = f"{byhand}-elife-production-final", f"{byhand}-incoming-queue"
    s3, sqs, swf = (cloud.client(each) for each in ("s3", "sqs", "swf"))
    s3.create_bucket(Bucket=arrivals)
    s3.put_object(Bucket=arrivals, Key="old.zip", Body=b"old")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="before")

    dry = run(cloud, "-p", byhand, "--dry-run")
    assert f"= {arrivals} exists" in dry and f"+ SWF domain Publish.{byhand}" in dry
    assert [each["Name"] for each in s3.list_buckets(Prefix=f"{byhand}-")["Buckets"]] == [arrivals]
    assert "give --yes" in run(cloud, "-p", byhand, code=2)

    run(cloud, "-p", byhand, "--yes")
    assert s3.get_object(Bucket=arrivals, Key="old.zip")["Body"].read() == b"old"
    assert s3.get_bucket_encryption(Bucket=arrivals)
    assert swf.describe_domain(name=f"Publish.{byhand}")["domainInfo"]["status"] == "REGISTERED"
    (told,) = s3.get_bucket_notification_configuration(Bucket=arrivals)["QueueConfigurations"]
    assert (told["Id"], told["Events"]) == ("NewS3Object", ["s3:ObjectCreated:*"])
    s3.put_object(Bucket=arrivals, Key="new.zip", Body=b"new")
    seen: set[str] = set()

    def arrived() -> bool:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            body = message["Body"]
            seen.add(json.loads(body)["Records"][0]["s3"]["object"]["key"] if "Records" in body else body)
        return {"before", "new.zip"} <= seen

    eventually(arrived)

    s3.put_bucket_notification_configuration(Bucket=arrivals, NotificationConfiguration={})
    assert f"notifies {queue}" in run(cloud, "-p", byhand, "--dry-run")
    assert f"notifies {queue}" in run(cloud, "-p", byhand)
    again = run(cloud, "-p", byhand)
    assert "as they should be" in again and "notifies" not in again

    sqs.delete_queue(QueueUrl=url)
    assert f"{queue}: gone" in run(cloud, "-p", byhand, code=1)


@pytest.mark.machines
def test_only_the_cdns_objects_are_for_everybody(cloud: Cloud) -> None:
    s3, key = cloud.client("s3"), "00000/everybody.jpg"
    for name in ("elife-publishing-cdn", "elife-publishing-eif"):
        s3.put_object(Bucket=f"ct-{name}", Key=key, Body=b"figure")
    endpoint = s3.meta.endpoint_url
    assert anonymous(f"{endpoint}/ct-elife-publishing-cdn/{key}") == (200, b"figure")
    assert anonymous(f"{endpoint}/ct-elife-publishing-cdn")[0] == 403
    assert anonymous(f"{endpoint}/ct-elife-publishing-eif/{key}")[0] == 403


def anonymous(url: str) -> tuple[int, Any]:
    """What somebody without an account is answered."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""
