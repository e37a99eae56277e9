"""kill -9 at any moment: what was acknowledged is there, whole; what was not is whole or not at all; one event each."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from localcloud.destinations import Destinations
from localcloud.s3 import S3
from localcloud.server import serve
from localcloud.sqs import Sqs
from tests.localcloud.s3.cloud import BUCKET, QUEUE, Cloud, client, keys, notify

KILLS = 6
WRITERS = 4
PART = b"p" * 5 * 1024 * 1024


def serve_until_killed(pipe: Any, folder: Path) -> None:
    """S3 with a queue of our SQS beside it, as the daemon has them."""
    sqs = Sqs(folder / "sqs.sqlite")
    destinations = Destinations(sqs)
    s3 = S3(folder / "s3", destinations.deliver, destinations.may_deliver)
    sqs.start()
    s3.start()
    pipe.send((serve(s3.app, "127.0.0.1", 0).server_port, serve(sqs.app, "127.0.0.1", 0).server_port))
    time.sleep(86_400)


class Process:
    def __init__(self, folder: Path) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        self.process = context.Process(target=serve_until_killed, args=(there, folder), daemon=True)
        self.process.start()
        self.port, self.sqs_port = here.recv()
        self.client = client(f"http://127.0.0.1:{self.port}")

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


def content(key: str) -> bytes:
    """What the object of that key is to hold: some are small, some take many blocks."""
    size = random.Random(key).choice((10, 1000, 300_000, 1_500_000))
    return (key.encode() * (size // len(key) + 1))[:size]


def write_until_killed(port: int, name: str, acknowledged: list[str], tried: list[str]) -> None:
    """Put object after object; every sixth in two parts."""
    s3 = client(f"http://127.0.0.1:{port}")
    for number in range(10_000):
        key = f"{name}-{number}"
        tried.append(key)
        try:
            if number % 6 == 5:
                _in_parts(s3, key)
            else:
                s3.put_object(Bucket=BUCKET, Key=key, Body=content(key))
        except Exception:  # noqa: BLE001  the server is gone
            return
        acknowledged.append(key)


def _in_parts(s3: Any, key: str) -> None:
    upload = {"Bucket": BUCKET, "Key": key, "UploadId": s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]}
    parts = []
    for number, body in ((1, PART), (2, content(key))):
        etag = s3.upload_part(**upload, PartNumber=number, Body=body)["ETag"]
        parts.append({"PartNumber": number, "ETag": etag})
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})


def told(process: Process) -> Counter[str]:
    """How many messages there are of each key; the queue is emptied."""
    found: Counter[str] = Counter()
    silent = 0
    while silent < 2:
        messages = _receive(process.sqs_port)
        silent = 0 if messages else silent + 1
        for message in messages:
            found.update(record["s3"]["object"]["key"] for record in json.loads(message["Body"]).get("Records", []))
    return found


def _receive(port: int) -> list[Any]:
    asked = {"QueueUrl": "http://x/123456789012/incoming", "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1,
             "VisibilityTimeout": 3600}  # fmt: skip
    return list(_sqs(port, "ReceiveMessage", asked).get("Messages", []))


def _sqs(port: int, action: str, asked: dict[str, Any]) -> Any:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"X-Amz-Target": f"AmazonSQS.{action}", "Content-Type": "application/x-amz-json-1.0"}
    connection.request("POST", "/", json.dumps(asked), headers)
    return json.loads(connection.getresponse().read() or b"{}")


def test_killed_again_and_again(tmp_path: Path) -> None:
    process = Process(tmp_path)
    _sqs(process.sqs_port, "CreateQueue", {"QueueName": QUEUE.rpartition(":")[2]})
    process.client.create_bucket(Bucket=BUCKET)
    notify(process.client, "ObjectCreated:*")
    acknowledged: list[str] = []
    tried: list[str] = []
    for kill in range(KILLS):
        writers = [
            threading.Thread(target=write_until_killed, args=(process.port, f"{kill}-{number}", acknowledged, tried))
            for number in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        time.sleep(random.uniform(0.05, 0.6))
        process.kill()
        for writer in writers:
            writer.join()
        process = Process(tmp_path)
    try:
        there = {key for page in process.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
                 for key in (each["Key"] for each in page.get("Contents", []))}  # fmt: skip
        assert len(acknowledged) > KILLS
        assert set(acknowledged) <= there <= set(tried)
        for key in there:
            body = process.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
            assert body in (content(key), PART + content(key)), f"{key} is not whole"
        assert told(process) == Counter(there)
    finally:
        process.kill()
    left = Cloud(tmp_path / "s3")
    try:
        left.s3.swept.wait(30)
        with left.s3.store.reading() as reading:
            named = {row["file"] for row in reading.rows("SELECT file FROM pieces")}
        assert {path.name for path in (tmp_path / "s3/objects").rglob("*") if path.is_file()} == named
    finally:
        left.stop()


def test_a_new_start_goes_on(tmp_path: Path) -> None:
    first = Cloud(tmp_path)
    first.client.create_bucket(Bucket=BUCKET)
    first.client.put_object(Bucket=BUCKET, Key="a", Body=b"kept")
    upload = first.client.create_multipart_upload(Bucket=BUCKET, Key="b")["UploadId"]
    etag = first.client.upload_part(Bucket=BUCKET, Key="b", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    first.stop()
    (tmp_path / "objects/0123456789ab00000000").write_bytes(b"left by a killed process")
    second = Cloud(tmp_path)
    try:
        assert second.client.get_object(Bucket=BUCKET, Key="a")["Body"].read() == b"kept"
        parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
        second.client.complete_multipart_upload(Bucket=BUCKET, Key="b", UploadId=upload, MultipartUpload=parts)
        assert keys(second.client) == ["a", "b"]
        assert second.s3.swept.wait(30)
        assert second.files() == 2
    finally:
        second.stop()


def test_what_was_not_delivered_is_delivered_after_a_restart(tmp_path: Path) -> None:
    unable = threading.Event()

    def fail(destination: str, body: str, token: str) -> None:
        unable.set()
        raise ConnectionError("not now")

    s3 = S3(tmp_path, fail, lambda destination, bucket: True)
    s3.start()
    server = serve(s3.app, "127.0.0.1", 0)
    caller = client(f"http://127.0.0.1:{server.server_port}")
    caller.create_bucket(Bucket=BUCKET)
    notify(caller, "ObjectCreated:*")
    caller.put_object(Bucket=BUCKET, Key="a", Body=b"x")
    assert unable.wait(30)
    server.shutdown()
    s3.stop()
    cloud = Cloud(tmp_path)
    try:
        assert [record["s3"]["object"]["key"] for record in cloud.records(1)] == ["a"]
    finally:
        cloud.stop()
