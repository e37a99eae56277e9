"""kill -9 and a new process on the same file: nothing that a caller was told is lost, nothing is handed out twice.

SWF_KILLS says how often the process is killed under load.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tests.localcloud.served import Served
from tests.localcloud.swf import histories
from tests.localcloud.swf.cloud import (
    COMPLETE,
    DOMAIN,
    Cloud,
    activity,
    answer,
    client,
    decide,
    decision,
    events,
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


def test_everything_is_there_after_kill_9(tmp_path: Path) -> None:
    database = tmp_path / "swf.sqlite"
    server = Served(SERVER, database)
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


class Load:
    """Starter, deciders and workers that go on over kills, and what each of them was told."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.server = Served(SERVER, database)
        self.stop = threading.Event()
        self.enough = threading.Event()  # no more is to be started
        self.started: dict[str, str] = {}  # workflow id -> run id
        self.taken: list[str] = []  # tokens of all tasks handed out
        self.results: dict[str, list[str]] = {}  # run id -> results that SWF said it has
        self.signals: dict[str, int] = {}  # run id -> signals that SWF said it has
        register(client(self.server.endpoint))
        steps = (self.starter, self.decider, self.decider, self.worker, self.worker)
        self.threads = [threading.Thread(target=self.forever, args=(step,)) for step in steps]

    def forever(self, step: Any) -> None:
        while not self.stop.is_set():
            try:
                swf = client(self.server.endpoint)
                while not self.stop.is_set():
                    step(swf)
            except (ClientError, BotoCoreError):
                time.sleep(0.02)

    def starter(self, swf: Any) -> None:
        if self.enough.wait(0.05):
            self.stop.wait()
            return
        name = f"w{len(self.started)}-{random.random()}"
        run = start(swf, name, taskStartToCloseTimeout="1")
        self.started[name] = run
        swf.signal_workflow_execution(domain=DOMAIN, workflowId=name, runId=run, signalName="s")
        self.signals[run] = 1

    def decider(self, swf: Any) -> None:
        task = poll(swf)
        if not task["taskToken"]:
            return
        self.taken.append(task["taskToken"])
        kinds = Counter(event["eventType"] for event in task["events"])
        over = kinds["ActivityTaskCompleted"] + kinds["ActivityTaskTimedOut"]
        if over == 2:
            answer(swf, task, COMPLETE)
        elif over < kinds["ActivityTaskScheduled"]:
            answer(swf, task)
        else:
            answer(swf, task, activity(str(over), startToCloseTimeout="1"))

    def worker(self, swf: Any) -> None:
        task = work(swf)
        if not task["taskToken"]:
            return
        self.taken.append(task["taskToken"])
        result = f"{random.random()}"
        swf.respond_activity_task_completed(taskToken=task["taskToken"], result=result)
        self.results.setdefault(task["workflowExecution"]["runId"], []).append(result)

    def kill(self) -> None:
        self.server.kill()
        self.server = Served(SERVER, self.database)

    def end(self, swf: Any) -> None:
        """Let everything come to its end, then stop."""
        deadline = time.monotonic() + 120
        everything = {"domain": DOMAIN, "startTimeFilter": {"oldestDate": 0}}
        self.enough.set()
        while time.monotonic() < deadline and swf.count_open_workflow_executions(**everything)["count"]:
            time.sleep(0.2)
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_kills_under_load(tmp_path: Path) -> None:
    """Each acknowledged start ends once; results and signals that SWF said it has are there; no task comes twice."""
    load = Load(tmp_path / "swf.sqlite")
    for thread in load.threads:
        thread.start()
    for _ in range(int(os.environ.get("SWF_KILLS", "4"))):
        time.sleep(random.uniform(0.3, 0.8))
        load.kill()
    swf = client(load.server.endpoint)
    load.end(swf)
    assert len(load.started) > 10
    assert len(load.taken) == len(set(load.taken)), "a task was handed out twice"
    for name, run in load.started.items():
        found = events(swf, name, run)
        assert histories.check(found).status == "COMPLETED"
        kinds = Counter(event["eventType"] for event in found)
        assert (kinds["ActivityTaskScheduled"], kinds["ActivityTaskStarted"]) == (2, 2), kinds
        assert kinds["WorkflowExecutionSignaled"] >= load.signals.get(run, 0)
        results = [e["attributes"].get("result") for e in found if e["eventType"] == "ActivityTaskCompleted"]
        assert set(load.results.get(run, ())) <= set(results), "an answer that was acknowledged is lost"
    load.server.kill()
