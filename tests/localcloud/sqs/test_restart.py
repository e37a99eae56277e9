"""kill -9 at random moments under load: what was acknowledged is there, what was deleted never comes back."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.localcloud.served import Served
from tests.localcloud.sqs.cloud import Cloud, client, eventually

KILLS = 8
SERVER = """
import sys, time
from pathlib import Path
from localcloud.server import serve
from localcloud.sqs import Sqs
sqs = Sqs(Path(sys.argv[1]))
sqs.start()
print(f"http://127.0.0.1:{serve(sqs.app, '127.0.0.1', 0).server_port}", flush=True)
time.sleep(600)
"""


@contextmanager
def at_work(here: Callable[[], Served], *steps: Callable[[Any], None]) -> Iterator[None]:
    """Each step again and again in a thread of its own, with a client of whichever server runs."""
    stop = threading.Event()

    def forever(step: Callable[[Any], None]) -> None:
        while not stop.is_set():
            try:
                sqs = client(here().endpoint)
                while not stop.is_set():
                    step(sqs)
            except (ClientError, BotoCoreError):
                time.sleep(0.02)

    threads = [threading.Thread(target=forever, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()


def test_kills_under_load(tmp_path: Path) -> None:
    database, servers = tmp_path / "sqs.sqlite", []
    servers.append(Served(SERVER, database))
    sqs = client(servers[-1].endpoint)
    url = sqs.create_queue(QueueName="one", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    sqs.create_queue(QueueName="one.fifo", Attributes={"FifoQueue": "true", "VisibilityTimeout": "1"})
    acknowledged: set[str] = set()
    deleted: dict[str, int] = {}  # body -> the server that had acknowledged it
    asked_to_go: set[str] = set()  # a kill may fall between a deletion and its answer: then they may be gone or not
    back: list[str] = []
    handed: Counter[tuple[str, str]] = Counter()  # message and which of its receives
    order: list[int] = []
    numbers = iter(range(1_000_000))

    def send(sqs: Any) -> None:
        bodies = [str(next(numbers)) for _ in range(random.randint(1, 10))]
        told = sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": body, "MessageBody": body} for body in bodies])
        acknowledged.update(each["Id"] for each in told["Successful"])

    def receive(sqs: Any) -> None:
        asked = {"QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1, "AttributeNames": ["All"]}
        got = sqs.receive_message(**asked).get("Messages", [])
        for message in got:
            handed[message["Body"], message["Attributes"]["ApproximateReceiveCount"]] += 1
            if message["Body"] in deleted:
                back.append(message["Body"])
        entries = [{"Id": message["Body"], "ReceiptHandle": message["ReceiptHandle"]} for message in got]
        if entries and random.random() < 0.8:
            asked_to_go.update(each["Id"] for each in entries)
            for each in sqs.delete_message_batch(QueueUrl=url, Entries=entries)["Successful"]:
                deleted[each["Id"]] = len(servers)

    def in_order(sqs: Any) -> None:
        number = str(next(numbers))
        sqs.send_message(QueueUrl=url + ".fifo", MessageBody=number, MessageGroupId="g", MessageDeduplicationId=number)
        for message in sqs.receive_message(QueueUrl=url + ".fifo", MaxNumberOfMessages=3).get("Messages", []):
            sqs.delete_message(QueueUrl=url + ".fifo", ReceiptHandle=message["ReceiptHandle"])
            order.append(int(message["Body"]))

    with at_work(lambda: servers[-1], send, receive, receive, in_order):
        for _ in range(KILLS):
            time.sleep(random.uniform(0.2, 0.7))
            servers[-1].kill()
            servers.append(Served(SERVER, database))
    servers[-1].kill()
    cloud, left = Cloud(database), set[str]()
    assert eventually(lambda: cloud.counts(url)[1] == 0)
    waiting = cloud.counts(url)[0]
    while bodies := cloud.bodies(url, VisibilityTimeout=60):
        left.update(bodies)
    assert len(left) == waiting
    assert len(acknowledged) > 50
    assert not acknowledged - asked_to_go - left, "lost"
    assert not back, "came back"
    assert not left & deleted.keys(), "came back"
    assert set(handed.values()) == {1}, "one receive went to two"
    assert order == sorted(order)
    assert len(order) > 5
    with cloud.sqs.store.change() as change:
        assert change.row("PRAGMA integrity_check")[0] == "ok"
        rows = change.rows("SELECT box, state, count(*) AS n FROM messages GROUP BY box, state")
        kept = {(row["box"], row["state"]): row["number"] for row in change.rows("SELECT * FROM counts WHERE number")}
        assert kept == {(row["box"], row["state"]): row["n"] for row in rows}
    cloud.stop()
