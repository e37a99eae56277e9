"""What an execution does next, from the first decision to the last."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.decide import decide
from bot.workflow.definition import PERMANENT, Activity, Workflow
from bot.workflow.history import History, read

TWO = Workflow("Two", "1", "", (Activity("First", retries=2), Activity("Second")), 900)


class Execution:
    """SWF as far as a history goes: takes decisions, and lets happen what follows from them."""

    def __init__(self, text: str = '{"a": 1}', workflow: Workflow = TWO) -> None:
        self.workflow = workflow
        self.events: list[Any] = []
        self.scheduled: list[dict[str, Any]] = []
        self.happen("WorkflowExecutionStarted", input=text)

    def happen(self, kind: str, **attributes: Any) -> int:
        number = len(self.events) + 1
        key = kind[0].lower() + kind[1:] + "EventAttributes"
        self.events.append({"eventId": number, "eventType": kind, key: attributes})
        return number

    def decide(self) -> list[Any]:
        decisions = list(decide(self.workflow, read(self.events), "list"))
        for decision in decisions:
            if decision["decisionType"] == "ScheduleActivityTask":
                attributes = dict(decision["scheduleActivityTaskDecisionAttributes"])
                number = self.happen("ActivityTaskScheduled", **attributes)
                self.scheduled.append({**attributes, "number": number})
            if decision["decisionType"] == "StartTimer":
                self.happen("TimerStarted", **decision["startTimerDecisionAttributes"])
        return decisions

    def end(self, how: str, **attributes: Any) -> None:
        self.happen(f"ActivityTask{how}", scheduledEventId=self.scheduled[-1]["number"], **attributes)

    def fire(self) -> None:
        timer = next(event for event in reversed(self.events) if event["eventType"] == "TimerStarted")
        self.happen("TimerFired", timerId=timer["timerStartedEventAttributes"]["timerId"])


def kinds(decisions: list[Any]) -> list[str]:
    return [decision["decisionType"] for decision in decisions]


def test_activities_run_one_after_another_each_told_what_those_before_answered() -> None:
    execution = Execution()
    assert kinds(execution.decide()) == ["ScheduleActivityTask"]
    assert execution.scheduled[-1]["activityType"] == {"name": "First", "version": "1"}
    assert execution.decide() == []
    execution.end("Completed", result='{"b": 2}')
    execution.decide()
    assert execution.scheduled[-1]["activityType"]["name"] == "Second"
    assert json.loads(execution.scheduled[-1]["input"]) == {"data": {"a": 1}, "session": {"b": 2}}
    execution.end("Completed", result='{"c": 3}')
    (done,) = execution.decide()
    assert done["decisionType"] == "CompleteWorkflowExecution"
    assert json.loads(done["completeWorkflowExecutionDecisionAttributes"]["result"]) == {"b": 2, "c": 3}


def test_what_may_pass_is_tried_again_after_growing_pauses_then_given_up() -> None:
    execution = Execution()
    pauses = []
    for _ in range(2):
        execution.decide()
        execution.end("Failed", reason="503")
        (timer,) = execution.decide()
        pauses.append(timer["startTimerDecisionAttributes"]["startToFireTimeout"])
        assert execution.decide() == []
        execution.fire()
    assert pauses == ["5", "10"]
    execution.decide()
    execution.end("Failed", reason="503", details="where")
    (failed,) = execution.decide()
    assert failed["failWorkflowExecutionDecisionAttributes"] == {"reason": "First: 503", "details": "where"}


def test_what_is_permanent_is_not_tried_again() -> None:
    execution = Execution()
    execution.decide()
    execution.end("Failed", reason=PERMANENT + "not a zip")
    (failed,) = execution.decide()
    assert failed["failWorkflowExecutionDecisionAttributes"]["reason"] == "First: not a zip"


def test_a_time_out_is_repeated_at_once_however_often() -> None:
    execution = Execution()
    for _ in range(9):
        assert kinds(execution.decide()) == ["ScheduleActivityTask"]
        execution.end("TimedOut", timeoutType="HEARTBEAT")
    ids = [scheduled["activityId"] for scheduled in execution.scheduled]
    assert len(set(ids)) == len(ids)


def test_an_activity_that_swf_did_not_schedule_is_tried_again_later() -> None:
    execution = Execution()
    execution.happen("ScheduleActivityTaskFailed", activityId="1.First.1", cause="ACTIVITY_TYPE_DOES_NOT_EXIST")
    assert kinds(execution.decide()) == ["StartTimer"]


def test_a_cancelled_execution_ends() -> None:
    execution = Execution()
    execution.decide()
    execution.happen("WorkflowExecutionCancelRequested")
    assert kinds(execution.decide()) == ["CancelWorkflowExecution"]


def test_no_input_is_an_empty_object() -> None:
    execution = Execution("")
    execution.decide()
    assert json.loads(execution.scheduled[-1]["input"]) == {"data": {}, "session": {}}


@given(st.text() | st.sampled_from(["[]", "1", "null", '"x"', "{", "NaN"]))
def test_any_input_ends_in_a_decision(text: str) -> None:
    (decision,) = decide(TWO, History(input=text), "list")
    if decision["decisionType"] == "FailWorkflowExecution":
        assert "not a JSON object" in decision["failWorkflowExecutionDecisionAttributes"]["reason"]
    else:
        assert isinstance(json.loads(text or "{}"), dict)


def test_an_input_too_long_for_swf_fails_with_its_length() -> None:
    (failed,) = decide(TWO, History(input=json.dumps({"a": "x" * 33_000})), "list")
    assert "SWF allows 32768" in failed["failWorkflowExecutionDecisionAttributes"]["reason"]


@given(st.lists(st.sampled_from(["completed", "failed", "permanent", "timed out", "nothing"]), max_size=40))
def test_whatever_happens_at_most_one_thing_goes_on_and_the_end_is_the_end(happenings: list[str]) -> None:
    execution = Execution()
    for happening in happenings:
        decisions = execution.decide()
        assert len(decisions) <= 1
        if kinds(decisions) in (["CompleteWorkflowExecution"], ["FailWorkflowExecution"]):
            return
        open_timer = kinds(decisions) == ["StartTimer"]
        match happening:
            case "nothing":
                assert execution.decide() == []
            case _ if open_timer:
                pass
            case "completed":
                execution.end("Completed", result="{}")
            case "failed":
                execution.end("Failed", reason="503")
            case "permanent":
                execution.end("Failed", reason=PERMANENT + "x")
            case "timed out":
                execution.end("TimedOut", timeoutType="START_TO_CLOSE")
        if open_timer:
            execution.fire()
        elif happening == "nothing":
            execution.end("Completed", result="{}")
