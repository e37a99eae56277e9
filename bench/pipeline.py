"""What the bot costs beside its work: articles through its processes; how soon it begins, how it grows, its idleness.

    sudo .venv/bin/python -m bench.pipeline [articles]

Needs root (for a local cloud of its own, which it removes) and PostgreSQL. Exit code 1 where a figure is over its
limit.

- CPU: articles through two workers and the other processes of the bot, against the same activities called one after
  another in one process (bench.alone). Both with the same cloud, lax and website, whose own time does not count.
- start: from a zip's arrival in the bucket of an idle system to the first activity of its execution.
- another machine: activities that only wait, so that no core is what they wait for: what eight workers do in the time
  that four need for half of it.
- idle: memory of the four processes (RSS, in which what they share counts four times; PSS, in which it counts once),
  and what they ask of the cloud.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.articles import make_article
from tests.bot.conftest import Bot
from tests.bot.engine import FILE, by_hand, install
from tests.bot.small_cloud import small_cloud
from tests.conftest import new_cloud
from tests.pipeline.publishing import READY, Publishing
from tests.postgresql import PostgreSQL, new_database

Figure = tuple[str, float, float, str]
FOUR = ("decider", "worker", "queue_worker", "queue_workflow_starter")
# As many figures as a short article has, of a size that vendors send.
FIGURES, PIXELS = 3, (1800, 1200)
SETTLE_SECONDS, IDLE_SECONDS = 5, 60
WAIT_SECONDS, WINDOW_SECONDS = 1.0, 20


def main() -> int:
    articles = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        with _small(Path(folder)) as (bot, asked):
            figures += _idle(bot, asked)
        with _small(Path(folder)) as (bot, _):
            figures += _another_machine(bot)
        for publishing in _whole(Path(folder)):
            figures += [*_cpu(publishing, articles), *_start(publishing)]
    for what, figure, limit, unit in figures:
        verdict = "" if figure <= limit else "   OVER"
        print(f"{what:<55} {figure:8.2f} {unit:<4}  at most {limit:g}{verdict}")
    return int(any(figure > limit for _, figure, limit, _ in figures))


def _idle(bot: Bot, asked: Counter[str]) -> list[Figure]:
    bot.make_queues()
    bot.run("register.py")
    processes = bot.start(*FOUR)
    time.sleep(SETTLE_SECONDS)
    asked.clear()
    time.sleep(IDLE_SECONDS)
    # A queue's or domain's requests go to the service that they are of.
    swf = sum(count for what, count in asked.items() if what.startswith("PollFor")) / IDLE_SECONDS
    others = asked.total() / IDLE_SECONDS - swf
    pids = [process.pid for process in processes]
    return [
        ("idle: RSS of the four processes", _memory(pids, "Rss"), 300, "MB"),
        ("idle: PSS of the four processes", _memory(pids, "Pss"), 300, "MB"),
        ("idle: requests to SWF", swf, 1, "/s"),
        ("idle: requests to SQS and all others", others, 1, "/s"),
    ]


def _memory(pids: list[int], kind: str) -> float:
    texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids]
    return sum(int(re.findall(rf"^{kind}:\s+(\d+) kB", text, re.MULTILINE)[0]) for text in texts) / 1024


def _another_machine(bot: Bot) -> list[Figure]:
    waits = f"""
def perform(task):
    time.sleep({WAIT_SECONDS})
    (HERE / 'done').open('a').write('x')
    return {{}}
"""
    number = "def perform(task):\n    return {'images': [str(n) for n in range(90)]}\n"
    install(bot, apply_version_number=number, resize_images=waits)
    done = bot.folder / "done"
    done.touch()
    bot.start("decider", *["worker"] * 4)
    for article in range(4):
        by_hand(bot, "PublishPerfectArticle", FILE, f"article {article}")
    one = _rate(lambda: done.stat().st_size)
    bot.start(*["worker"] * 4)
    two = _rate(lambda: done.stat().st_size)
    print(f"waiting activities: {one:.2f} a second by four workers, {two:.2f} by eight")
    return [("another machine: what it lacks of its proportion", 1 - two / (2 * one), 0.15, "")]


def _rate(count: Callable[[], int]) -> float:
    time.sleep(SETTLE_SECONDS)
    before, began = count(), time.monotonic()
    time.sleep(WINDOW_SECONDS)
    return (count() - before) / (time.monotonic() - began)


def _cpu(publishing: Publishing, articles: int) -> list[Figure]:
    """The bot's processes run from here on."""
    publishing.start("lax", "website")
    alone = [make_article(article_id=str(20001 + n), figures=FIGURES, figure_size=PIXELS) for n in range(articles)]
    together = [make_article(article_id=str(30001 + n), figures=FIGURES, figure_size=PIXELS) for n in range(articles)]
    for package in alone:
        publishing.put(package.zip_name, package.zip_bytes())
    names = [package.zip_name for package in alone]
    command = [sys.executable, "-m", "bench.alone", str(publishing.folder / "bot"), *names]
    said = subprocess.run(command, env=publishing.environment, check=True, capture_output=True, text=True).stdout
    sqs = publishing.client("sqs")
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=f"{publishing.prefix}-incoming-queue")["QueueUrl"])
    bot = [name for name in publishing.processes if name not in ("lax", "website")]
    publishing.start(*bot)
    time.sleep(SETTLE_SECONDS)
    pids = [publishing.processes[name].pid for name in bot]
    before, began = _seconds(pids), time.monotonic()
    for package in together:
        publishing.put(package.zip_name, package.zip_bytes())
    for package in together:
        publishing.until_status(package.article_id, 1, READY, 3600)
    used, took = _seconds(pids) - before, time.monotonic() - began
    print(f"{articles} articles: {float(said):.1f} s of CPU alone, {used:.1f} s by the bot, in {took:.1f} s")
    return [("CPU of the bot / CPU of its activities alone", used / float(said), 1.3, "")]


def _seconds(pids: list[int]) -> float:
    """CPU time of processes, with their children that have ended (proc(5): utime, stime, cutime, cstime)."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15] for pid in pids]
    return sum(int(field) for of_one in fields for field in of_one) / os.sysconf("SC_CLK_TCK")


def _start(publishing: Publishing) -> list[Figure]:
    package = make_article(article_id="40001")
    time.sleep(SETTLE_SECONDS)
    began = time.time()
    publishing.put(package.zip_name, package.zip_bytes())
    publishing.until_status("40001", 1, READY, 120)
    swf, domain = publishing.client("swf"), f"Publish.{publishing.prefix}"
    (execution,) = (one for one in publishing.executions() if package.zip_name in one["execution"]["workflowId"])
    history = swf.get_workflow_execution_history(domain=domain, execution=execution["execution"])["events"]
    first = next(event for event in history if event["eventType"] == "ActivityTaskStarted")
    return [("start: zip put to its first activity", first["eventTimestamp"].timestamp() - began, 3, "s")]


@contextmanager
def _small(folder: Path) -> Iterator[tuple[Bot, Counter[str]]]:
    """A bot with a small cloud of its own, in this process; nothing runs yet."""
    asked: Counter[str] = Counter()
    own = Path(tempfile.mkdtemp(dir=folder))
    with small_cloud(own, asked) as address, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.setenv(name, "bench")
        environment.setenv("AWS_ENDPOINT_URL", address)
        bot = Bot(own)
        try:
            yield bot, asked
        finally:
            bot.stop()


def _whole(folder: Path) -> Iterator[Publishing]:
    """A publishing environment on a local cloud of its own; nothing runs yet."""
    database = Path(tempfile.mkdtemp(prefix="bench-postgresql-"))  # not in `folder`: that is root's alone
    server = PostgreSQL(database)
    server.start()
    try:
        for cloud in new_cloud(folder / "home"):
            for lax in new_database(server):
                for website in new_database(server):
                    (folder / "publishing").mkdir()
                    publishing = Publishing(cloud, folder / "publishing", lax, website)
                    publishing.prepare()
                    try:
                        yield publishing
                    finally:
                        publishing.stop()
    finally:
        server.stop()
        shutil.rmtree(database)


if __name__ == "__main__":
    sys.exit(main())
