"""Executions: started, signalled, cancelled, terminated, described."""

from __future__ import annotations

from typing import Any

from localcloud.swf import history, lifecycle, pages
from localcloud.swf.calls.table import Asked, call, domain_row, usable_domain
from localcloud.swf.executions import Execution, find, info, open_or_fault
from localcloud.swf.faults import invalid, unknown_execution
from localcloud.swf.store import Change
from localcloud.text import Json, with_list


@call
def start_workflow_execution(change: Change, asked: Asked) -> dict[str, Any]:
    usable_domain(change, asked["domain"])
    try:
        settings = lifecycle.plan(change, asked["domain"], asked["workflowType"], asked)
        lifecycle.ensure_room(change, asked["domain"], asked["workflowId"])
    except lifecycle.CannotStart as problem:
        raise problem.fault from problem
    execution = lifecycle.begin(
        change, asked["domain"], asked["workflowId"], asked["workflowType"], settings, input=asked.get("input")
    )
    return {"runId": execution.run_id}


@call
def signal_workflow_execution(change: Change, asked: Asked) -> None:
    domain_row(change, asked["domain"])
    execution = open_or_fault(change, asked["domain"], asked["workflowId"], asked.get("runId"))
    lifecycle.signal(change, execution, asked["signalName"], asked.get("input"))


@call
def request_cancel_workflow_execution(change: Change, asked: Asked) -> None:
    domain_row(change, asked["domain"])
    execution = open_or_fault(change, asked["domain"], asked["workflowId"], asked.get("runId"))
    lifecycle.request_cancel(change, execution)


@call
def terminate_workflow_execution(change: Change, asked: Asked) -> None:
    domain_row(change, asked["domain"])
    execution = open_or_fault(change, asked["domain"], asked["workflowId"], asked.get("runId"))
    lifecycle.terminate(
        change, execution, "OPERATOR_INITIATED", asked.get("childPolicy"), asked.get("reason"), asked.get("details")
    )


@call
def describe_workflow_execution(change: Change, asked: Asked) -> dict[str, Any]:
    execution = _named(change, asked)
    counts = {row["kind"]: row["n"] for row in change.rows(
        "SELECT kind, COUNT(*) AS n FROM pending WHERE execution=? GROUP BY kind", execution.number
    )}  # fmt: skip
    shown = {
        "executionInfo": info(execution),
        "executionConfiguration": lifecycle.configuration(execution.settings),
        "openCounts": {
            "openActivityTasks": counts.get("activity", 0),
            "openDecisionTasks": 1 if execution.open and execution.state.scheduled else 0,
            "openTimers": counts.get("timer", 0),
            "openChildWorkflowExecutions": counts.get("child", 0),
            "openLambdaFunctions": 0,
        },
    }
    latest = {
        "latestActivityTaskTimestamp": execution.state.latest_activity,
        "latestExecutionContext": execution.state.context,
    }
    return shown | {key: value for key, value in latest.items() if value is not None}


@call
def get_workflow_execution_history(change: Change, asked: Asked) -> Json:
    execution = _named(change, asked)
    place = pages.place(asked.get("nextPageToken"))
    if place is not None and not (isinstance(place, list) and len(place) == 2 and place[0] == execution.number):
        raise invalid("Invalid token")
    first, last = _span(asked, place)
    events, further = history.page(change, execution.number, asked, first, last)
    more = {"nextPageToken": pages.token([execution.number, further])} if further else {}
    return with_list(more, "events", events)


def _span(asked: Asked, place: list[int] | None) -> tuple[int, int | None]:
    """The ids that a page may show: forwards from its place, or backwards from it."""
    if place is None:
        return 1, None
    return (1, place[1]) if asked.get("reverseOrder") else (place[1], None)


def _named(change: Change, asked: Asked) -> Execution:
    domain_row(change, asked["domain"])
    wanted = asked["execution"]
    found = find(change, asked["domain"], wanted["workflowId"], wanted["runId"])
    if found is None:
        raise unknown_execution(wanted["workflowId"], wanted["runId"])
    return found
