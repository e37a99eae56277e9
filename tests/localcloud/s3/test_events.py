"""Notifications: one an event, with every field that AWS documents, to whom it was set and may be sent."""

from __future__ import annotations

import io
import re
import time
import urllib.request
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig

from localcloud.s3 import events
from tests.localcloud.s3.cloud import BUCKET, QUEUE, Cloud, notify, refusal

TOPIC = "arn:aws:sns:us-east-1:123456789012:news"
MB = 1024 * 1024
UNABLE = "Unable to validate the following destination configurations"


def names(cloud: Cloud, number: int) -> list[tuple[str, str]]:
    return [(record["eventName"], record["s3"]["object"]["key"]) for record in cloud.records(number)]


def queue(*wanted: str, id_: str = "", arn: str = QUEUE, **rules: str) -> dict[str, Any]:
    filters = [{"Name": name, "Value": value} for name, value in rules.items()]
    return {"QueueArn": arn, "Events": list(wanted), **({"Id": id_} if id_ else {}),
            **({"Filter": {"Key": {"FilterRules": filters}}} if filters else {})}  # fmt: skip


def test_a_record_has_every_field(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectCreated:*")
    answer = s3.put_object(Bucket=BUCKET, Key="red flower+é/a.zip", Body=b"hello")
    record = cloud.records(1)[0]
    told = answer["ResponseMetadata"]
    sequencer = record["s3"]["object"].pop("sequencer")
    assert re.fullmatch(r"[0-9A-F]{16,}", sequencer)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", record.pop("eventTime"))
    owner = record["s3"]["bucket"]["ownerIdentity"]["principalId"]
    assert re.fullmatch(r"A[A-Z0-9]{13}", owner)
    assert record == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": owner},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {"x-amz-request-id": told["RequestId"], "x-amz-id-2": told["HostId"]},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "news",
            "bucket": {"name": BUCKET, "ownerIdentity": {"principalId": owner}, "arn": f"arn:aws:s3:::{BUCKET}"},
            "object": {"key": "red+flower%2B%C3%A9/a.zip", "size": 5, "eTag": answer["ETag"].strip('"')},
        },
    }


def test_one_event_an_upload_however_it_is_made(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectCreated:*")
    s3.put_object(Bucket=BUCKET, Key="put", Body=b"x")
    s3.copy_object(Bucket=BUCKET, Key="copy", CopySource=f"{BUCKET}/put")
    config = TransferConfig(multipart_threshold=MB, multipart_chunksize=5 * MB)
    s3.upload_fileobj(io.BytesIO(b"x" * 11 * MB), BUCKET, "multipart", Config=config)
    form = s3.generate_presigned_post(BUCKET, "post")
    body, boundary = b"", "-----x"
    for name, value in {**form["fields"], "file": "content"}.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    body += f"--{boundary}--\r\n".encode()
    asked = urllib.request.Request(
        form["url"], body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}, method="POST"
    )
    assert urllib.request.urlopen(asked, timeout=30).status == 204
    assert s3.get_object(Bucket=BUCKET, Key="post")["Body"].read() == b"content"
    s3.put_object(Bucket=BUCKET, Key="last", Body=b"x")
    assert names(cloud, 5) == [
        ("ObjectCreated:Put", "put"),
        ("ObjectCreated:Copy", "copy"),
        ("ObjectCreated:CompleteMultipartUpload", "multipart"),
        ("ObjectCreated:Post", "post"),
        ("ObjectCreated:Put", "last"),
    ]


def test_what_is_removed_and_tagged(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectRemoved:*", "ObjectTagging:*")
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    s3.put_object_tagging(Bucket=BUCKET, Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    s3.delete_object_tagging(Bucket=BUCKET, Key="a")
    s3.delete_object(Bucket=BUCKET, Key="a")
    s3.delete_object(Bucket=BUCKET, Key="a")  # not there: nothing to tell
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=BUCKET, Key="b", Body=b"x")["VersionId"]
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "b"}]})
    s3.delete_object(Bucket=BUCKET, Key="b", VersionId=version)
    records = cloud.records(5)
    assert [record["eventName"] for record in records] == [
        "ObjectTagging:Put", "ObjectTagging:Delete", "ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated",
        "ObjectRemoved:Delete",
    ]  # fmt: skip
    assert [record["eventVersion"] for record in records] == ["2.3", "2.3", "2.1", "2.1", "2.1"]
    assert records[-1]["s3"]["object"]["versionId"] == version


def test_prefix_and_suffix(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectCreated:*", prefix="in put%28", suffix=".zip")
    for key in ("in put(a.zip", "in put(.zip", "in put(a.txt", "x/in put(a.zip", "in put%28a.zip"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    notify(s3, "ObjectCreated:*")
    s3.put_object(Bucket=BUCKET, Key="last", Body=b"x")
    assert [key for _, key in names(cloud, 3)] == ["in+put%28a.zip", "in+put%28.zip", "last"]


def test_the_sequencer_grows(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectCreated:*")
    for _ in range(5):
        s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    found = [record["s3"]["object"]["sequencer"] for record in cloud.records(5)]
    assert sorted(set(found)) == found


def test_a_new_destination_gets_a_test_message(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectCreated:Put")
    notify(s3, "ObjectCreated:*")  # the same destination: not again
    s3.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    cloud.records(1)
    tests = [message for _, message in cloud.arrived.values() if "Records" not in message]
    assert [(test["Service"], test["Event"], test["Bucket"]) for test in tests] == [
        ("Amazon S3", "s3:TestEvent", BUCKET)
    ]
    assert set(tests[0]) == {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"}


def test_what_is_set_is_told_and_can_be_taken_away(s3: Any) -> None:
    configuration = queue("s3:ObjectCreated:*", id_="mine", prefix="a&b/")
    asked = {"QueueConfigurations": [configuration], "EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=asked)
    found = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    assert found["QueueConfigurations"] == [configuration]
    assert found["EventBridgeConfiguration"] == {}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    assert "QueueConfigurations" not in s3.get_bucket_notification_configuration(Bucket=BUCKET)


@pytest.mark.parametrize(
    ("configurations", "message"),
    [
        ([queue("s3:ObjectCreated:*", arn=QUEUE + "-gone")], UNABLE),
        ([queue("s3:ObjectCreated:*", arn="arn:aws:s3:::bucket")], "The ARN could not be parsed"),
        ([queue("s3:ObjectCreated:*"), queue("s3:ObjectCreated:Put")], "ambiguously defined"),
        ([queue("s3:ObjectCreated:*", prefix="a"), queue("s3:ObjectCreated:*", prefix="ab")], "ambiguously defined"),
        ([queue("s3:ObjectCreated:*", suffix=".zip"), queue("s3:ObjectCreated:Put", prefix="x/", suffix="a.zip")],
         "ambiguously defined"),
        ([queue("s3:ObjectCreated:*", middle="a")], "either prefix or suffix"),
    ],
)  # fmt: skip
def test_configurations_that_s3_does_not_take(s3: Any, configurations: list[Any], message: str) -> None:
    with pytest.raises(s3.exceptions.ClientError, match=message) as error:
        s3.put_bucket_notification_configuration(
            Bucket=BUCKET, NotificationConfiguration={"QueueConfigurations": configurations}
        )
    assert error.value.response["Error"]["Code"] == "InvalidArgument"


def test_rules_that_do_not_overlap(cloud: Cloud, s3: Any) -> None:
    cloud.destinations.add(TOPIC)
    configurations = [
        queue("s3:ObjectCreated:*", prefix="in/", suffix=".zip"),
        queue("s3:ObjectCreated:*", prefix="in/", suffix=".tif"),
        queue("s3:ObjectRemoved:*"),
    ]
    topic = {"TopicArn": TOPIC, "Events": ["s3:ObjectCreated:*"],
             "Filter": {"Key": {"FilterRules": [{"Name": "Prefix", "Value": "out/"}]}}}  # fmt: skip
    asked = {"QueueConfigurations": configurations, "TopicConfigurations": [topic]}
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=asked)
    for key in ("in/a.zip", "in/a.tif", "in/a.txt", "out/a.txt"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    assert [key for _, key in names(cloud, 3)] == ["in/a.zip", "in/a.tif", "out/a.txt"]
    assert [destination for destination, message in cloud.arrived.values() if "Records" in message][-1] == TOPIC


def test_events_to_functions_are_refused(s3: Any) -> None:
    function = {
        "LambdaFunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:x",
        "Events": ["s3:ObjectCreated:*"],
    }
    asked = {"LambdaFunctionConfigurations": [function]}
    refused = refusal(s3.put_bucket_notification_configuration, Bucket=BUCKET, NotificationConfiguration=asked)
    assert refused == ("NotImplemented", 501)


def test_a_destination_that_is_gone_holds_up_nobody(cloud: Cloud, s3: Any) -> None:
    notify(s3, "ObjectCreated:*")
    cloud.destinations.clear()
    s3.put_object(Bucket=BUCKET, Key="lost", Body=b"x")
    _until_nothing_waits(cloud)
    cloud.destinations.add(QUEUE)
    s3.put_object(Bucket=BUCKET, Key="found", Body=b"x")
    assert names(cloud, 1)[-1] == ("ObjectCreated:Put", "found")


def _until_nothing_waits(cloud: Cloud) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with cloud.s3.store.reading() as reading:
            if reading.row("SELECT number FROM outbox") is None:
                return
        time.sleep(0.01)
    raise AssertionError("a notification to nowhere is still waiting")


def test_wildcards() -> None:
    assert events.covers("s3:ObjectCreated:*", "s3:ObjectCreated:Put")
    assert not events.covers("s3:ObjectCreated:Put", "s3:ObjectCreated:Post")
    assert not events.covers("s3:ObjectRemoved:*", "s3:ObjectCreated:Put")
