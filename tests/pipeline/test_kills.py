"""`kill -9` of each process in the middle of each activity: every article is published once, and nothing is double.

Each article of a test meets one kill: its row of the table. Between a process and AWS stands a proxy that sees what
the process was given and what it answers, and kills it at that moment; it is started again, as systemd would.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.articles import Package, make_article
from tests.pipeline.between import Answer, Between, Call, Fault
from tests.pipeline.outcome import check_published_once, publish_all
from tests.pipeline.publishing import Process, Publishing

pytestmark = [pytest.mark.machines, pytest.mark.timeout(900)]

ACTIVITIES = (
    "PingWorker", "ExpandArticle", "ApplyVersionNumber", "ScheduleCrossref", "ConvertJATS", "SetPublicationStatus",
    "ResizeImages", "DepositAssets", "PreparePostEIF", "ApprovePublication", "RewriteEIF", "ArchiveArticle",
    "UpdateLAX", "ScheduleDownstream",
)  # fmt: skip
# Who is killed when an activity is given to a worker; `answer` is the worker that has done it, before it can say so.
VICTIMS = ("worker", "answer", "decider", "website", "lax", "queue_worker", "queue_workflow_starter")
# Other moments: the process that makes this call is killed, and the call is lost or its answer is.
CALLS = (
    ("queue_worker", "SendMessage", Fault.LOST), ("queue_worker", "SendMessage", Fault.UNHEARD),
    ("queue_worker", "DeleteMessage", Fault.LOST),
    ("queue_workflow_starter", "StartWorkflowExecution", Fault.LOST),
    ("queue_workflow_starter", "StartWorkflowExecution", Fault.UNHEARD),
    ("queue_workflow_starter", "DeleteMessage", Fault.LOST),
    ("decider", "RespondDecisionTaskCompleted", Fault.LOST), ("decider", "RespondDecisionTaskCompleted", Fault.UNHEARD),
    ("worker", "RespondActivityTaskCompleted", Fault.UNHEARD),
)  # fmt: skip
# Each turn of the table takes a minute or two. PIPELINE_KILLS=all is the whole table.
TURNS = range(len(VICTIMS)) if os.environ.get("PIPELINE_KILLS") == "all" else (0,)
_ids = itertools.count(30_001)


@dataclass
class Kills:
    """What shall be killed when; each row of the table happens once."""

    publishing: Publishing
    activities: dict[tuple[str, str], str] = field(default_factory=dict)
    """(article, activity that a worker is given) -> who is killed then."""
    calls: dict[tuple[str, str, str], Fault] = field(default_factory=dict)
    """(article, process, its call) -> what becomes of the call when the process is killed."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def between(self) -> Iterator[None]:
        """With a proxy before each process of the bot."""
        proxies = []
        for process in self.publishing.processes.values():
            if process.name in ("lax", "website"):
                continue
            watch = Watch(self, process)
            proxies.append(Between(process.environment["AWS_ENDPOINT_URL"], watch.before, watch.after))
            process.environment = process.environment | {"AWS_ENDPOINT_URL": proxies[-1].url}
        try:
            yield
        finally:
            for proxy in proxies:
                proxy.close()

    def given(self, article: str, activity: str, answers: bool) -> str | None:
        """Who shall be killed now that a worker was given that activity, or answers it."""
        with self._lock:
            victim = self.activities.get((article, activity))
            return self.activities.pop((article, activity)) if victim and (victim == "answer") is answers else None

    def called(self, article: str, process: str, action: str) -> Fault:
        """What becomes of a call; other than NONE, the process shall be killed."""
        with self._lock:
            return self.calls.pop((article, process, action), Fault.NONE)


@dataclass
class Watch:
    """What one process was given last."""

    kills: Kills
    process: Process
    article: str = ""
    activity: str = ""
    receipts: dict[str, str] = field(default_factory=dict)  # of messages, whose article they are about

    def after(self, call: Call, answer: Answer) -> None:
        if not call.action.startswith(("PollFor", "ReceiveMessage")) or not (found := _article(json.dumps(answer))):
            return
        self.article = found
        for message in answer.get("Messages", ()):
            self.receipts[message["ReceiptHandle"]] = _article(message["Body"])
        if call.action == "PollForActivityTask":
            self.activity = answer["activityType"]["name"]
            victim = self.kills.given(self.article, self.activity, answers=False)
            if victim:
                (self.process if victim == "worker" else self.kills.publishing.processes[victim]).kill()

    def before(self, call: Call) -> Fault:
        if call.action == "RespondActivityTaskCompleted" and self.kills.given(self.article, self.activity, True):
            self.process.kill()
            return Fault.LOST
        if call.action == "DeleteMessage":
            article = self.receipts.get(call.json()["ReceiptHandle"], "")
        else:
            article = _article(call.body.decode(errors="replace")) or self.article
        fault = self.kills.called(article, self.process.name.partition("-")[0], call.action)
        if fault is Fault.LOST:
            self.process.kill()
        elif fault is Fault.UNHEARD:
            threading.Timer(0.2, self.process.kill).start()
        return fault


def _article(text: str) -> str:
    found = re.search(r"elife-(3\d{4})|article_id\W+(3\d{4})", text)
    return found[1] or found[2] if found else ""


@pytest.mark.parametrize("turn", TURNS)
def test_a_process_killed_in_each_activity(own_publishing: Publishing, turn: int) -> None:
    packages = _packages(len(ACTIVITIES))
    kills = Kills(own_publishing)
    for number, (package, activity) in enumerate(zip(packages, ACTIVITIES, strict=True)):
        kills.activities[package.article_id, activity] = VICTIMS[(number + turn) % len(VICTIMS)]
    _publish_under(kills, packages)


def test_a_process_killed_with_a_call_on_its_way(own_publishing: Publishing) -> None:
    packages = _packages(len(CALLS))
    kills = Kills(own_publishing)
    for package, (process, action, fault) in zip(packages, CALLS, strict=True):
        kills.calls[package.article_id, process, action] = fault
    _publish_under(kills, packages)


def _packages(count: int) -> list[Package]:
    return [make_article(article_id=str(next(_ids)), figures=2) for _ in range(count)]


def _publish_under(kills: Kills, packages: list[Package]) -> None:
    publishing = kills.publishing
    publishing.stop()
    with kills.between():
        publishing.start()
        for package in packages:
            publishing.put(package.zip_name, package.zip_bytes())
        publish_all(publishing, packages)
        for package in packages:
            check_published_once(publishing, package)
        publishing.stop()
    assert (kills.activities, kills.calls) == ({}, {})
