"""What a lifecycle rule lets expire is gone when its day has come, and not before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from localcloud.s3.lifecycle import DAY, Lifecycle
from tests.localcloud.s3.cloud import BUCKET, Cloud, keys, notify

Pass = Callable[[float], None]


@pytest.fixture
def days_later(cloud: Cloud) -> Pass:
    """Let the rules run as they would so many days after today's midnight."""

    def run(days: float) -> None:
        lifecycle = Lifecycle(cloud.s3.store, lambda: time.time() // DAY * DAY + days * DAY + 1)
        lifecycle.happen(lambda: True)

    return run


def rule(s3: Any, **more: Any) -> None:
    rules = [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, **more}]
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": rules})


def put(s3: Any, *names: str, **more: Any) -> None:
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=name, Body=b"x", **more)


def test_objects_expire_at_the_midnight_after_their_days(cloud: Cloud, s3: Any, days_later: Pass) -> None:
    put(s3, "tmp/a", "tmp/b", "kept")
    rule(s3, Filter={"Prefix": "tmp/"}, Expiration={"Days": 2})
    notify(s3, "LifecycleExpiration:*")
    days_later(2)
    assert len(keys(s3)) == 3
    days_later(3)
    assert (keys(s3), cloud.files()) == (["kept"], 1)
    records = cloud.records(2)
    assert [record["eventName"] for record in records] == ["LifecycleExpiration:Delete"] * 2
    assert records[0]["userIdentity"] == {"principalId": "s3.amazonaws.com"}


def test_an_object_tells_when_it_will_go(s3: Any) -> None:
    rule(s3, ID="old ones", Filter={"Prefix": "tmp/"}, Expiration={"Days": 1})
    answer = s3.put_object(Bucket=BUCKET, Key="tmp/a", Body=b"x")
    made = s3.head_object(Bucket=BUCKET, Key="tmp/a")
    day = made["LastModified"].replace(hour=0, minute=0, second=0) + timedelta(days=2)
    assert made["Expiration"] == f'expiry-date="{day:%a, %d %b %Y} 00:00:00 GMT", rule-id="old%20ones"'
    assert answer["Expiration"] == made["Expiration"]
    assert "Expiration" not in s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")


def test_by_date_size_and_tags(s3: Any, days_later: Pass) -> None:
    put(s3, "plain")
    put(s3, "tagged", Tagging="stage=old&more=1")
    s3.put_object(Bucket=BUCKET, Key="large", Body=b"x" * 100)
    rule(s3, Filter={"Tag": {"Key": "stage", "Value": "old"}}, Expiration={"Days": 1})
    days_later(2)
    assert keys(s3) == ["large", "plain"]
    tomorrow = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    rule(s3, Filter={"And": {"Prefix": "", "ObjectSizeGreaterThan": 50}}, Expiration={"Date": tomorrow})
    days_later(0)
    assert keys(s3) == ["large", "plain"]
    days_later(1)
    assert keys(s3) == ["plain"]


def test_versions_and_markers(s3: Any, days_later: Pass) -> None:
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    put(s3, "a", "a", "a", "a")
    rule(s3, Expiration={"Days": 1}, NoncurrentVersionExpiration={"NoncurrentDays": 1, "NewerNoncurrentVersions": 1})
    days_later(2)
    found = s3.list_object_versions(Bucket=BUCKET)
    assert (len(found["Versions"]), len(found["DeleteMarkers"]), keys(s3)) == (2, 1, [])
    rule(s3, Expiration={"ExpiredObjectDeleteMarker": True}, NoncurrentVersionExpiration={"NoncurrentDays": 1})
    days_later(3)
    found = s3.list_object_versions(Bucket=BUCKET)
    assert "Versions" not in found
    assert "DeleteMarkers" not in found


def test_uploads_that_nobody_completes(cloud: Cloud, s3: Any, days_later: Pass) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
    s3.upload_part(Bucket=BUCKET, Key="big", UploadId=upload, PartNumber=1, Body=b"x")
    rule(s3, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 1})
    days_later(1)
    assert cloud.files() == 1
    days_later(2)
    assert (cloud.files(), s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads")) == (0, None)


def test_a_rule_that_is_off(s3: Any, days_later: Pass) -> None:
    put(s3, "a")
    rule(s3, Expiration={"Days": 1}, Status="Disabled")
    days_later(9)
    assert keys(s3) == ["a"]


def test_many_objects(cloud: Cloud, s3: Any, days_later: Pass) -> None:
    for number in range(450):  # more than one batch
        cloud.call("PUT", f"/{BUCKET}/{number:04d}", b"x")
    rule(s3, Expiration={"Days": 1})
    days_later(2)
    assert (keys(s3), cloud.files()) == ([], 0)


def test_the_clock_does_it_by_itself(cloud_of_the_future: Cloud) -> None:
    deadline = time.monotonic() + 20
    while keys(cloud_of_the_future.client) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert keys(cloud_of_the_future.client) == []


@pytest.fixture
def cloud_of_the_future(tmp_path: Path) -> Iterator[Cloud]:
    """A cloud that was stopped for a month."""
    today = Cloud(tmp_path / "future")
    today.client.create_bucket(Bucket=BUCKET)
    put(today.client, "a")
    rule(today.client, Expiration={"Days": 10})
    today.stop()
    later = Cloud(tmp_path / "future", now=lambda: time.time() + 30 * DAY)
    yield later
    later.stop()
