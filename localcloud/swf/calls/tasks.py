"""Tasks: polled for and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localcloud.swf import activities, decision_tasks, decisions, history, pages, tasks
from localcloud.swf.calls.table import Asked, call, domain_row
from localcloud.swf.executions import Execution, by_number
from localcloud.swf.faults import invalid, unknown, unknown_execution
from localcloud.swf.permission import FORBIDDEN
from localcloud.swf.store import Change
from localcloud.text import Json, text, with_list

Take = Callable[[Change, Asked], Json | None]
NOTHING = {"taskToken": "", "startedEventId": 0}


def take_decision_task(change: Change, asked: Asked) -> Json | None:
    """The next decision task of a list, or None; with a token the further pages of the task already taken."""
    if asked.get("nextPageToken"):
        return _further_page(change, asked)
    taken = _take(change, "decision", asked)
    if taken is None:
        return None
    execution, _ = taken
    decision_tasks.start(change, execution, asked.get("identity"))
    first = execution.state.previous_started if asked.get("startAtPreviousStartedEvent") else 1
    return _decision_task(change, asked, execution, max(first, 1), execution.state.started)


def _decision_task(change: Change, asked: Asked, execution: Execution, first: int, last: int) -> Json:
    state = execution.state
    events, further = history.page(change, execution.number, asked, first, last)
    task = {
        "taskToken": tasks.token("decision", execution, state.scheduled, state.started),
        "startedEventId": state.started,
        "previousStartedEventId": state.previous_started,
        "workflowExecution": execution.execution,
        "workflowType": execution.type,
    }
    if further is not None:
        place = [first, further] if asked.get("reverseOrder") else [further, last]
        task["nextPageToken"] = pages.token([execution.number, state.started, *place])
    return with_list(task, "events", events)


def _further_page(change: Change, asked: Asked) -> Json:
    domain_row(change, asked["domain"])
    place = pages.place(asked["nextPageToken"])
    if not (isinstance(place, list) and len(place) == 4 and all(isinstance(number, int) for number in place)):
        raise invalid("Invalid token")
    number, started, first, last = place
    execution = by_number(change, number)
    if execution is None or execution.domain != asked["domain"]:
        raise invalid("Invalid token")
    if not execution.open:
        raise unknown_execution(execution.workflow_id, execution.run_id)
    if execution.state.started != started:
        raise unknown("decision task")
    return _decision_task(change, asked, execution, first, last)


def take_activity_task(change: Change, asked: Asked) -> Json | None:
    taken = _take(change, "activity", asked)
    return Json(text(activities.start(change, *taken, asked.get("identity")))) if taken else None


def _take(change: Change, kind: str, asked: Asked) -> tuple[Execution, int] | None:
    """The next task of a list, or None. Raises UnknownResourceFault; where there is a task, there is its domain."""
    taken = tasks.take(change, _queue(kind, asked))
    if taken is None:
        domain_row(change, asked["domain"])
    return taken


def _queue(kind: str, asked: Asked) -> tuple[str, str, str]:
    return kind, asked["domain"], asked["taskList"]["name"]


POLLS: dict[str, tuple[str, Take, dict[str, Any]]] = {
    "PollForDecisionTask": ("decision", take_decision_task, {**NOTHING, "previousStartedEventId": 0}),
    "PollForActivityTask": ("activity", take_activity_task, NOTHING),
}
"""For each action that waits: the kind of its queue, one try, and what it answers when there was nothing."""


@call
def respond_decision_task_completed(change: Change, asked: Asked) -> None:
    token, execution = tasks.redeem(change, "decision", asked)
    if execution.state.started != token.started:
        raise unknown(f"decision task, scheduledEventId = {token.scheduled}")
    wanted = asked.get("decisions") or []
    decisions.check(wanted)
    completed = decision_tasks.complete(change, execution, asked)
    decisions.carry_out(decisions.Turn(change, execution, completed), wanted, asked.get(FORBIDDEN, frozenset()))
    decision_tasks.after_decisions(change, execution)


@call
def record_activity_task_heartbeat(change: Change, asked: Asked) -> dict[str, Any]:
    execution, activity = activities.redeem(change, asked)
    return {"cancelRequested": activities.heartbeat(change, execution, activity, asked.get("details"))}


@call
def respond_activity_task_completed(change: Change, asked: Asked) -> None:
    execution, activity = activities.redeem(change, asked)
    activities.close(change, execution, activity, "ActivityTaskCompleted", result=asked.get("result"))


@call
def respond_activity_task_failed(change: Change, asked: Asked) -> None:
    execution, activity = activities.redeem(change, asked)
    attributes = {"reason": asked.get("reason"), "details": asked.get("details")}
    activities.close(change, execution, activity, "ActivityTaskFailed", **attributes)


@call
def respond_activity_task_canceled(change: Change, asked: Asked) -> None:
    execution, activity = activities.redeem(change, asked)
    activities.cancel(change, execution, activity, details=asked.get("details"))


@call
def count_pending_decision_tasks(change: Change, asked: Asked) -> dict[str, Any]:
    domain_row(change, asked["domain"])
    return {"count": tasks.waiting(change, _queue("decision", asked)), "truncated": False}


@call
def count_pending_activity_tasks(change: Change, asked: Asked) -> dict[str, Any]:
    domain_row(change, asked["domain"])
    return {"count": tasks.waiting(change, _queue("activity", asked)), "truncated": False}
