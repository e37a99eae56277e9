"""Every time-out. The tests say what time it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.swf import Swf
from tests.localcloud.swf.cloud import (
    COMPLETE,
    DOMAIN,
    WORKFLOW,
    Cloud,
    activity,
    answer,
    decide,
    decision,
    events,
    last,
    names,
    poll,
    register,
    start,
    work,
)  # fmt: skip
from tests.localcloud.swf.direct import Direct, Refused


class World:
    """An SWF whose time passes when it is told to."""

    def __init__(self, database: Path) -> None:
        self.now = 1_700_000_000.0
        self.swf = Swf(database, poll_seconds=0, now=lambda: self.now)
        self.client: Any = Direct(self.swf)
        register(self.client)

    def passes(self, seconds: float) -> None:
        self.now += seconds
        self.swf.let_happen()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "swf.sqlite")
    yield made
    made.swf.stop()


@pytest.fixture
def swf(world: World) -> Any:
    return world.client


def of(swf: Any, run: str, type_: str, workflow_id: str = "one") -> list[dict[str, Any]]:
    return [event["attributes"] for event in events(swf, workflow_id, run) if event["eventType"] == type_]


def test_each_time_out_of_activities_and_timers(swf: Any, world: World) -> None:
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
    begun = world.now
    slow, silent, talking = work(swf, "started"), work(swf, "started"), work(swf, "started")
    swf.record_activity_task_heartbeat(taskToken=silent["taskToken"], details="last words")
    for _ in range(4):
        world.passes(0.4)
        swf.record_activity_task_heartbeat(taskToken=talking["taskToken"])
    swf.respond_activity_task_completed(taskToken=talking["taskToken"])
    found = {}
    for event in events(swf, "one", run):
        if event["eventType"] in ("ActivityTaskTimedOut", "TimerFired", "ActivityTaskCompleted"):
            assert 1 <= event["eventTimestamp"] - begun <= 1.6, event
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


def test_an_execution_runs_out_of_time_with_its_children(swf: Any, world: World) -> None:
    child = start(swf, "parent", executionStartToCloseTimeout="1")
    parent_run = child
    decide(
        swf,
        decision("StartChildWorkflowExecution", workflowId="child", workflowType=WORKFLOW, taskList={"name": "c"}),
        decision("StartChildWorkflowExecution", workflowId="short", workflowType=WORKFLOW, taskList={"name": "c"},
                 executionStartToCloseTimeout="0"),
    )  # fmt: skip
    world.passes(1)
    ended = last(swf, "parent", parent_run, "WorkflowExecutionTimedOut")
    assert ended == {"timeoutType": "START_TO_CLOSE", "childPolicy": "TERMINATE"}
    assert last(swf, "parent", parent_run, "ChildWorkflowExecutionTimedOut")["timeoutType"] == "START_TO_CLOSE"
    closed = swf.list_closed_workflow_executions(domain=DOMAIN, startTimeFilter={"oldestDate": 0})["executionInfos"]
    statuses = {info["execution"]["workflowId"]: info["closeStatus"] for info in closed}
    assert statuses == {"parent": "TIMED_OUT", "child": "TERMINATED", "short": "TIMED_OUT"}
    assert swf.count_pending_decision_tasks(domain=DOMAIN, taskList={"name": "c"})["count"] == 0


def test_decisions_run_out_of_time(swf: Any, world: World) -> None:
    slow = start(swf, "slow", taskStartToCloseTimeout="1", taskList={"name": "slow"})
    sticky = start(swf, "sticky", taskList={"name": "home"})
    decide(swf, task_list="home", taskList={"name": "away"}, taskListScheduleToStartTimeout="1")
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="sticky", signalName="s")
    late = poll(swf, "slow")
    world.passes(1)
    again = poll(swf, "slow")
    assert again["taskToken"] and again["workflowExecution"] == late["workflowExecution"]
    assert of(swf, slow, "DecisionTaskTimedOut", "slow") == [
        {"timeoutType": "START_TO_CLOSE", "scheduledEventId": 2, "startedEventId": late["startedEventId"]}
    ]
    assert again["previousStartedEventId"] == 0, "no decision was made yet"
    with pytest.raises(Refused, match=r"UnknownResourceFault.*scheduledEventId = 2"):
        answer(swf, late, COMPLETE)
    answer(swf, again, COMPLETE)
    assert poll(swf, "home")["taskToken"], "back on the list it began with"
    assert of(swf, sticky, "DecisionTaskTimedOut", "sticky")[0]["timeoutType"] == "SCHEDULE_TO_START"
    assert swf.count_pending_decision_tasks(domain=DOMAIN, taskList={"name": "away"})["count"] == 0


def test_what_is_not_retained_is_forgotten_once_closed(swf: Any, world: World) -> None:
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
    world.passes(0)
    assert swf.count_closed_workflow_executions(**everything)["count"] == 0


def test_the_clock_runs_by_itself(cloud: Cloud) -> None:
    """The one test that waits for real seconds: a timer, and the poller that it wakes."""
    swf = cloud.client
    start(swf)
    decide(swf, decision("StartTimer", timerId="t", startToFireTimeout="1"))
    task = poll(swf)
    assert "TimerFired" in [event["eventType"] for event in task["events"]]


def test_a_clock_that_is_set_back_makes_no_time_out_early_or_history_disordered(swf: Any, world: World) -> None:
    run = start(swf)
    decide(swf, decision("StartTimer", timerId="t", startToFireTimeout="10"))
    world.passes(-3600)
    swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s")
    times = [event["eventTimestamp"] for event in events(swf, "one", run)]
    assert times == sorted(times)
    assert "TimerFired" not in names(swf, "one", run)
