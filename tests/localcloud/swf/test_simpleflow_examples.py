"""A client and workflows that we did not write: simpleflow's own examples, unchanged, by its decider and workers.

Left out: `step` (writes to AWS itself, whatever the endpoint is), `signals.ParentSignalsWorkflow` (has no version,
which simpleflow's own command refuses), and what takes longer than some seconds, unless SWF_EXAMPLES=all is set.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from localcloud.endpoint import Endpoint, serve
from localcloud.swf import Swf
from tests.localcloud.swf.simpleflow_examples import Unavailable, fetch
from tests.localcloud.swf.simpleflow_processes import DOMAIN, START, environment, processes

pytest.importorskip("simpleflow", reason="simpleflow is not installed: ./update.sh installs what the tests need")
EVER = {"oldestDate": 0}
WAIT = 240


@dataclass(frozen=True)
class Example:
    """A workflow, its input, and what must be true of its last run: `counts` events of some types, at least."""

    workflow: str
    input: str = "[]"
    result: str | None = "null"
    status: str = "COMPLETED"
    counts: dict[str, int] = field(default_factory=dict)
    runs: int = 1
    long: bool = False
    task_list: str = "example"

    @property
    def id(self) -> str:
        return self.workflow.replace(".", " ")


def _children(number: int) -> dict[str, int]:
    return {"ChildWorkflowExecutionStarted": number, "ChildWorkflowExecutionCompleted": number}


EXAMPLES = [
    Example("basic.BasicWorkflow", "[3, 0]", "8", counts={"ActivityTaskCompleted": 3}),
    Example("canvas.CanvasWorkflow", counts={"ActivityTaskCompleted": 9, "ActivityTaskFailed": 4}),
    Example("canvas.CustomCanvasWorkflow", counts={"ActivityTaskCompleted": 3, "ActivityTaskFailed": 1}),
    Example("child_workflow.ParentWorkflow", "[4]", "8", counts=_children(5)),
    Example("complex.ComplexWorkflow", "[3, 1]", "18", counts=_children(2)),
    Example("continue_as_new.CANWorkflow", runs=11),
    Example("download2.BasicWorkflow", counts={"ActivityTaskCompleted": 3}),
    Example("dyn_task_list.BasicWorkflow", '[5, "example"]', counts={"ActivityTaskCompleted": 1}),
    Example("failing.FailingWorkflow", result=None, status="FAILED", counts={"ActivityTaskFailed": 2}),
    Example("failing.NotFailingWorkflow", "[1]", counts={"ActivityTaskTimedOut": 1, "TimerFired": 1}, long=True),
    Example("jumbo_fields.JumboFieldsWorkflow", '["x"]', counts={"ActivityTaskCompleted": 2}),
    Example("marker.MarkerWorkflow", counts={"MarkerRecorded": 3}),
    Example("marker.MarkerInChainWorkflow", counts={"MarkerRecorded": 3}),
    *(Example(f"priorities.WorkflowPriority{number}", "[1]", result)
      for number, result in enumerate(("2", "3", "2", "2", "4"), 1)),
    Example("signals.SignalsWorkflow", counts={"WorkflowExecutionSignaled": 1}, long=True),
    Example("signals.CanvasSignalsWorkflow", counts={"WorkflowExecutionSignaled": 1}, long=True),
    Example("signals.ParentSignalsWorkflow2", counts=_children(2)),
    Example("signals.ParentSignalsWorkflow3", counts=_children(1) | {"WorkflowExecutionSignaled": 1}),
    Example("signals.ParentSignalsWorkflow4", counts={"SignalExternalWorkflowExecutionInitiated": 1}, long=True),
    Example("signals.ParentSignalsWorkflow5", counts=_children(1) | {"WorkflowExecutionSignaled": 1}),
    Example("signals.ParentSignalsWorkflow6", counts=_children(1)),
    Example("signals.WorkflowWithTwoChildren", result=None, counts=_children(2)),
    Example("signals.WorkflowWithChildrenSignalingIt", counts={"WorkflowExecutionSignaled": 2}),
    Example("timer.TimerWorkflow", "[1, 100]", counts={"TimerFired": 1, "TimerCanceled": 1}),
    Example("pirate.decider.PirateBusiness", "[3]", task_list="captain", counts={"ActivityTaskScheduled": 5},
            long=True),
]  # fmt: skip
CHOSEN = [example for example in EXAMPLES if not example.long or os.environ.get("SWF_EXAMPLES") == "all"]
PROCESSES = [
    ["decider.start", "-N", "2", "--task-list", "example", *(f"examples.{chosen.workflow}" for chosen in CHOSEN)],
    ["decider.start", "-N", "1", "--task-list", "captain", "examples.pirate.decider.PirateBusiness"],
    *(["worker.start", "-N", number, "--task-list", name]
      for name, number in (("example", "4"), ("quickstart", "6"), ("pirate", "3"))),
]  # fmt: skip


@pytest.fixture(scope="module")
def running(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """All examples, started together; boto3's client of the SWF they run on."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    try:
        modules = fetch(pytestconfig.cache.mkdir("simpleflow-examples"))
    except (Unavailable, subprocess.TimeoutExpired) as problem:
        pytest.skip(f"simpleflow's source distribution can't be had: {problem}")
    folder = tmp_path_factory.mktemp("simpleflow")
    swf = Swf(folder / "swf.sqlite")
    swf.start()
    moto = DomainDispatcherApplication(create_backend_app)  # for S3
    server = serve(Endpoint({"swf": swf.app}, moto, lambda _: None, dict), "127.0.0.1", 0)
    endpoint = f"http://127.0.0.1:{server.server_port}"
    client = _prepare(endpoint)
    env = environment(
        endpoint, modules, SIMPLEFLOW_JUMBO_FIELDS_BUCKET="jumbo", SIMPLEFLOW_BINARIES_DIRECTORY=str(folder)
    )
    wanted = PROCESSES if any(example.task_list == "captain" for example in CHOSEN) else [PROCESSES[0], *PROCESSES[2:4]]
    with processes(env, folder / "log", *wanted):
        starts = [
            ["--input", chosen.input, "--workflow-id", chosen.id, "--task-list", chosen.task_list,
             "--execution-timeout", str(WAIT), "--decision-tasks-timeout", "60", f"examples.{chosen.workflow}"]
            for chosen in CHOSEN
        ]  # fmt: skip
        subprocess.run([sys.executable, "-c", START], input=json.dumps(starts), env=env, text=True, check=True)
        yield client
    server.shutdown()
    swf.stop()


def _prepare(endpoint: str) -> Any:
    def client(service: str) -> Any:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
        return boto3.client(service, "us-east-1", endpoint_url=endpoint, **keys)  # type: ignore[call-overload]

    s3, swf = client("s3"), client("swf")
    for bucket in ("jumbo", "botify-labs-simpleflow"):  # the second is named in an example
        s3.create_bucket(Bucket=bucket)
    for version in ("v1", "v2", "latest"):
        program = f"#!/bin/sh\necho fine {version}\n".encode()
        s3.put_object(Bucket="botify-labs-simpleflow", Key=f"binaries/{version}/how_is_simpleflow", Body=program)
    swf.register_domain(name=DOMAIN, workflowExecutionRetentionPeriodInDays="1")
    return swf


@pytest.mark.parametrize("example", CHOSEN, ids=[example.workflow for example in CHOSEN])
def test_example(running: Any, example: Example) -> None:
    runs = _closed_runs(running, example)
    assert [info["closeStatus"] for info in runs] == [example.status, *["CONTINUED_AS_NEW"] * (example.runs - 1)]
    history = _history(running, runs[0]["execution"])
    if example.result is not None:
        assert history[-1]["workflowExecutionCompletedEventAttributes"]["result"] == example.result
    found = Counter(event["eventType"] for event in history)
    assert found >= Counter(example.counts), found


def test_big_values_go_by_way_of_s3(running: Any) -> None:
    example = next(chosen for chosen in CHOSEN if "jumbo" in chosen.workflow)
    history = _history(running, _closed_runs(running, example)[0]["execution"])
    results = [event["activityTaskCompletedEventAttributes"]["result"] for event in history
               if event["eventType"] == "ActivityTaskCompleted"]  # fmt: skip
    assert results[0].startswith("simpleflow+s3://jumbo/") and results[1] == "50000"


def test_priorities_are_those_asked_for(running: Any) -> None:
    wanted = {1: ["0"], 2: ["5", "0"], 3: ["5"], 4: ["1"], 5: ["12", "13", "0"]}
    for number, priorities in wanted.items():
        example = next(chosen for chosen in CHOSEN if chosen.workflow == f"priorities.WorkflowPriority{number}")
        history = _history(running, _closed_runs(running, example)[0]["execution"])
        assert priorities == [event["activityTaskScheduledEventAttributes"]["taskPriority"] for event in history
                              if event["eventType"] == "ActivityTaskScheduled"]  # fmt: skip


def _closed_runs(swf: Any, example: Example) -> list[Any]:
    """All runs of the example, the last one first, once the last has ended."""
    deadline = time.monotonic() + WAIT
    asked = {"domain": DOMAIN, "startTimeFilter": EVER, "executionFilter": {"workflowId": example.id}}
    while time.monotonic() < deadline:
        runs = swf.list_closed_workflow_executions(**asked)["executionInfos"]
        if len(runs) >= example.runs and not swf.count_open_workflow_executions(**asked)["count"]:
            return list(runs)
        time.sleep(0.1)
    raise AssertionError(f"{example.workflow} has not ended")


def _history(swf: Any, execution: Any) -> list[Any]:
    return list(swf.get_workflow_execution_history(domain=DOMAIN, execution=execution)["events"])
