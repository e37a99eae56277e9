"""What the tests of SWF share: a server of our own, a decider's and a worker's moves, histories as short texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from localcloud.server import serve
from localcloud.swf import Limits, Swf

DOMAIN = "Publish.ct"
WORKFLOW = {"name": "Ping", "version": "1"}
ACTIVITY = {"name": "PingWorker", "version": "1"}
LIST = {"name": "DefaultTaskList"}
NEVER = "NONE"


class Cloud:
    """One Swf on a free loopback port."""

    def __init__(self, database: Path, *, poll_seconds: float = 5, limits: Limits | None = None) -> None:
        self.database = database
        self.swf = Swf(database, poll_seconds=poll_seconds, limits=limits)
        self.swf.start()
        self.server = serve(self.swf.app, "127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.client = client(self.endpoint)

    def stop(self) -> None:
        self.server.shutdown()
        self.swf.stop()


def client(endpoint: str) -> Any:
    config = Config(retries={"total_max_attempts": 1}, read_timeout=70, max_pool_connections=60)
    return boto3.client(
        "swf", "us-east-1", endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="x", config=config
    )


def register(swf: Any, domain: str = DOMAIN) -> None:
    """A domain, a workflow type and an activity type with defaults for everything."""
    swf.register_domain(name=domain, workflowExecutionRetentionPeriodInDays="7")
    swf.register_workflow_type(
        domain=domain,
        **WORKFLOW,
        defaultTaskList=LIST,
        defaultTaskStartToCloseTimeout="30",
        defaultExecutionStartToCloseTimeout="300",
        defaultChildPolicy="TERMINATE",
    )
    swf.register_activity_type(
        domain=domain,
        **ACTIVITY,
        defaultTaskList=LIST,
        defaultTaskStartToCloseTimeout="60",
        defaultTaskScheduleToStartTimeout="60",
        defaultTaskScheduleToCloseTimeout="120",
        defaultTaskHeartbeatTimeout=NEVER,
    )


def start(swf: Any, workflow_id: str = "one", domain: str = DOMAIN, **more: Any) -> str:
    """Start a Ping; its run id."""
    answer = swf.start_workflow_execution(
        **{"domain": domain, "workflowId": workflow_id, "workflowType": WORKFLOW, **more}
    )
    return str(answer["runId"])


def poll(swf: Any, task_list: str = LIST["name"], **more: Any) -> Any:
    """A decision task."""
    return swf.poll_for_decision_task(domain=DOMAIN, taskList={"name": task_list}, **more)


def work(swf: Any, task_list: str = LIST["name"], **more: Any) -> Any:
    """An activity task."""
    return swf.poll_for_activity_task(domain=DOMAIN, taskList={"name": task_list}, **more)


def decision(type_: str, **attributes: Any) -> dict[str, Any]:
    return {"decisionType": type_, f"{type_[0].lower()}{type_[1:]}DecisionAttributes": attributes}


def activity(id_: str = "a", **more: Any) -> dict[str, Any]:
    return decision("ScheduleActivityTask", activityId=id_, **{"activityType": ACTIVITY, **more})


def answer(swf: Any, task: Any, *decisions: dict[str, Any], **more: Any) -> None:
    swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=list(decisions), **more)


def decide(swf: Any, *decisions: dict[str, Any], task_list: str = LIST["name"], **more: Any) -> Any:
    """Take the next decision task and answer it; the task."""
    task = poll(swf, task_list)
    assert task["taskToken"], "no decision task"
    answer(swf, task, *decisions, **more)
    return task


def events(swf: Any, workflow_id: str, run_id: str) -> list[dict[str, Any]]:
    """The whole history; each event with its attributes under `attributes`."""
    found = swf.get_workflow_execution_history(domain=DOMAIN, execution={"workflowId": workflow_id, "runId": run_id})[
        "events"
    ]
    for event in found:
        type_ = event["eventType"]
        event["attributes"] = event[f"{type_[0].lower()}{type_[1:]}EventAttributes"]
    return list(found)


def names(swf: Any, workflow_id: str, run_id: str) -> list[str]:
    return [event["eventType"] for event in events(swf, workflow_id, run_id)]


def last(swf: Any, workflow_id: str, run_id: str, type_: str) -> dict[str, Any]:
    """The attributes of the last event of a type."""
    found = [event for event in events(swf, workflow_id, run_id) if event["eventType"] == type_]
    assert found, f"no {type_} in {names(swf, workflow_id, run_id)}"
    attributes: dict[str, Any] = found[-1]["attributes"]
    return attributes


COMPLETE = decision("CompleteWorkflowExecution", result="done")
