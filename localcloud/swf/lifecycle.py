"""An execution from its start to its close, and what parents and children hear of it."""

from __future__ import annotations

import json
import uuid
from typing import Any

from localcloud.swf import history, registry
from localcloud.swf.deadlines import set_deadline
from localcloud.swf.decision_tasks import tell_decider
from localcloud.swf.defaults import Undefined, chosen, priority
from localcloud.swf.executions import Execution, Parent, Settings, State, by_number, find, keep, save_closed
from localcloud.swf.faults import Fault, fault, type_text, unknown
from localcloud.swf.store import Change
from localcloud.text import text

SECONDS_A_DAY = 86_400


class CannotStart(Exception):
    """Why an execution can't begin: the `cause` that a decision fails by, the `fault` that a call is answered with."""

    def __init__(self, cause: str, fault: Fault) -> None:
        super().__init__(cause)
        self.cause = cause
        self.fault = fault


def plan(
    change: Change, domain: str, type_: dict[str, str], asked: dict[str, Any], parent: Parent | None = None
) -> Settings:
    """How an execution of a type would run. Raises CannotStart."""
    row = registry.find(change, "WorkflowType", domain, type_)
    if row is None:
        raise CannotStart("WORKFLOW_TYPE_DOES_NOT_EXIST", unknown(f"type: {type_text('WorkflowType', type_)}"))
    if row["status"] == "DEPRECATED":
        raise CannotStart("WORKFLOW_TYPE_DEPRECATED", fault("TypeDeprecated", type_text("WorkflowType", type_)))
    defaults = registry.defaults(row)
    try:
        return Settings(
            execution_timeout=chosen(
                asked, defaults, "executionStartToCloseTimeout", "defaultExecutionStartToCloseTimeout"
            ),
            task_list=chosen(asked, defaults, "taskList", "defaultTaskList")["name"],
            task_timeout=chosen(asked, defaults, "taskStartToCloseTimeout", "defaultTaskStartToCloseTimeout"),
            child_policy=chosen(asked, defaults, "childPolicy", "defaultChildPolicy"),
            task_priority=priority(asked, defaults),
            tags=list(dict.fromkeys(asked.get("tagList") or [])),
            lambda_role=asked.get("lambdaRole") or defaults.get("defaultLambdaRole"),
            parent=parent,
        )
    except Undefined as missing:
        raise CannotStart(missing.cause, fault("DefaultUndefined", missing.key)) from missing


def ensure_room(change: Change, domain: str, workflow_id: str) -> None:
    """Raise CannotStart where the workflow id runs already, or too many executions are open."""
    if find(change, domain, workflow_id, None):
        raise CannotStart("WORKFLOW_ALREADY_RUNNING", fault("WorkflowExecutionAlreadyStarted", "Already Started"))
    if change.row("SELECT open FROM domains WHERE name=?", domain)["open"] >= change.limits.open_executions:
        message = f"The domain {domain} has {change.limits.open_executions} open executions, and may have no more"
        raise CannotStart("OPEN_WORKFLOWS_LIMIT_EXCEEDED", fault("LimitExceeded", message))


def begin(
    change: Change,
    domain: str,
    workflow_id: str,
    type_: dict[str, str],
    settings: Settings,
    *,
    input: str | None,
    run_id: str | None = None,
    continued: str | None = None,
) -> Execution:
    """Start an execution for which there is room. `continued` is the run id that it goes on for."""
    run_id = run_id or new_run_id()
    state = State()
    saved = text(vars(state))
    number = change.insert(
        "INSERT INTO executions (domain, workflow_id, run_id, type_name, type_version, started, settings, state) "
        "VALUES (?,?,?,?,?,?,?,?)",
        domain, workflow_id, run_id, type_["name"], type_["version"], change.now, text(settings), saved,
    )  # fmt: skip
    execution = Execution(
        number, domain, workflow_id, run_id, type_["name"], type_["version"], change.now, None, None,
        settings, state, saved,
    )  # fmt: skip
    keep(change, execution)
    change.run("UPDATE domains SET open = open + 1 WHERE name=?", domain)
    for tag in settings.tags:
        change.run("INSERT INTO tagged VALUES (?,?,?,?,NULL)", number, tag, domain, change.now)
    parent = settings.parent
    history.append(
        change,
        execution,
        "WorkflowExecutionStarted",
        input=input,
        continuedExecutionRunId=continued,
        parentInitiatedEventId=parent.initiated if parent else 0,
        parentWorkflowExecution={"workflowId": parent.workflow_id, "runId": parent.run_id} if parent else None,
        workflowType=execution.type,
        **configuration(settings, tags=True),
    )
    set_deadline(change, number, "execution", 0, settings.execution_timeout)
    tell_decider(change, execution)
    return execution


def new_run_id() -> str:
    return uuid.uuid4().hex


def configuration(settings: Settings, *, tags: bool = False) -> dict[str, Any]:
    """Settings on the wire, as started events and descriptions show them."""
    shown: dict[str, Any] = {
        "taskStartToCloseTimeout": settings.task_timeout,
        "executionStartToCloseTimeout": settings.execution_timeout,
        "taskList": {"name": settings.task_list},
        "taskPriority": settings.task_priority,
        "childPolicy": settings.child_policy,
    }
    if settings.lambda_role:
        shown["lambdaRole"] = settings.lambda_role
    if tags and settings.tags:
        shown["tagList"] = settings.tags
    return shown


def close(
    change: Change, execution: Execution, status: str, event: str, told: dict[str, Any] | None = None, **attributes: Any
) -> None:
    """Write the last event, forget all that was open, tell the parent (with the attributes `told`)."""
    history.append(change, execution, event, **attributes)
    execution.closed, execution.close_status = change.now, status
    execution.state.end_task()
    save_closed(change, execution)
    for table in ("pending", "tasks", "deadlines"):
        change.run(f"DELETE FROM {table} WHERE execution=?", execution.number)
    change.run("UPDATE domains SET open = open - 1 WHERE name=?", execution.domain)
    retention = change.row("SELECT retention FROM domains WHERE name=?", execution.domain)["retention"]
    days = 0 if retention == "NONE" else int(retention)
    set_deadline(change, execution.number, "retention", 0, str(days * SECONDS_A_DAY))
    if status != "CONTINUED_AS_NEW":
        _tell_parent(change, execution, status, told or {})


def _tell_parent(change: Change, child: Execution, status: str, told: dict[str, Any]) -> None:
    link = child.settings.parent
    parent = by_number(change, link.number) if link else None
    if link is None or parent is None or not parent.open:
        return
    change.run("DELETE FROM pending WHERE execution=? AND kind='child' AND key=?", parent.number, str(link.initiated))
    words = {"TIMED_OUT": "TimedOut"}.get(status, status.capitalize())
    history.append(
        change,
        parent,
        f"ChildWorkflowExecution{words}",
        workflowExecution=child.execution,
        workflowType=child.type,
        initiatedEventId=link.initiated,
        startedEventId=link.started,
        **told,
    )
    tell_decider(change, parent)


def terminate(
    change: Change,
    execution: Execution,
    cause: str,
    policy: str | None = None,
    reason: str | None = None,
    details: str | None = None,
) -> None:
    """End an execution without asking its decider; the child policy is applied."""
    policy = policy or execution.settings.child_policy
    children = _open_children(change, execution)
    close(
        change,
        execution,
        "TERMINATED",
        "WorkflowExecutionTerminated",
        cause=cause,
        childPolicy=policy,
        reason=reason,
        details=details,
    )
    _apply(change, execution, policy, children)


def end_overlong(change: Change) -> None:
    """Terminate the executions of a change that have as many events as one may; the end itself comes on top."""
    while full := [found for found in change.loaded.values() if found.open and history.is_full(change, found)]:
        for execution in full:
            if execution.open:
                terminate(change, execution, "EVENT_LIMIT_EXCEEDED")


def time_out(change: Change, execution: Execution) -> None:
    """The execution's own time is over; the child policy is applied."""
    policy, children = execution.settings.child_policy, _open_children(change, execution)
    close(
        change,
        execution,
        "TIMED_OUT",
        "WorkflowExecutionTimedOut",
        {"timeoutType": "START_TO_CLOSE"},
        timeoutType="START_TO_CLOSE",
        childPolicy=policy,
    )
    _apply(change, execution, policy, children)


def _open_children(change: Change, parent: Execution) -> list[Execution]:
    """By workflow id: a child that has continued as new has another run id than the one first started."""
    rows = change.rows("SELECT document FROM pending WHERE execution=? AND kind='child' ORDER BY event", parent.number)
    found = [find(change, parent.domain, json.loads(row["document"])["workflowId"], None) for row in rows]
    links = [(child, child.settings.parent) for child in found if child]
    return [child for child, link in links if link and link.number == parent.number]


def _apply(change: Change, parent: Execution, policy: str, children: list[Execution]) -> None:
    for child in children:
        if policy == "TERMINATE":
            terminate(change, child, "CHILD_POLICY_APPLIED")
        elif policy == "REQUEST_CANCEL":
            request_cancel(change, child, by=parent, initiated=0, cause="CHILD_POLICY_APPLIED")


def signal(
    change: Change,
    execution: Execution,
    name: str,
    input: str | None,
    by: Execution | None = None,
    initiated: int = 0,
) -> None:
    """A signal from outside, or from another execution (`by`, whose event `initiated` asked for it)."""
    history.append(
        change,
        execution,
        "WorkflowExecutionSignaled",
        signalName=name,
        input=input,
        externalWorkflowExecution=by.execution if by else None,
        externalInitiatedEventId=initiated,
    )
    tell_decider(change, execution)


def request_cancel(
    change: Change, execution: Execution, by: Execution | None = None, initiated: int = 0, cause: str | None = None
) -> None:
    """Ask the decider to bring the execution to an end; it is free not to."""
    execution.state.cancel_requested = True
    history.append(
        change,
        execution,
        "WorkflowExecutionCancelRequested",
        externalWorkflowExecution=by.execution if by else None,
        externalInitiatedEventId=initiated,
        cause=cause,
    )
    tell_decider(change, execution)


def forget(change: Change, execution: Execution) -> None:
    """A closed execution's time to be kept is over."""
    change.run("DELETE FROM tagged WHERE number=?", execution.number)
    change.run("DELETE FROM events WHERE execution=?", execution.number)
    change.run("DELETE FROM executions WHERE number=?", execution.number)
