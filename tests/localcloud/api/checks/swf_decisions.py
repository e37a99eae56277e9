"""SWF: what deciders and workers do."""

from __future__ import annotations

from typing import Any

from tests.localcloud.api.check import At, check, refused
from tests.localcloud.api.checks.swf import TYPE, domain, start

LIST = {"name": "list"}


def decision(kind: str, **attributes: Any) -> dict[str, Any]:
    return {"decisionType": kind, f"{kind[0].lower()}{kind[1:]}DecisionAttributes": attributes}


def decide(swf: Any, name: str, *decisions: dict[str, Any]) -> list[str]:
    """Take the next decision task and answer it; the types of the events that are new in it."""
    task = swf.poll_for_decision_task(domain=name, taskList=LIST)
    swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=list(decisions))
    return [each["eventType"] for each in task["events"] if each["eventId"] > task.get("previousStartedEventId", 0)]


def work(swf: Any, name: str) -> dict[str, Any]:
    return dict(swf.poll_for_activity_task(domain=name, taskList=LIST, identity="worker"))


def last(swf: Any, name: str, execution: dict[str, str]) -> dict[str, Any]:
    """The last event of an execution."""
    asked = {"domain": name, "execution": execution, "reverseOrder": True, "maximumPageSize": 1}
    return dict(swf.get_workflow_execution_history(**asked)["events"][0])


COMPLETE = decision("CompleteWorkflowExecution", result="done")


@check(
    "swf",
    "PollForDecisionTask RespondDecisionTaskCompleted PollForActivityTask RecordActivityTaskHeartbeat",
    "RespondActivityTaskCompleted",
)
def activities(at: At) -> None:
    """An activity's result reaches the decider; its execution ends with the decider's; a token serves once"""
    swf, name = domain(at)
    execution = start(swf, name, "w", input="in")
    decide(swf, name, decision("ScheduleActivityTask", activityType=TYPE, activityId="a", input="x"))
    task = work(swf, name)
    assert (task["activityId"], task["input"], task["workflowExecution"]) == ("a", "x", execution)
    assert swf.record_activity_task_heartbeat(taskToken=task["taskToken"])["cancelRequested"] is False
    swf.respond_activity_task_completed(taskToken=task["taskToken"], result="y")
    again = refused(swf.respond_activity_task_completed, taskToken=task["taskToken"], result="z")
    assert again == "UnknownResourceFault"
    assert "ActivityTaskCompleted" in decide(swf, name, COMPLETE)
    ended = last(swf, name, execution)
    assert ended["workflowExecutionCompletedEventAttributes"]["result"] == "done"


@check("swf", "RespondActivityTaskFailed RespondActivityTaskCanceled")
def failures(at: At) -> None:
    """Failed and cancelled activities are told to the decider, with reason and details"""
    swf, name = domain(at)
    execution = start(swf, name, "w")
    decide(
        swf, name, *(decision("ScheduleActivityTask", activityType=TYPE, activityId=each) for each in ("bad", "slow"))
    )
    bad, slow = work(swf, name), work(swf, name)
    swf.respond_activity_task_failed(taskToken=bad["taskToken"], reason="r", details="d")
    cancel = decision("RequestCancelActivityTask", activityId="slow")
    assert "ActivityTaskFailed" in decide(swf, name, cancel)
    assert swf.record_activity_task_heartbeat(taskToken=slow["taskToken"])["cancelRequested"] is True
    swf.respond_activity_task_canceled(taskToken=slow["taskToken"], details="gave up")
    fail = decision("FailWorkflowExecution", reason="no", details="more")
    assert "ActivityTaskCanceled" in decide(swf, name, fail)
    ended = last(swf, name, execution)["workflowExecutionFailedEventAttributes"]
    assert (ended["reason"], ended["details"]) == ("no", "more")


@check("swf", "RespondDecisionTaskCompleted")
def timers_and_markers(at: At) -> None:
    """Timers fire and are cancelled, markers are kept, time-outs are told; a decision that can't be is an event"""
    swf, name = domain(at)
    execution = start(swf, name, "w")
    short = decision("ScheduleActivityTask", activityType=TYPE, activityId="a", scheduleToStartTimeout="1")
    keep = decision("RecordMarker", markerName="m", details="d")
    long = decision("StartTimer", timerId="long", startToFireTimeout="60")
    wrong = decision("CancelTimer", timerId="never")
    decide(swf, name, decision("StartTimer", timerId="t", startToFireTimeout="2"), short, keep, long, wrong)
    seen: list[str] = []
    while "TimerFired" not in seen:
        seen += decide(swf, name, *([] if seen else [decision("CancelTimer", timerId="long")]))
    assert {"MarkerRecorded", "ActivityTaskTimedOut", "CancelTimerFailed"} <= set(seen)
    swf.signal_workflow_execution(domain=name, workflowId="w", signalName="end")
    decide(swf, name, decision("CancelWorkflowExecution", details="c"))
    assert last(swf, name, execution)["eventType"] == "WorkflowExecutionCanceled"


@check("swf", "RespondDecisionTaskCompleted")
def other_executions(at: At) -> None:
    """Child executions, signals and cancels to others, and continuing as a new execution"""
    swf, name = domain(at)
    parent = start(swf, name, "parent")
    decide(swf, name, decision("StartChildWorkflowExecution", workflowId="child", workflowType=TYPE, input="x"))
    seen: list[str] = []
    while "ChildWorkflowExecutionCompleted" not in seen:  # the child's task, and the parent's
        task = swf.poll_for_decision_task(domain=name, taskList=LIST)
        is_child = task["workflowExecution"]["workflowId"] == "child"
        seen += [] if is_child else [each["eventType"] for each in task["events"]]
        swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=[COMPLETE] if is_child else [])
    assert "ChildWorkflowExecutionStarted" in seen
    other = start(swf, name, "other", taskList={"name": "aside"})
    swf.signal_workflow_execution(domain=name, workflowId="parent", signalName="go on")
    decide(
        swf,
        name,
        decision("SignalExternalWorkflowExecution", workflowId="other", signalName="s"),
        decision("RequestCancelExternalWorkflowExecution", workflowId="other"),
    )
    history = swf.get_workflow_execution_history(domain=name, execution=other)["events"]
    assert {"WorkflowExecutionSignaled", "WorkflowExecutionCancelRequested"} <= {each["eventType"] for each in history}
    decide(swf, name, decision("ContinueAsNewWorkflowExecution", input="next"))
    ended = last(swf, name, parent)
    run = ended["workflowExecutionContinuedAsNewEventAttributes"]["newExecutionRunId"]
    told = swf.describe_workflow_execution(domain=name, execution={"workflowId": "parent", "runId": run})
    assert told["executionInfo"]["executionStatus"] == "OPEN"
