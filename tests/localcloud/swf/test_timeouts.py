"""Every time-out. SWF counts whole seconds, so the tests let several run out at once."""

from __future__ import annotations

import time
from typing import Any

from tests.localcloud.swf.cloud import (
    COMPLETE,
    DOMAIN,
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


def of(swf: Any, run: str, type_: str, workflow_id: str = "one") -> list[dict[str, Any]]:
    return [event["attributes"] for event in events(swf, workflow_id, run) if event["eventType"] == type_]


def test_each_time_out_of_activities_and_timers(swf: Any) -> None:
    run = start(swf)
    started = {"name": "started"}
    decide(
        swf,
        activity("unstarted", scheduleToStartTimeout="1", taskList={"name": "nobody"}),
        activity("unclosed", scheduleToCloseTimeout="1", taskList={"name": "nobody"}),
        activity("slow", startToCloseTimeout="1", taskList=started, taskPriority="9"),
        activity("silent", heartbeatTimeout="1", taskList=started, taskPriority="8"),
        activity("talking", heartbeatTimeout="1", taskList=started, taskPriority="7"),
        decision("StartTimer", timerId="ring", startToFireTimeout="1", control="c"),
        decision("StartTimer", timerId="quiet", startToFireTimeout="1"),
        decision("CancelTimer", timerId="quiet"),
    )
    begun = time.time()
    slow, silent, talking = work(swf, "started"), work(swf, "started"), work(swf, "started")
    swf.record_activity_task_heartbeat(taskToken=silent["taskToken"], details="last words")
    for _ in range(4):
        time.sleep(0.4)
        swf.record_activity_task_heartbeat(taskToken=talking["taskToken"])
    swf.respond_activity_task_completed(taskToken=talking["taskToken"])
    found = {}
    for event in events(swf, "one", run):
        if event["eventType"] in ("ActivityTaskTimedOut", "TimerFired", "ActivityTaskCompleted"):
            assert 0.9 < event["eventTimestamp"].timestamp() - begun < 2.1, event
        if event["eventType"] == "ActivityTaskTimedOut":
            found[event["attributes"]["timeoutType"], event["attributes"]["startedEventId"]] = event["attributes"]
    assert set(found) == {
        ("SCHEDULE_TO_START", 0), ("SCHEDULE_TO_CLOSE", 0),
        ("START_TO_CLOSE", slow["startedEventId"]), ("HEARTBEAT", silent["startedEventId"]),
    }  # fmt: skip
    assert found["HEARTBEAT", silent["startedEventId"]]["details"] == "last words"
    assert [timer["timerId"] for timer in of(swf, run, "TimerFired")] == ["ring"]
    assert len(of(swf, run, "ActivityTaskCompleted")) == 1
    assert swf.count_pending_activity_tasks(domain=DOMAIN, taskList={"name": "nobody"})["count"] == 0
    assert names(swf, "one", run).count("DecisionTaskScheduled") == 2


def test_an_execution_runs_out_of_time_with_its_children(swf: Any) -> None:
    child = start(swf, "parent", executionStartToCloseTimeout="1")
    parent_run = child
    decide(
        swf,
        decision("StartChildWorkflowExecution", workflowId="child", workflowType=WORKFLOW, taskList={"name": "c"}),
        decision("StartChildWorkflowExecution", workflowId="short", workflowType=WORKFLOW, taskList={"name": "c"},
                 executionStartToCloseTimeout="0"),
    )  # fmt: skip
    time.sleep(1.3)
    ended = last(swf, "parent", parent_run, "WorkflowExecutionTimedOut")
    assert ended == {"timeoutType": "START_TO_CLOSE", "childPolicy": "TERMINATE"}
    assert last(swf, "parent", parent_run, "ChildWorkflowExecutionTimedOut")["timeoutType"] == "START_TO_CLOSE"
    closed = swf.list_closed_workflow_executions(domain=DOMAIN, startTimeFilter={"oldestDate": 0})["executionInfos"]
    statuses = {info["execution"]["workflowId"]: info["closeStatus"] for info in closed}
    assert statuses == {"parent": "TIMED_OUT", "child": "TERMINATED", "short": "TIMED_OUT"}
    assert swf.count_pending_decision_tasks(domain=DOMAIN, taskList={"name": "c"})["count"] == 0


def test_decisions_run_out_of_time(swf: Any) -> None:
    slow = start(swf, "slow", taskStartToCloseTimeout="1", taskList={"name": "slow"})
    sticky = start(swf, "sticky", taskList={"name": "home"})
    decide(swf, task_list="home", taskList={"name": "away"}, taskListScheduleToStartTimeout="1")
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="sticky", signalName="s")
    late = poll(swf, "slow")
    again = poll(swf, "slow")  # waits until the first one's time is over
    assert again["taskToken"] and again["workflowExecution"] == late["workflowExecution"]
    assert of(swf, slow, "DecisionTaskTimedOut", "slow") == [
        {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": late["startedEventId"]}
    ]
    assert again["previousStartedEventId"] == 0, "no decision was made yet"
    try:
        answer(swf, late, COMPLETE)
        raise AssertionError("the late answer was taken")
    except swf.exceptions.UnknownResourceFault as fault:
        assert "scheduledEventId = 2" in str(fault)
    answer(swf, again, COMPLETE)
    assert poll(swf, "home")["taskToken"], "back on the list it began with"
    assert of(swf, sticky, "DecisionTaskTimedOut", "sticky")[0]["timeoutType"] == "SCHEDULE_TO_START"
    assert swf.count_pending_decision_tasks(domain=DOMAIN, taskList={"name": "away"})["count"] == 0


def test_what_is_not_retained_is_forgotten_once_closed(swf: Any) -> None:
    swf.register_domain(name="forgetful", workflowExecutionRetentionPeriodInDays="0")
    defaults = {
        "defaultTaskList": {"name": "l"},
        "defaultTaskStartToCloseTimeout": "9",
        "defaultChildPolicy": "ABANDON",
    }
    swf.register_workflow_type(domain="forgetful", **WORKFLOW, defaultExecutionStartToCloseTimeout="9", **defaults)
    start(swf, "x", "forgetful", tagList=["t"])
    swf.terminate_workflow_execution(domain="forgetful", workflowId="x")
    everything = {"domain": "forgetful", "startTimeFilter": {"oldestDate": 0}}
    for _ in range(50):
        if not swf.count_closed_workflow_executions(**everything)["count"]:
            return
        time.sleep(0.02)
    raise AssertionError("still there")
