"""A client that we did not write: simpleflow's decider and worker processes, also when one of them is killed."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.swf.cloud import Cloud
from tests.localcloud.swf.simpleflow_processes import DOMAIN, SIMPLEFLOW, environment, kill, processes

pytest.importorskip("simpleflow", reason="simpleflow is not installed: ./update.sh installs what the tests need")

STEPS = """
import time
from pathlib import Path
from simpleflow import Workflow, activity

limits = {"schedule_to_start_timeout": 60, "start_to_close_timeout": 60, "schedule_to_close_timeout": 60}
here = Path(__file__).parent


def step(**more):
    return activity.with_attributes(task_list="steps", version="1", **{"heartbeat_timeout": 15, **limits, **more})


@step()
def increment(x):
    return x + 1


@step()
def double(x):
    return x * 2


@step(retry=3)
def third_time_lucky():
    tries = here / "tries"
    tries.write_text((tries.read_text() if tries.exists() else "") + "x")
    if len(tries.read_text()) < 3:
        raise ValueError("not yet")
    return len(tries.read_text())


@step(retry=1, heartbeat_timeout=2)
def slow_once():
    if not (here / "begun").exists():
        (here / "begun").touch()
        time.sleep(600)
    return "done"


class TwoSteps(Workflow):
    name, version, task_list = "two-steps", "1", "decisions"

    def run(self, x):
        return self.submit(double, self.submit(increment, x)).result


class Stubborn(Workflow):
    name, version, task_list = "stubborn", "1", "decisions"

    def run(self):
        return self.submit(third_time_lucky).result


class Orphaned(Workflow):
    name, version, task_list = "orphaned", "1", "decisions"

    def run(self):
        return self.submit(slow_once).result
"""
WORKER = ["worker.start", "-N", "1", "--heartbeat", "1", "--task-list", "steps"]


class Steps:
    """The workflows above, their decider, and a log of what the processes say."""

    def __init__(self, folder: Path, cloud: Cloud) -> None:
        (folder / "steps.py").write_text(STEPS)
        self.swf = cloud.client
        self.swf.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
        self.env = environment(cloud.endpoint, folder)
        self.log = folder / "log"
        self.begun = folder / "begun"

    def start(self, workflow: str, input: str) -> None:
        command = ["workflow.start", "--input", input, "--task-list", "decisions", "--execution-timeout", "100",
                   "--decision-tasks-timeout", "30", f"steps.{workflow}"]  # fmt: skip
        subprocess.run([*SIMPLEFLOW, *command], env=self.env, check=True, capture_output=True)

    def ended(self) -> list[Any]:
        """The history of the one execution, once it has ended."""
        for _ in range(300):
            found = self.swf.list_closed_workflow_executions(domain=DOMAIN, startTimeFilter={"oldestDate": 0})
            if infos := found["executionInfos"]:
                asked = {"domain": DOMAIN, "execution": infos[0]["execution"]}
                return list(self.swf.get_workflow_execution_history(**asked)["events"])
            time.sleep(0.1)
        raise AssertionError(self.log.read_text()[-3000:])


@pytest.fixture
def steps(tmp_path: Path) -> Any:
    cloud = Cloud(tmp_path / "swf.sqlite", poll_seconds=60)
    yield Steps(tmp_path, cloud)
    cloud.stop()


def decider(workflow: str) -> list[str]:
    return ["decider.start", "-N", "1", "--task-list", "decisions", f"steps.{workflow}"]


def result(history: list[Any]) -> str:
    assert history[-1]["eventType"] == "WorkflowExecutionCompleted", history[-1]
    return str(history[-1]["workflowExecutionCompletedEventAttributes"]["result"])


def of(history: list[Any], type_: str) -> list[Any]:
    return [event[f"{type_[0].lower()}{type_[1:]}EventAttributes"] for event in history if event["eventType"] == type_]


def test_two_steps(steps: Steps) -> None:
    with processes(steps.env, steps.log, decider("TwoSteps"), WORKER):
        steps.start("TwoSteps", "[3]")
        history = steps.ended()
    assert result(history) == "8"
    assert [told["result"] for told in of(history, "ActivityTaskCompleted")] == ["4", "8"]


def test_retries(steps: Steps) -> None:
    with processes(steps.env, steps.log, decider("Stubborn"), WORKER):
        steps.start("Stubborn", "[]")
        history = steps.ended()
    assert result(history) == "3"
    assert len(of(history, "ActivityTaskFailed")) == 2


def test_a_worker_that_is_killed_is_missed_and_its_activity_done_again(steps: Steps) -> None:
    with processes(steps.env, steps.log, decider("Orphaned"), WORKER) as running:
        steps.start("Orphaned", "[]")
        while not steps.begun.exists():
            time.sleep(0.05)
        kill(running[1])
        with processes(steps.env, steps.log, WORKER):
            history = steps.ended()
    assert result(history) == '"done"'
    assert [told["timeoutType"] for told in of(history, "ActivityTaskTimedOut")] == ["HEARTBEAT"]
