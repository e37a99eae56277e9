"""kill -9 and a new process on the same file: nothing that a caller was told is lost, nothing is handed out twice.

SWF_KILLS says how often the process is killed under load.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.localcloud.swf.cloud import (
    COMPLETE,
    DOMAIN,
    Cloud,
    activity,
    answer,
    client,
    decide,
    decision,
    last,
    names,
    poll,
    register,
    start,
    work,
)  # fmt: skip

SERVER = """
import sys, time
from pathlib import Path
from tests.localcloud.swf.cloud import Cloud
print(Cloud(Path(sys.argv[1]), poll_seconds=2).endpoint, flush=True)
time.sleep(600)
"""


class Server:
    """Cloud in a process of its own, to be killed."""

    def __init__(self, database: Path) -> None:
        root = Path(__file__).parents[3]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(database)], stdout=subprocess.PIPE, text=True, cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )  # fmt: skip
        assert self.process.stdout
        self.endpoint = self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def test_everything_is_there_after_kill_9(tmp_path: Path) -> None:
    database = tmp_path / "swf.sqlite"
    server = Server(database)
    swf = client(server.endpoint)
    register(swf)
    run, waiting = start(swf, input="in"), start(swf, "waiting", taskList={"name": "later"})
    timer = decision("StartTimer", timerId="t", startToFireTimeout="1")
    decide(swf, activity("held", startToCloseTimeout="2"), activity("free"), activity("kept"), timer)
    held, kept = work(swf), None
    kept_id = work(swf)["activityId"]
    begun = poll(swf, "later")
    server.kill()
    time.sleep(1.2)  # the timer runs out while nobody is there
    cloud = Cloud(database, poll_seconds=5)
    swf = cloud.client
    kept = work(swf)
    assert {held["activityId"], kept_id, kept["activityId"]} == {"held", "free", "kept"}, "one was handed out twice"
    assert poll(swf)["taskToken"], "the timer brings a decision task"
    assert names(swf, "one", run).count("TimerFired") == 1
    swf.respond_activity_task_completed(taskToken=kept["taskToken"])
    answer(swf, begun, COMPLETE)  # the token of a task handed out before the kill
    assert last(swf, "waiting", waiting, "WorkflowExecutionCompleted")["result"] == "done"
    time.sleep(1)
    assert last(swf, "one", run, "ActivityTaskTimedOut")["startedEventId"] == held["startedEventId"]
    cloud.stop()


def test_kills_under_load(tmp_path: Path) -> None:
    """Work goes on over several kills: each acknowledged start ends once, with each of its activities done once."""
    database = tmp_path / "swf.sqlite"
    server = Server(database)
    register(client(server.endpoint))
    started: dict[str, str] = {}
    stop = threading.Event()
    here = {"server": server}

    def forever(step: Any) -> None:
        while not stop.is_set():
            try:
                swf = client(here["server"].endpoint)
                while not stop.is_set():
                    step(swf)
            except (ClientError, BotoCoreError):
                time.sleep(0.02)

    def starter(swf: Any) -> None:
        name = f"w{len(started)}-{random.random()}"
        started[name] = start(swf, name, taskStartToCloseTimeout="1")
        time.sleep(0.02)

    def decider(swf: Any) -> None:
        task = poll(swf)
        if task["taskToken"]:
            kinds = [event["eventType"] for event in task["events"]]
            scheduled, over = kinds.count("ActivityTaskScheduled"), kinds.count("ActivityTaskCompleted")
            over += kinds.count("ActivityTaskTimedOut")
            answer(
                swf,
                task,
                *([COMPLETE] if over == 2 else [activity(str(over), startToCloseTimeout="1")][over < scheduled :]),
            )

    def worker(swf: Any) -> None:
        task = work(swf)
        if task["taskToken"]:
            swf.respond_activity_task_completed(taskToken=task["taskToken"])

    threads = [threading.Thread(target=forever, args=(step,)) for step in (starter, decider, worker, worker)]
    for thread in threads:
        thread.start()
    for _ in range(int(os.environ.get("SWF_KILLS", "4"))):
        time.sleep(random.uniform(0.3, 0.8))
        here["server"].kill()
        here["server"] = Server(database)
    threads[0].join(0)
    wanted = dict(started)
    swf = client(here["server"].endpoint)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and any(not closed(swf, name, run) for name, run in wanted.items()):
        time.sleep(0.3)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(wanted) > 10
    for name, run in wanted.items():
        kinds = names(swf, name, run)
        assert kinds[-1] == "WorkflowExecutionCompleted", kinds
        assert kinds.count("ActivityTaskScheduled") == 2, kinds
        assert kinds.count("ActivityTaskStarted") == 2, kinds
    here["server"].kill()


def closed(swf: Any, name: str, run: str) -> bool:
    shown = swf.describe_workflow_execution(domain=DOMAIN, execution={"workflowId": name, "runId": run})
    return bool(shown["executionInfo"]["executionStatus"] == "CLOSED")
