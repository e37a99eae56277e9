"""Executions from start to end: what is decided, what the history says, what the parent hears."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.swf.cloud import (
    ACTIVITY,
    COMPLETE,
    DOMAIN,
    LIST,
    WORKFLOW,
    activity,
    answer,
    decide,
    decision,
    events,
    last,
    names,
    poll,
    start,
    work,
)  # fmt: skip


def test_three_activities_one_after_another_and_the_history_says_so(swf: Any) -> None:
    run = start(swf, input="in")
    for number in range(3):
        decide(swf, activity(f"a{number}", input=f"i{number}", control="c"))
        task = work(swf, identity="w")
        assert task["input"] == f"i{number}" and task["activityId"] == f"a{number}" and task["activityType"] == ACTIVITY
        swf.respond_activity_task_completed(taskToken=task["taskToken"], result=f"r{number}")
    decide(swf, COMPLETE)
    step = ["DecisionTaskScheduled", "DecisionTaskStarted", "DecisionTaskCompleted"]
    act = ["ActivityTaskScheduled", "ActivityTaskStarted", "ActivityTaskCompleted"]
    assert names(swf, "one", run) == [
        "WorkflowExecutionStarted",
        *(step + act) * 3,
        *step,
        "WorkflowExecutionCompleted",
    ]
    found = events(swf, "one", run)
    assert [event["eventId"] for event in found] == list(range(1, 24))
    assert found[0]["attributes"]["input"] == "in" and found[0]["attributes"]["parentInitiatedEventId"] == 0
    assert found[6]["attributes"] == {
        "result": "r0", "scheduledEventId": 5, "startedEventId": 6,
    }  # fmt: skip
    assert found[4]["attributes"] == {
        "activityType": ACTIVITY, "activityId": "a0", "input": "i0", "control": "c", "taskPriority": "0",
        "taskList": LIST,
        "scheduleToStartTimeout": "60", "scheduleToCloseTimeout": "120", "startToCloseTimeout": "60",
        "heartbeatTimeout": "NONE", "decisionTaskCompletedEventId": 4,
    }  # fmt: skip
    assert found[-1]["attributes"] == {"result": "done", "decisionTaskCompletedEventId": 22}
    described = swf.describe_workflow_execution(domain=DOMAIN, execution={"workflowId": "one", "runId": run})
    assert described["executionInfo"]["closeStatus"] == "COMPLETED"
    assert set(described["openCounts"].values()) == {0}


@pytest.mark.parametrize(
    ("closing", "event", "status"),
    [
        (decision("FailWorkflowExecution", reason="why", details="how"), "WorkflowExecutionFailed", "FAILED"),
        (decision("CancelWorkflowExecution", details="how"), "WorkflowExecutionCanceled", "CANCELED"),
    ],
)
def test_other_ends(swf: Any, closing: dict[str, Any], event: str, status: str) -> None:
    run = start(swf)
    decide(swf, closing)
    assert last(swf, "one", run, event)["details"] == "how"
    shown = swf.describe_workflow_execution(domain=DOMAIN, execution={"workflowId": "one", "runId": run})
    assert shown["executionInfo"]["closeStatus"] == status
    assert start(swf) != run, "the workflow id is free again"


def test_news_during_a_decision_brings_another_and_holds_up_the_end(swf: Any) -> None:
    run = start(swf)
    task = poll(swf)
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s", input="x")
    answer(swf, task, COMPLETE)
    assert last(swf, "one", run, "CompleteWorkflowExecutionFailed")["cause"] == "UNHANDLED_DECISION"
    again = poll(swf)
    assert again["previousStartedEventId"] == task["startedEventId"]
    assert "WorkflowExecutionSignaled" in [event["eventType"] for event in again["events"]]
    answer(swf, again, COMPLETE)
    assert names(swf, "one", run)[-1] == "WorkflowExecutionCompleted"


def test_one_decision_task_for_many_news(swf: Any) -> None:
    start(swf)
    for _ in range(3):
        swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s")
    assert swf.count_pending_decision_tasks(domain=DOMAIN, taskList=LIST)["count"] == 1


def test_failed_decisions_say_why(swf: Any) -> None:
    swf.register_activity_type(domain=DOMAIN, name="Old", version="1")
    swf.deprecate_activity_type(domain=DOMAIN, activityType={"name": "Old", "version": "1"})
    swf.register_activity_type(domain=DOMAIN, name="Bare", version="1")
    bare = {"name": "Bare", "version": "1"}
    times = {"scheduleToCloseTimeout": "9", "scheduleToStartTimeout": "9", "startToCloseTimeout": "9"}
    run = start(swf)
    decide(
        swf,
        activity("same"),
        activity("same"),
        activity("x", activityType={"name": "No", "version": "1"}),
        activity("x", activityType={"name": "Old", "version": "1"}),
        activity("x", activityType=bare),
        activity("x", activityType=bare, **times),
        activity("x", activityType=bare, heartbeatTimeout="NONE", **times),
        decision("StartTimer", timerId="t", startToFireTimeout="100"),
        decision("StartTimer", timerId="t", startToFireTimeout="100"),
        decision("CancelTimer", timerId="other"),
        decision("RequestCancelActivityTask", activityId="other"),
        decision("SignalExternalWorkflowExecution", workflowId="other", signalName="s", control="c"),
        decision("RequestCancelExternalWorkflowExecution", workflowId="other", runId="r"),
        decision("StartChildWorkflowExecution", workflowId="c", workflowType={"name": "No", "version": "1"}),
        decision("StartChildWorkflowExecution", workflowId="one", workflowType=WORKFLOW),
        decision("ScheduleLambdaFunction", id="l", name="f"),
        decision("CompleteWorkflowExecution"),
    )
    causes = [
        (event["eventType"], event["attributes"]["cause"])
        for event in events(swf, "one", run)
        if "cause" in event["attributes"]
    ]
    assert causes == [
        ("ScheduleActivityTaskFailed", "ACTIVITY_ID_ALREADY_IN_USE"),
        ("ScheduleActivityTaskFailed", "ACTIVITY_TYPE_DOES_NOT_EXIST"),
        ("ScheduleActivityTaskFailed", "ACTIVITY_TYPE_DEPRECATED"),
        ("ScheduleActivityTaskFailed", "DEFAULT_SCHEDULE_TO_CLOSE_TIMEOUT_UNDEFINED"),
        ("ScheduleActivityTaskFailed", "DEFAULT_HEARTBEAT_TIMEOUT_UNDEFINED"),
        ("ScheduleActivityTaskFailed", "DEFAULT_TASK_LIST_UNDEFINED"),
        ("StartTimerFailed", "TIMER_ID_ALREADY_IN_USE"),
        ("CancelTimerFailed", "TIMER_ID_UNKNOWN"),
        ("RequestCancelActivityTaskFailed", "ACTIVITY_ID_UNKNOWN"),
        ("SignalExternalWorkflowExecutionFailed", "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"),
        ("RequestCancelExternalWorkflowExecutionFailed", "UNKNOWN_EXTERNAL_WORKFLOW_EXECUTION"),
        ("StartChildWorkflowExecutionFailed", "WORKFLOW_TYPE_DOES_NOT_EXIST"),
        ("StartChildWorkflowExecutionFailed", "WORKFLOW_ALREADY_RUNNING"),
        ("StartLambdaFunctionFailed", "ASSUME_ROLE_FAILED"),
        ("CompleteWorkflowExecutionFailed", "UNHANDLED_DECISION"),
    ]
    assert poll(swf)["taskToken"], "the decider hears of it"


def test_lambda_with_a_role_is_not_available(swf: Any) -> None:
    run = start(swf, lambdaRole="arn:aws:iam::123456789012:role/r")
    decide(swf, decision("ScheduleLambdaFunction", id="l", name="f"))
    assert last(swf, "one", run, "ScheduleLambdaFunctionFailed")["cause"] == "LAMBDA_SERVICE_NOT_AVAILABLE_IN_REGION"


def test_markers_and_context(swf: Any) -> None:
    run = start(swf)
    decide(swf, decision("RecordMarker", markerName="m", details="d"), executionContext="ctx")
    assert last(swf, "one", run, "MarkerRecorded") == {
        "markerName": "m",
        "details": "d",
        "decisionTaskCompletedEventId": 4,
    }
    shown = swf.describe_workflow_execution(domain=DOMAIN, execution={"workflowId": "one", "runId": run})
    assert shown["latestExecutionContext"] == "ctx" and shown["openCounts"]["openDecisionTasks"] == 0


def test_an_activity_fails_and_one_is_cancelled_by_its_worker(swf: Any) -> None:
    run = start(swf)
    decide(swf, activity("a"), activity("b"))
    first, second = work(swf), work(swf)
    swf.respond_activity_task_failed(taskToken=first["taskToken"], reason="why", details="how")
    assert last(swf, "one", run, "ActivityTaskFailed")["reason"] == "why"
    beat = swf.record_activity_task_heartbeat(taskToken=second["taskToken"], details="half")
    assert beat["cancelRequested"] is False
    decide(swf, decision("RequestCancelActivityTask", activityId="b"))
    assert swf.record_activity_task_heartbeat(taskToken=second["taskToken"])["cancelRequested"] is True
    swf.respond_activity_task_canceled(taskToken=second["taskToken"], details="stopped")
    cancelled = last(swf, "one", run, "ActivityTaskCanceled")
    requested = [e["eventId"] for e in events(swf, "one", run) if e["eventType"] == "ActivityTaskCancelRequested"]
    assert cancelled["latestCancelRequestedEventId"] == requested[0] and cancelled["details"] == "stopped"
    with pytest.raises(ClientError, match="Unknown activity, scheduledEventId"):
        swf.respond_activity_task_completed(taskToken=second["taskToken"])


def test_an_activity_that_nobody_has_is_cancelled_at_once(swf: Any) -> None:
    run = start(swf)
    decide(swf, activity("a"), decision("RequestCancelActivityTask", activityId="a"))
    assert last(swf, "one", run, "ActivityTaskCanceled")["startedEventId"] == 0
    assert swf.count_pending_activity_tasks(domain=DOMAIN, taskList=LIST)["count"] == 0


def test_higher_priority_first_then_the_oldest(swf: Any) -> None:
    start(swf)
    decide(swf, *(activity(f"a{n}", taskPriority=n) for n in ("-5", "0", "10")), activity("b10", taskPriority="10"))
    assert [work(swf)["activityId"] for _ in range(4)] == ["a10", "b10", "a0", "a-5"]


def test_child_is_started_and_heard_of(swf: Any) -> None:
    run = start(swf, "parent")
    child = decision("StartChildWorkflowExecution", workflowId="child", workflowType=WORKFLOW, input="i", control="c",
                     tagList=["t"], taskList={"name": "children"})  # fmt: skip
    decide(swf, child)
    task = poll(swf, "children")
    begun = task["events"][0]["workflowExecutionStartedEventAttributes"]
    assert begun["parentWorkflowExecution"] == {"workflowId": "parent", "runId": run} and begun["input"] == "i"
    answer(swf, task, COMPLETE)
    found = last(swf, "parent", run, "ChildWorkflowExecutionCompleted")
    assert found["result"] == "done" and found["workflowExecution"] == task["workflowExecution"]
    history = names(swf, "parent", run)
    assert history[found["initiatedEventId"] - 1] == "StartChildWorkflowExecutionInitiated"
    assert history[found["startedEventId"] - 1] == "ChildWorkflowExecutionStarted"
    assert begun["parentInitiatedEventId"] == found["initiatedEventId"]


@pytest.mark.parametrize(
    ("policy", "event"),
    [
        ("TERMINATE", "WorkflowExecutionTerminated"),
        ("REQUEST_CANCEL", "WorkflowExecutionCancelRequested"),
        ("ABANDON", None),
    ],
)
def test_child_policies(swf: Any, policy: str, event: str | None) -> None:
    run = start(swf, "parent")
    decide(
        swf, decision("StartChildWorkflowExecution", workflowId="child", workflowType=WORKFLOW, taskList={"name": "c"})
    )
    decide(swf, decision("ContinueAsNewWorkflowExecution", taskList={"name": "c"}), task_list="c")  # still its child
    swf.terminate_workflow_execution(domain=DOMAIN, workflowId="parent", childPolicy=policy, reason="r", details="d")
    ended = last(swf, "parent", run, "WorkflowExecutionTerminated")
    assert ended == {"reason": "r", "details": "d", "childPolicy": policy, "cause": "OPERATOR_INITIATED"}
    shown = swf.list_open_workflow_executions(domain=DOMAIN, startTimeFilter={"oldestDate": 0})["executionInfos"]
    closed = swf.list_closed_workflow_executions(
        domain=DOMAIN, startTimeFilter={"oldestDate": 0}, executionFilter={"workflowId": "child"}
    )["executionInfos"]
    child = (shown or closed)[0]["execution"]
    told = [e for e in events(swf, workflow_id="child", run_id=child["runId"]) if e["eventType"] == event]
    assert (bool(shown), len(told)) == {"TERMINATE": (False, 1), "REQUEST_CANCEL": (True, 1), "ABANDON": (True, 0)}[
        policy
    ]
    if told:
        assert told[0]["attributes"]["cause"] == "CHILD_POLICY_APPLIED"


def test_continue_as_new_goes_on_under_a_new_run(swf: Any) -> None:
    run = start(swf, tagList=["old"])
    decide(swf, decision("ContinueAsNewWorkflowExecution", input="again", tagList=["new"]))
    ended = last(swf, "one", run, "WorkflowExecutionContinuedAsNew")
    task = poll(swf)
    assert task["workflowExecution"]["runId"] == ended["newExecutionRunId"]
    begun = task["events"][0]["workflowExecutionStartedEventAttributes"]
    assert (begun["continuedExecutionRunId"], begun["input"], begun["tagList"]) == (run, "again", ["new"])
    answer(swf, task, decision("ContinueAsNewWorkflowExecution", workflowTypeVersion="9"))
    failed = last(swf, "one", task["workflowExecution"]["runId"], "ContinueAsNewWorkflowExecutionFailed")
    assert failed["cause"] == "WORKFLOW_TYPE_DOES_NOT_EXIST"


def test_executions_signal_and_cancel_each_other(swf: Any) -> None:
    run, other = start(swf, "one"), start(swf, "two", taskList={"name": "second"})
    decide(
        swf,
        decision("SignalExternalWorkflowExecution", workflowId="two", signalName="s", input="i"),
        decision("RequestCancelExternalWorkflowExecution", workflowId="two", runId=other),
        decision("SignalExternalWorkflowExecution", workflowId="one", signalName="self"),
    )
    told = last(swf, "two", other, "WorkflowExecutionSignaled")
    assert told["externalWorkflowExecution"] == {"workflowId": "one", "runId": run} and told["input"] == "i"
    assert names(swf, "one", run)[told["externalInitiatedEventId"] - 1] == "SignalExternalWorkflowExecutionInitiated"
    assert last(swf, "one", run, "ExternalWorkflowExecutionSignaled")["workflowExecution"]["runId"] == run
    assert last(swf, "one", run, "WorkflowExecutionSignaled")["signalName"] == "self"
    assert last(swf, "one", run, "ExternalWorkflowExecutionCancelRequested")["workflowExecution"]["runId"] == other
    info = swf.describe_workflow_execution(domain=DOMAIN, execution={"workflowId": "two", "runId": other})
    assert info["executionInfo"]["cancelRequested"] is True
    swf.request_cancel_workflow_execution(domain=DOMAIN, workflowId="one")
    assert "WorkflowExecutionCancelRequested" in names(swf, "one", run)


def test_decision_tasks_can_move_to_another_list(swf: Any) -> None:
    start(swf)
    decide(swf, taskList={"name": "sticky"})
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s")
    assert poll(swf, "sticky")["taskToken"]
