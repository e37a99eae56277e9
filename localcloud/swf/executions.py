"""An execution as it is remembered, and how one is found."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
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

    def end_task(self) -> None:
        """There is no decision task any more."""
        self.scheduled = self.started = 0
        self.news = False


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
    saved: str  # the text of its state in the database

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


def save_closed(change: Change, execution: Execution) -> None:
    """Remember that an execution is closed. From here on its workflow id is free, also for the rest of the change."""
    execution.saved = text(vars(execution.state))
    change.run(
        "UPDATE executions SET closed=?, close_status=?, state=? WHERE number=?",
        execution.closed, execution.close_status, execution.saved, execution.number,
    )  # fmt: skip
    if execution.settings.tags:
        change.run("UPDATE tagged SET closed=? WHERE number=?", execution.closed, execution.number)


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
    values["saved"] = values["state"]
    values["state"] = State(**json.loads(values["state"]))
    values["settings"] = settings(values["settings"])
    return Execution(**values)


@lru_cache(maxsize=1024)
def settings(saved: str) -> Settings:
    """What `text` made of settings. Many executions have the same, and they never change."""
    values = json.loads(saved)
    values["parent"] = Parent(**values["parent"]) if values["parent"] else None
    return Settings(**values)


def _load(change: Change, row: Any) -> Execution | None:
    """One object an execution and change: what one step writes the next one sees."""
    if row is None:
        return None
    if row["number"] not in change.loaded:
        keep(change, from_row(row))
    return _loaded(change, row["number"])


def keep(change: Change, execution: Execution) -> None:
    """Make an execution known to the change, which saves its state where that has changed."""
    change.loaded[execution.number] = execution
    change.before_commit.append(lambda: _save_state(change, execution))


def _save_state(change: Change, execution: Execution) -> None:
    """The state's column alone: SQLite writes each index anew that a named column takes part in."""
    state = text(vars(execution.state))
    if state != execution.saved:
        change.run("UPDATE executions SET state=? WHERE number=?", state, execution.number)


def _loaded(change: Change, number: int) -> Execution:
    found: Execution = change.loaded[number]
    return found
