"""Faults of AWS and of the machine under the bot: S3 that asks for patience, lost answers, no room, wrong clocks."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.articles import Package, make_article
from tests.pipeline.between import Between, Call, Fault
from tests.pipeline.outcome import check_published_once, publish_all
from tests.pipeline.publishing import ERROR, PUBLISHED, READY, Publishing

pytestmark = [pytest.mark.machines, pytest.mark.timeout(900)]

_ids = itertools.count(50_001)
_S3 = ("GET", "PUT", "HEAD", "POST", "DELETE")


def packages(count: int) -> list[Package]:
    return [make_article(article_id=str(next(_ids)), figure_size=(200, 150)) for _ in range(count)]


class EveryNth:
    """Every nth call of a kind meets a fault."""

    def __init__(self, nth: int, fault: Fault, *actions: str) -> None:
        self._count, self._nth, self._fault, self._actions = itertools.count(1), nth, fault, actions
        self.met = 0

    def __call__(self, call: Call) -> Fault:
        if call.action not in self._actions or next(self._count) % self._nth:
            return Fault.NONE
        self.met += 1
        return self._fault


@contextmanager
def between(publishing: Publishing, name: str, before: EveryNth) -> Iterator[None]:
    process = publishing.processes[name]
    proxy = Between(process.environment["AWS_ENDPOINT_URL"], before)
    usual, process.environment = process.environment, process.environment | {"AWS_ENDPOINT_URL": proxy.url}
    try:
        yield
    finally:
        process.environment = usual
        proxy.close()


FAULTS = {
    "S3 asks for patience": ("worker", 4, Fault.BUSY, _S3),
    "S3's answers are lost": ("worker", 9, Fault.UNHEARD, _S3),
    "SWF hears twice": ("worker", 5, Fault.UNHEARD, ("RespondActivityTaskCompleted",)),
    "decisions are made twice": ("decider", 5, Fault.UNHEARD, ("RespondDecisionTaskCompleted",)),
    "events are sent twice": ("worker", 5, Fault.UNHEARD, ("SendMessage",)),
    "messages are taken twice": ("queue_worker", 2, Fault.UNHEARD, ("DeleteMessage",)),
    "starts are asked for twice": ("queue_workflow_starter", 2, Fault.UNHEARD, ("StartWorkflowExecution",)),
    "starter messages are sent twice": ("queue_worker", 2, Fault.UNHEARD, ("SendMessage",)),
}


def test_calls_that_fail_or_are_not_heard(own_publishing: Publishing) -> None:
    """All of it together, on every process of the bot."""
    own_publishing.stop()
    before: dict[str, list[EveryNth]] = {}
    for process, nth, fault, actions in FAULTS.values():
        for name in own_publishing.processes:
            if name.partition("-")[0] == process:
                before.setdefault(name, []).append(EveryNth(nth, fault, *actions))
    articles = packages(6)
    with ExitStack() as stack:
        for name, faults in before.items():
            stack.enter_context(between(own_publishing, name, _First(faults)))
        own_publishing.start()
        for article in articles:
            own_publishing.put(article.zip_name, article.zip_bytes())
        publish_all(own_publishing, articles, 500)
        for article in articles:
            check_published_once(own_publishing, article)
        own_publishing.stop()
    met = {fault._actions[0] for faults in before.values() for fault in faults if fault.met}
    assert met == {actions[0] for _, _, _, actions in FAULTS.values()}


class _First(EveryNth):
    """The first fault that a call meets."""

    def __init__(self, faults: list[EveryNth]) -> None:
        super().__init__(1, Fault.NONE)
        self._faults = faults

    def __call__(self, call: Call) -> Fault:
        met = [fault(call) for fault in self._faults]
        return next((fault for fault in met if fault is not Fault.NONE), Fault.NONE)


@contextmanager
def little_room(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_no_room_on_a_worker(own_publishing: Publishing, tmp_path: Path) -> None:
    """No worker has room: they say so, and the article goes on where there is some again."""
    large = make_article(article_id=str(next(_ids)), figures=30, figure_size=(700, 500))
    assert len(large.zip_bytes()) > 100_000
    with little_room(tmp_path / "room", "64k") as room:
        for worker in own_publishing.workers():
            worker.stop()
            worker.environment = worker.environment | {"TMPDIR": str(room)}
            worker.start()
        own_publishing.put(large.zip_name, large.zip_bytes())
        own_publishing.until(
            lambda: "no room" in _told(own_publishing, large) or "full" in _told(own_publishing, large)
        )
        worker = own_publishing.workers()[0]
        worker.stop()
        worker.environment = worker.environment | {"TMPDIR": str(tmp_path)}
        worker.start()
        publish_all(own_publishing, [large])
        check_published_once(own_publishing, large)
        own_publishing.stop()


def _told(publishing: Publishing, package: Package) -> str:
    publishing.look()
    return publishing.story(package.article_id)


@pytest.mark.parametrize("off", ["-120s", "+120s"])
def test_a_clock_two_minutes_off(own_publishing: Publishing, off: str) -> None:
    """One of two workers' clocks is wrong: events still have the right time, and calls to AWS are accepted."""
    [article] = packages(1)
    worker, other = own_publishing.workers()
    for each in (worker, other):
        each.stop()
    worker.command = ["faketime", "-f", off, *worker.command]
    worker.start()
    own_publishing.put(article.zip_name, article.zip_bytes())
    own_publishing.until_status(article.article_id, 1, READY)
    other.start()
    own_publishing.approve(article.article_id)
    own_publishing.until_status(article.article_id, 1, PUBLISHED)
    own_publishing.until_idle()
    check_published_once(own_publishing, article)
    now = datetime.now(UTC)
    times = [datetime.fromisoformat(event["timestamp"]).replace(tzinfo=UTC) for event in
             own_publishing.events(article.article_id)]  # fmt: skip
    assert all(now - timedelta(seconds=100) < time < now + timedelta(seconds=60) for time in times), times
    assert own_publishing.events(article.article_id, ERROR) == []
