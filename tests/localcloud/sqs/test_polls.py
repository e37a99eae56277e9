"""Long polls: they wake when there is something, each message wakes one, and nothing goes to who is no longer there."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter

from tests.localcloud.sqs.cloud import Cloud, eventually

POLLERS = 50


def waiting(cloud: Cloud) -> int:
    return sum(len(line) for line in cloud.sqs.waiting._lines.values())


def begin_poll(cloud: Cloud, url: str) -> http.client.HTTPConnection:
    """A receive of 20 seconds by hand, whose answer is left on its connection."""
    connection = http.client.HTTPConnection(cloud.endpoint.removeprefix("http://"), timeout=30)
    headers = {"X-Amz-Target": "AmazonSQS.ReceiveMessage", "Content-Type": "application/x-amz-json-1.0"}
    connection.request("POST", "/", json.dumps({"QueueUrl": url, "WaitTimeSeconds": 20}), headers)
    return connection


def test_each_message_to_one_of_fifty_pollers(cloud: Cloud) -> None:
    url, got, lock = cloud.queue(), Counter[str](), threading.Lock()

    def poll() -> None:
        bodies = cloud.bodies(url, 1, WaitTimeSeconds=20)
        with lock:
            got.update(bodies)

    threads = [threading.Thread(target=poll) for _ in range(POLLERS)]
    for thread in threads:
        thread.start()
    assert eventually(lambda: waiting(cloud) == POLLERS)
    began = time.monotonic()
    for start in range(0, POLLERS, 10):
        entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(start, start + 10)]
        cloud.client.send_message_batch(QueueUrl=url, Entries=entries)
    for thread in threads:
        thread.join()
    assert got == Counter(str(number) for number in range(POLLERS))
    assert time.monotonic() - began < 15, "woken, not waited out"
    assert cloud.counts(url) == (0, POLLERS, 0)


def test_one_message_wakes_one(cloud: Cloud) -> None:
    url, looks = cloud.queue(), []
    polls = [begin_poll(cloud, url) for _ in range(5)]
    assert eventually(lambda: waiting(cloud) == 5)
    change = cloud.sqs.store.change

    def counted() -> object:
        looks.append(1)
        return change()

    cloud.sqs.store.change = counted  # type: ignore[method-assign, assignment]
    cloud.send(url, "one")
    assert eventually(lambda: waiting(cloud) == 4)
    time.sleep(0.2)
    assert len(looks) <= 3, "the sender, the one woken, perhaps the clock"
    for poll in polls:
        poll.close()


def test_nothing_for_who_has_gone(cloud: Cloud) -> None:
    url = cloud.queue()
    gone, here = [begin_poll(cloud, url) for _ in range(3)], begin_poll(cloud, url)
    assert eventually(lambda: waiting(cloud) == 4)
    for poll in gone:
        poll.close()
    cloud.send(url, "kept")
    assert json.loads(here.getresponse().read())["Messages"][0]["Body"] == "kept"
    assert eventually(lambda: waiting(cloud) == 0)
    cloud.send(url, "for the next")
    assert cloud.counts(url) == (1, 1, 0)
    here.close()


def test_a_queue_says_how_long_to_wait(cloud: Cloud) -> None:
    url = cloud.queue(ReceiveMessageWaitTimeSeconds="20")
    threading.Timer(0.3, cloud.send, (url, "x")).start()
    assert cloud.bodies(url) == ["x"]
    assert cloud.bodies(url, WaitTimeSeconds=0) == []


def test_a_freed_group_wakes(cloud: Cloud) -> None:
    url = cloud.queue("one.fifo", ContentBasedDeduplication="true")
    cloud.send(url, "1", "2", MessageGroupId="g")
    held = cloud.receive(url, 1)[0]
    poll = begin_poll(cloud, url)
    assert eventually(lambda: waiting(cloud) == 1)
    cloud.delete(url, held)
    assert json.loads(poll.getresponse().read())["Messages"][0]["Body"] == "2"
    poll.close()


def test_an_empty_poll_ends_with_no_list(cloud: Cloud) -> None:
    assert "Messages" not in cloud.client.receive_message(QueueUrl=cloud.queue(), WaitTimeSeconds=1)


def test_stopping_sends_everybody_home(cloud: Cloud) -> None:
    poll = begin_poll(cloud, cloud.queue())
    assert eventually(lambda: waiting(cloud) == 1)
    cloud.sqs.waiting.stop()
    assert poll.getresponse().status == 200
    poll.close()
