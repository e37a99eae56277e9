"""An execution as it is remembered, and how one is found."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from localcloud.swf.faults import unknown_execution
from localcloud.swf.store import Change
from localcloud.text import text


@dataclass(frozen=True)
class Parent:
    """Who started a child execution: the parent's number, and its two events about the child."""

    number: int
    workflow_id: str
    run_id: str
    initiated: int
    started: int


@dataclass(frozen=True)
class Settings:
    """What an execution was started with; never changes. Durations are SWF's: seconds as text, or NONE."""

    task_list: str
    task_priority: str
    task_timeout: str
    execution_timeout: str
    child_policy: str
    tags: list[str] = field(default_factory=list)
    lambda_role: str | None = None
    parent: Parent | None = None


@dataclass
class State:
    """Where an open execution is: its next event's id; its decision task, waiting (scheduled) or taken (started)."""

    next_event: int = 1
    scheduled: int = 0
    started: int = 0
    previous_started: int = 0
    news: bool = False  # events since the decision task was taken, that its decider has not seen
    task_list: str | None = None  # instead of the one it was started with
    task_list_timeout: str | None = None
    cancel_requested: bool = False
    context: str | None = None
    latest_activity: float | None = None


@dataclass
class Execution:
    number: int
    domain: str
    workflow_id: str
    run_id: str
    type_name: str
    type_version: str
    started: float
    closed: float | None
    close_status: str | None
    settings: Settings
    state: State

    @property
    def execution(self) -> dict[str, str]:
        """On the wire: workflowId and runId."""
        return {"workflowId": self.workflow_id, "runId": self.run_id}

    @property
    def type(self) -> dict[str, str]:
        """On the wire: name and version of its workflow type."""
        return {"name": self.type_name, "version": self.type_version}

    @property
    def open(self) -> bool:
        return self.closed is None


def save(change: Change, execution: Execution) -> None:
    """Remember what may change of an execution. Done by itself for all that a change has found, before its commit."""
    change.run(
        "UPDATE executions SET closed=?, close_status=?, state=? WHERE number=?",
        execution.closed, execution.close_status, text(execution.state), execution.number,
    )  # fmt: skip


def by_number(change: Change, number: int) -> Execution | None:
    if number in change.loaded:
        return _loaded(change, number)
    return _load(change, change.row("SELECT * FROM executions WHERE number=?", number))


def find(change: Change, domain: str, workflow_id: str, run_id: str | None) -> Execution | None:
    """By run id any execution; without one the open execution of the workflow id."""
    if run_id:
        found = _load(change, change.row("SELECT * FROM executions WHERE domain=? AND run_id=?", domain, run_id))
        return found if found and found.workflow_id == workflow_id else None
    where = "domain=? AND workflow_id=? AND closed IS NULL"
    return _load(change, change.row(f"SELECT * FROM executions WHERE {where}", domain, workflow_id))


def open_or_fault(change: Change, domain: str, workflow_id: str, run_id: str | None) -> Execution:
    """An open execution. Raises UnknownResourceFault where there is none."""
    found = find(change, domain, workflow_id, run_id)
    if found is None or not found.open:
        raise unknown_execution(workflow_id, run_id)
    return found


def info(execution: Execution) -> dict[str, Any]:
    """WorkflowExecutionInfo, as listings and descriptions show it."""
    shown: dict[str, Any] = {
        "execution": execution.execution,
        "workflowType": execution.type,
        "startTimestamp": execution.started,
        "executionStatus": "OPEN" if execution.open else "CLOSED",
        "cancelRequested": execution.state.cancel_requested,
        "tagList": execution.settings.tags,
    }
    if not execution.open:
        shown |= {"closeTimestamp": execution.closed, "closeStatus": execution.close_status}
    if parent := execution.settings.parent:
        shown["parent"] = {"workflowId": parent.workflow_id, "runId": parent.run_id}
    return shown


def from_row(row: Any) -> Execution:
    values = dict(row)
    settings = json.loads(values["settings"])
    settings["parent"] = Parent(**settings["parent"]) if settings["parent"] else None
    return Execution(**{**values, "settings": Settings(**settings), "state": State(**json.loads(values["state"]))})


def _load(change: Change, row: Any) -> Execution | None:
    """One object an execution and change: what one step writes the next one sees. Saved where its state differs."""
    if row is None:
        return None
    if row["number"] not in change.loaded:
        keep(change, from_row(row), row["state"])
    return _loaded(change, row["number"])


def keep(change: Change, execution: Execution, saved: str) -> None:
    """Make an execution known to the change; `saved` is the text of its state in the database."""
    change.loaded[execution.number] = execution
    change.before_commit.append(lambda: None if text(execution.state) == saved else save(change, execution))


def _loaded(change: Change, number: int) -> Execution:
    found: Execution = change.loaded[number]
    return found
