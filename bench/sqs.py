"""How fast the local cloud's SQS is: messages sent, received and deleted in batches of ten, as ratios of one run.

    python -m bench.sqs [rounds a turn]

Three servers of ours (nothing, 2,000 and 100,000 messages of backlog) and stock moto with 2,000, each in a process of
its own, take turns, so that what else the machine does falls on all alike. Behind a backlog the messages received are
not those just sent: as many go as come, so that it stays as long as it was.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import servers

BODY = json.dumps({"workflow_name": "PubmedArticleDeposit", "workflow_data": {"document": "x" * 400}})
BACKLOG = {"empty": 0, "2,000": 2_000, "100,000": 100_000, "moto, 2,000": 2_000}
TURNS = 15  # the fastest of each counts: what else the machine does makes none of them faster
MOTO_TURNS = 5  # of one round each: it takes stock moto a second or so


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    with tempfile.TemporaryDirectory() as folder:
        started = {
            name: servers.start(servers.moto)
            if "moto" in name
            else servers.start(_ours, Path(folder) / f"{number}.sqlite")
            for number, name in enumerate(BACKLOG)
        }
        queues = {name: Queue(port) for name, (_, port) in started.items()}
        for name, queue in queues.items():
            queue.fill(BACKLOG[name])
        rates: dict[str, list[float]] = {name: [] for name in started}
        for turn in range(TURNS):
            for name, queue in queues.items():
                if "moto" not in name:
                    rates[name].append(queue.rate(rounds))
                elif turn < MOTO_TURNS:
                    rates[name].append(queue.rate(1))
        for process, _ in started.values():
            process.terminate()
    best = {name: max(found) for name, found in rates.items()}
    for name, rate in best.items():
        print(f"{name:>12} behind: {rate:8.1f} messages a second sent, received and deleted")
    against_moto, with_backlog = best["2,000"] / best["moto, 2,000"], best["100,000"] / best["empty"]
    print(f"2,000 of backlog / stock moto with as many: {against_moto:.1f} (at least 10)")
    print(f"100,000 of backlog / none:                  {with_backlog:.2f} (at least 0.9)")
    if against_moto < 10 or with_backlog < 0.9:
        sys.exit(1)


def _ours(pipe: Any, database: Path) -> None:
    from localcloud.sqs import Sqs

    sqs = Sqs(database)
    sqs.start()
    servers.answer(pipe, sqs.app)


class Queue:
    """One queue on one kept connection."""

    def __init__(self, port: int) -> None:
        self._call = servers.Json(port, "sqs", "AmazonSQS")
        self._url = self._call("CreateQueue", QueueName="bench")["QueueUrl"]

    def fill(self, messages: int) -> None:
        for _ in range(messages // 10):
            self._send()

    def rate(self, rounds: int) -> float:
        """Messages a second, each of them sent, received and deleted in a batch of ten."""
        began = time.perf_counter()
        for _ in range(rounds):
            self._send()
            got = self._call("ReceiveMessage", QueueUrl=self._url, MaxNumberOfMessages=10)["Messages"]
            entries = [{"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]} for n, message in enumerate(got)]
            gone = self._call("DeleteMessageBatch", QueueUrl=self._url, Entries=entries)["Successful"]
            assert len(gone) == 10, f"{len(gone)} of 10"
        return rounds * 10 / (time.perf_counter() - began)

    def _send(self) -> None:
        entries = [{"Id": str(number), "MessageBody": BODY} for number in range(10)]
        self._call("SendMessageBatch", QueueUrl=self._url, Entries=entries)


if __name__ == "__main__":
    main()
