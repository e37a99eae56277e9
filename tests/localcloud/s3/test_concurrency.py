"""Many at once: readers wait for no upload, and an object that is written by many is one of theirs, whole."""

from __future__ import annotations

import http.client
import threading
from typing import Any

from tests.localcloud.s3.cloud import BUCKET, Cloud, client


def test_nobody_waits_for_a_large_upload(cloud: Cloud, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="large", Body=b"old")
    connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=30)
    connection.putrequest("PUT", f"/{BUCKET}/large")
    connection.putheader("Content-Length", "1000000")
    connection.endheaders(b"x" * 400_000)  # the rest takes its time
    assert s3.get_object(Bucket=BUCKET, Key="large")["Body"].read() == b"old"
    s3.put_object(Bucket=BUCKET, Key="other", Body=b"x")
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 2
    connection.send(b"x" * 600_000)
    assert connection.getresponse().status == 200
    connection.close()
    assert s3.head_object(Bucket=BUCKET, Key="large")["ContentLength"] == 1_000_000


def test_many_write_and_read_the_same(cloud: Cloud, s3: Any) -> None:
    contents = {bytes([letter]) * (200_000 + letter) for letter in b"abcd"}
    s3.put_object(Bucket=BUCKET, Key="a", Body=next(iter(contents)))
    wrong: list[Any] = []

    def write(content: bytes) -> None:
        mine = client(f"http://127.0.0.1:{cloud.port}")
        for _ in range(10):
            mine.put_object(Bucket=BUCKET, Key="a", Body=content)

    def read() -> None:
        mine = client(f"http://127.0.0.1:{cloud.port}")
        for _ in range(20):
            found = mine.get_object(Bucket=BUCKET, Key="a")["Body"].read()
            if found not in contents:
                wrong.append(len(found))

    at_work = [threading.Thread(target=write, args=(content,)) for content in contents]
    at_work += [threading.Thread(target=read) for _ in range(4)]
    for thread in at_work:
        thread.start()
    for thread in at_work:
        thread.join()
    assert not wrong
    assert cloud.files() == 1
