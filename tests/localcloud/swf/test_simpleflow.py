"""A client that we did not write: simpleflow's decider and worker processes run a workflow of two steps."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.swf.cloud import Cloud

pytest.importorskip("simpleflow", reason="simpleflow is not installed: ./update.sh installs what the tests need")

DOMAIN = "TestDomain"
STEPS = """
from simpleflow import Workflow, activity

limits = {"schedule_to_start_timeout": 60, "start_to_close_timeout": 60, "schedule_to_close_timeout": 60}


@activity.with_attributes(task_list="steps", version="1", heartbeat_timeout=15, **limits)
def increment(x):
    return x + 1


@activity.with_attributes(task_list="steps", version="1", heartbeat_timeout=15, **limits)
def double(x):
    return x * 2


class TwoSteps(Workflow):
    name, version, task_list = "two-steps", "1", "decisions"

    def run(self, x):
        return self.submit(double, self.submit(increment, x)).result
"""


@contextmanager
def processes(env: dict[str, str], log: Path) -> Iterator[None]:
    """simpleflow's decider and worker."""
    commands = (
        ["decider.start", "-N", "1", "--task-list", "decisions", "steps.TwoSteps"],
        ["worker.start", "-N", "1", "--task-list", "steps"],
    )
    with log.open("w") as output:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "simpleflow", *command],
                env=env,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            for command in commands
        ]
        try:
            yield
        finally:
            for process in running:  # each with the children that it forked
                os.killpg(process.pid, 9)
                process.wait()


def test_two_steps(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(STEPS)
    cloud = Cloud(tmp_path / "swf.sqlite", poll_seconds=60)
    cloud.client.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
    env = {
        **os.environ, "AWS_ENDPOINT_URL": cloud.endpoint, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x", "SWF_DOMAIN": DOMAIN, "PYTHONPATH": str(tmp_path),
    }  # fmt: skip
    start = ["workflow.start", "--input", "[3]", "--task-list", "decisions", "--execution-timeout", "100",
             "--decision-tasks-timeout", "30", "steps.TwoSteps"]  # fmt: skip
    log = tmp_path / "log"
    with processes(env, log):
        subprocess.run([sys.executable, "-m", "simpleflow", *start], env=env, check=True, capture_output=True)
        execution = _closed(cloud.client, log)
        history: Any = cloud.client.get_workflow_execution_history(domain=DOMAIN, execution=execution)["events"]
    cloud.stop()
    assert history[-1]["eventType"] == "WorkflowExecutionCompleted", history[-1]
    assert history[-1]["workflowExecutionCompletedEventAttributes"]["result"] == "8"
    results = [event["activityTaskCompletedEventAttributes"]["result"] for event in history
               if event["eventType"] == "ActivityTaskCompleted"]  # fmt: skip
    assert results == ["4", "8"]


def _closed(swf: Any, log: Path) -> Any:
    """The one execution, once it has ended."""
    for _ in range(150):
        found = swf.list_closed_workflow_executions(domain=DOMAIN, startTimeFilter={"oldestDate": 0})["executionInfos"]
        if found:
            return found[0]["execution"]
        time.sleep(0.2)
    raise AssertionError(log.read_text()[-3000:])
