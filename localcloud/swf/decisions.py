"""What a decider can decide: one small function a decision type. What can't be done becomes an event with its cause."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from localcloud.swf import activities, history, lifecycle, permission, registry, timers
from localcloud.swf.decision_tasks import tell_decider
from localcloud.swf.defaults import Undefined, chosen, priority
from localcloud.swf.executions import Execution, Parent, Settings, find
from localcloud.swf.faults import invalid
from localcloud.swf.store import Change
from localcloud.swf.validation import model
from localcloud.text import text

CLOSING = (
    "CompleteWorkflowExecution",
    "FailWorkflowExecution",
    "CancelWorkflowExecution",
    "ContinueAsNewWorkflowExecution",
)


@dataclass(frozen=True)
class Turn:
    """One answered decision task: `completed` is the id of its DecisionTaskCompleted event."""

    change: Change
    execution: Execution
    completed: int

    def write(self, event: str, **attributes: Any) -> int:
        return history.append(
            self.change, self.execution, event, decisionTaskCompletedEventId=self.completed, **attributes
        )

    def refuse(self, event: str, cause: str, **attributes: Any) -> None:
        """The decision fails: its event, and another decision task, so that the decider hears of it."""
        self.write(event, cause=cause, **attributes)
        tell_decider(self.change, self.execution)

    def pending(self, kind: str) -> int:
        """How many things of a kind the execution has open."""
        row = self.change.row(
            "SELECT COUNT(*) AS n FROM pending WHERE execution=? AND kind=?", self.execution.number, kind
        )
        return int(row["n"])


def check(decisions: list[dict[str, Any]]) -> None:
    """Raise a ValidationException for a list that SWF does not take; nothing of it is carried out then."""
    missing = []
    for number, decision in enumerate(decisions, 1):
        name = _attributes_name(decision["decisionType"])
        if name in _needed() and decision.get(name) is None:
            where = f"decisions.{number}.member.{name}"
            missing.append(f"Value null at '{where}' failed to satisfy constraint: Member must not be null")
    if missing:
        raise invalid(f"{len(missing)} validation error{'s'[: len(missing) > 1]} detected: {'; '.join(missing)}")
    if any(decision["decisionType"] in CLOSING for decision in decisions[:-1]):
        raise invalid("Close must be last decision in list")


@cache
def _needed() -> frozenset[str]:
    """The attributes without which a decision of their type can't be: those with required members."""
    members = model().shape_for("Decision").members  # type: ignore[attr-defined]
    return frozenset(name for name, shape in members.items() if getattr(shape, "required_members", None))


def carry_out(turn: Turn, decisions: list[dict[str, Any]], forbidden: Set[int] = frozenset()) -> None:
    """Carry out a checked list, in its order, as far as the history has room; those of some numbers are forbidden."""
    for number, decision in enumerate(decisions):
        if history.is_full(turn.change, turn.execution):
            return
        name = decision["decisionType"]
        attributes = decision.get(_attributes_name(name)) or {}
        if number in forbidden:
            permission.refuse(turn, name, attributes)
        else:
            DECISIONS[name](turn, attributes)


def _attributes_name(decision_type: str) -> str:
    return f"{decision_type[0].lower()}{decision_type[1:]}DecisionAttributes"


# Activities


def schedule_activity_task(turn: Turn, asked: dict[str, Any]) -> None:
    def refuse(cause: str) -> None:
        turn.refuse(
            "ScheduleActivityTaskFailed", cause, activityType=asked["activityType"], activityId=asked["activityId"]
        )

    row = registry.find(turn.change, "ActivityType", turn.execution.domain, asked["activityType"])
    if row is None:
        return refuse("ACTIVITY_TYPE_DOES_NOT_EXIST")
    if row["status"] == "DEPRECATED":
        return refuse("ACTIVITY_TYPE_DEPRECATED")
    if activities.find(turn.change, turn.execution.number, id=asked["activityId"]):
        return refuse("ACTIVITY_ID_ALREADY_IN_USE")
    if turn.pending("activity") >= turn.change.limits.open_activities:
        return refuse("OPEN_ACTIVITIES_LIMIT_EXCEEDED")
    try:
        values = _activity_values(asked, registry.defaults(row))
    except Undefined as missing:
        return refuse(missing.cause)
    return activities.schedule(turn.change, turn.execution, asked, values, turn.completed)


def _activity_values(asked: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    values = {key: chosen(asked, defaults, key, f"defaultTask{key[0].upper()}{key[1:]}") for key in activities.TIMEOUTS}
    values["taskList"] = chosen(asked, defaults, "taskList", "defaultTaskList")
    values["taskPriority"] = priority(asked, defaults)
    return values


def request_cancel_activity_task(turn: Turn, asked: dict[str, Any]) -> None:
    activity = activities.find(turn.change, turn.execution.number, id=asked["activityId"])
    if activity is None:
        turn.refuse("RequestCancelActivityTaskFailed", "ACTIVITY_ID_UNKNOWN", activityId=asked["activityId"])
    else:
        activities.request_cancel(turn.change, turn.execution, activity, turn.completed)


# Markers, timers, functions


def record_marker(turn: Turn, asked: dict[str, Any]) -> None:
    turn.write("MarkerRecorded", markerName=asked["markerName"], details=asked.get("details"))


def start_timer(turn: Turn, asked: dict[str, Any]) -> None:
    if timers.find(turn.change, turn.execution.number, asked["timerId"]) is not None:
        turn.refuse("StartTimerFailed", "TIMER_ID_ALREADY_IN_USE", timerId=asked["timerId"])
    elif turn.pending("timer") >= turn.change.limits.open_timers:
        turn.refuse("StartTimerFailed", "OPEN_TIMERS_LIMIT_EXCEEDED", timerId=asked["timerId"])
    else:
        timers.start(turn.change, turn.execution, asked, turn.completed)


def cancel_timer(turn: Turn, asked: dict[str, Any]) -> None:
    started = timers.find(turn.change, turn.execution.number, asked["timerId"])
    if started is None:
        turn.refuse("CancelTimerFailed", "TIMER_ID_UNKNOWN", timerId=asked["timerId"])
    else:
        timers.cancel(turn.change, turn.execution, asked["timerId"], started, turn.completed)


def schedule_lambda_function(turn: Turn, asked: dict[str, Any]) -> None:
    """No role, no function; and with a role there is still no Lambda in this cloud."""
    if turn.execution.settings.lambda_role:
        cause = "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"
        return turn.refuse("ScheduleLambdaFunctionFailed", cause, id=asked["id"], name=asked["name"])
    keys = ("id", "name", "control", "input", "startToCloseTimeout")
    scheduled = turn.write("LambdaFunctionScheduled", **{key: asked.get(key) for key in keys})
    history.append(
        turn.change,
        turn.execution,
        "StartLambdaFunctionFailed",
        scheduledEventId=scheduled,
        cause="ASSUME_ROLE_FAILED",
        message="The workflow execution has no lambdaRole",
    )
    return tell_decider(turn.change, turn.execution)


# Other executions


def start_child_workflow_execution(turn: Turn, asked: dict[str, Any]) -> None:
    change, parent = turn.change, turn.execution
    about = {"workflowType": asked["workflowType"], "workflowId": asked["workflowId"], "control": asked.get("control")}
    failed = "StartChildWorkflowExecutionFailed"
    try:
        settings = lifecycle.plan(change, parent.domain, asked["workflowType"], asked)
    except lifecycle.CannotStart as problem:
        return turn.refuse(failed, problem.cause, initiatedEventId=0, **about)
    if turn.pending("child") >= change.limits.open_children:
        return turn.refuse(failed, "OPEN_CHILDREN_LIMIT_EXCEEDED", initiatedEventId=0, **about)
    initiated = turn.write(
        "StartChildWorkflowExecutionInitiated",
        input=asked.get("input"),
        **about,
        **lifecycle.configuration(settings, tags=True),
    )
    try:
        lifecycle.ensure_room(change, parent.domain, asked["workflowId"])
    except lifecycle.CannotStart as problem:
        return turn.refuse(failed, problem.cause, initiatedEventId=initiated, **about)
    return _start_child(turn, asked, settings, initiated)


def _start_child(turn: Turn, asked: dict[str, Any], settings: Settings, initiated: int) -> None:
    change, parent = turn.change, turn.execution
    run_id = lifecycle.new_run_id()
    execution = {"workflowId": asked["workflowId"], "runId": run_id}
    started = history.append(
        change,
        parent,
        "ChildWorkflowExecutionStarted",
        workflowExecution=execution,
        workflowType=asked["workflowType"],
        initiatedEventId=initiated,
    )
    change.run(
        "INSERT INTO pending VALUES (?,'child',?,?,?)", parent.number, str(initiated), initiated, text(execution)
    )
    link = Parent(parent.number, parent.workflow_id, parent.run_id, initiated, started)
    lifecycle.begin(
        change,
        parent.domain,
        asked["workflowId"],
        asked["workflowType"],
        replace(settings, parent=link),
        input=asked.get("input"),
        run_id=run_id,
    )
    tell_decider(change, parent)


def signal_external_workflow_execution(turn: Turn, asked: dict[str, Any]) -> None:
    target = _other(asked)
    initiated = turn.write(
        "SignalExternalWorkflowExecutionInitiated",
        signalName=asked["signalName"],
        input=asked.get("input"),
        control=asked.get("control"),
        **target,
    )
    found = find(turn.change, turn.execution.domain, asked["workflowId"], asked.get("runId"))
    if found is None or not found.open:
        return _unknown_other(turn, "SignalExternalWorkflowExecutionFailed", asked, initiated)
    lifecycle.signal(turn.change, found, asked["signalName"], asked.get("input"), turn.execution, initiated)
    return _told_other(turn, "ExternalWorkflowExecutionSignaled", found, initiated)


def request_cancel_external_workflow_execution(turn: Turn, asked: dict[str, Any]) -> None:
    initiated = turn.write(
        "RequestCancelExternalWorkflowExecutionInitiated", control=asked.get("control"), **_other(asked)
    )
    found = find(turn.change, turn.execution.domain, asked["workflowId"], asked.get("runId"))
    if found is None or not found.open:
        return _unknown_other(turn, "RequestCancelExternalWorkflowExecutionFailed", asked, initiated)
    lifecycle.request_cancel(turn.change, found, turn.execution, initiated)
    return _told_other(turn, "ExternalWorkflowExecutionCancelRequested", found, initiated)


def _other(asked: dict[str, Any]) -> dict[str, Any]:
    return {"workflowId": asked["workflowId"], "runId": asked.get("runId")}


def _unknown_other(turn: Turn, event: str, asked: dict[str, Any], initiated: int) -> None:
    cause, control = "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION", asked.get("control")
    turn.refuse(event, cause, initiatedEventId=initiated, control=control, **_other(asked))


def _told_other(turn: Turn, event: str, other: Execution, initiated: int) -> None:
    history.append(turn.change, turn.execution, event, workflowExecution=other.execution, initiatedEventId=initiated)
    tell_decider(turn.change, turn.execution)


# The end


def complete_workflow_execution(turn: Turn, asked: dict[str, Any]) -> None:
    _end(turn, "COMPLETED", "CompleteWorkflowExecution", "WorkflowExecutionCompleted", {"result": asked.get("result")})


def fail_workflow_execution(turn: Turn, asked: dict[str, Any]) -> None:
    told = {"reason": asked.get("reason"), "details": asked.get("details")}
    _end(turn, "FAILED", "FailWorkflowExecution", "WorkflowExecutionFailed", told)


def cancel_workflow_execution(turn: Turn, asked: dict[str, Any]) -> None:
    _end(turn, "CANCELED", "CancelWorkflowExecution", "WorkflowExecutionCanceled", {"details": asked.get("details")})


def _end(turn: Turn, status: str, decision: str, event: str, told: dict[str, Any]) -> None:
    """Close, unless something has happened that the decider had not seen when it decided."""
    if turn.execution.state.news:
        return turn.refuse(f"{decision}Failed", "UNHANDLED_DECISION")
    return lifecycle.close(
        turn.change, turn.execution, status, event, told, decisionTaskCompletedEventId=turn.completed, **told
    )


def continue_as_new_workflow_execution(turn: Turn, asked: dict[str, Any]) -> None:
    change, old = turn.change, turn.execution
    failed = "ContinueAsNewWorkflowExecutionFailed"
    if old.state.news:
        return turn.refuse(failed, "UNHANDLED_DECISION")
    type_ = {"name": old.type_name, "version": asked.get("workflowTypeVersion") or old.type_version}
    try:
        settings = lifecycle.plan(change, old.domain, type_, asked, old.settings.parent)
    except lifecycle.CannotStart as problem:
        return turn.refuse(failed, problem.cause)
    run_id = lifecycle.new_run_id()
    lifecycle.close(
        change,
        old,
        "CONTINUED_AS_NEW",
        "WorkflowExecutionContinuedAsNew",
        input=asked.get("input"),
        decisionTaskCompletedEventId=turn.completed,
        newExecutionRunId=run_id,
        workflowType=type_,
        **lifecycle.configuration(settings, tags=True),
    )
    lifecycle.begin(
        change,
        old.domain,
        old.workflow_id,
        type_,
        settings,
        input=asked.get("input"),
        run_id=run_id,
        continued=old.run_id,
    )
    return None


Decide = Callable[[Turn, dict[str, Any]], None]
DECISIONS: dict[str, Decide] = {
    "ScheduleActivityTask": schedule_activity_task,
    "RequestCancelActivityTask": request_cancel_activity_task,
    "RecordMarker": record_marker,
    "StartTimer": start_timer,
    "CancelTimer": cancel_timer,
    "ScheduleLambdaFunction": schedule_lambda_function,
    "StartChildWorkflowExecution": start_child_workflow_execution,
    "SignalExternalWorkflowExecution": signal_external_workflow_execution,
    "RequestCancelExternalWorkflowExecution": request_cancel_external_workflow_execution,
    "CompleteWorkflowExecution": complete_workflow_execution,
    "FailWorkflowExecution": fail_workflow_execution,
    "CancelWorkflowExecution": cancel_workflow_execution,
    "ContinueAsNewWorkflowExecution": continue_as_new_workflow_execution,
}
