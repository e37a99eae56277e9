"""What an execution does next, from the first decision to the last."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow import WORKFLOWS, activities
from bot.workflow.decide import decide
from bot.workflow.definition import Activity, Workflow
from bot.workflow.failure import Failure
from bot.workflow.history import History
from tests.bot.execution import Execution, kinds

TWO = Workflow("Two", "1", "", (Activity("First", retries=2, timeouts=3), Activity("Second")), 900)


def execution(text: str = '{"a": 1}', workflow: Workflow = TWO) -> Execution:
    return Execution(text, workflow)


def fail(run: Execution, failure: Failure) -> None:
    run.end("Failed", reason=failure.reason(), details=failure.details())


def reported(run: Execution) -> Any:
    """What the report of the failure was given; the report is done, and the execution has failed."""
    assert run.scheduled[-1]["activityType"]["name"] == "ReportFailure"
    told = run.given()
    run.complete()
    run.decide()
    assert run.ended["decisionType"] == "FailWorkflowExecution"
    return told


def reason(run: Execution) -> str:
    return str(run.ended["failWorkflowExecutionDecisionAttributes"]["reason"])


def test_activities_run_one_after_another_each_told_what_those_before_answered() -> None:
    run = execution()
    assert kinds(run.decide()) == ["ScheduleActivityTask"]
    assert run.scheduled[-1]["activityType"] == {"name": "First", "version": "1"}
    assert run.decide() == []
    run.complete({"b": 2})
    run.decide()
    assert run.scheduled[-1]["activityType"]["name"] == "Second"
    told = {"data": {"a": 1}, "session": {"b": 2}, "attempt": 1, "why": "", "start": True, "end": True}
    assert run.given() == {**told, "started": "2016-05-28T15:00:00+00:00"}
    run.complete({"c": 3})
    (done,) = run.decide()
    assert done["decisionType"] == "CompleteWorkflowExecution"
    assert json.loads(done["completeWorkflowExecutionDecisionAttributes"]["result"]) == {"b": 2, "c": 3}


def test_what_may_pass_is_tried_again_after_growing_pauses_then_told_and_given_up() -> None:
    run = execution('{"article_id": "00353", "version": "1"}')
    pauses = []
    for _ in range(2):
        run.decide()
        fail(run, Failure("The website is busy (429)"))
        (timer,) = run.decide()
        pauses.append(timer["startTimerDecisionAttributes"]["startToFireTimeout"])
        assert run.decide() == []
        run.fire()
    assert pauses == ["5", "10"]
    run.decide()
    assert run.given()["attempt"] == 3
    assert run.given()["why"] == "The website is busy (429)"
    fail(run, Failure("The website is busy (429)", trace="where"))
    run.decide()
    told = reported(run)
    assert told["data"] == {"article_id": "00353", "version": "1"}
    message = "The website is busy (429); given up after 3 tries, start it again when that is over"
    assert told["session"]["failed"] == {"activity": "First", "message": message, "article": None}
    assert reason(run) == f"First: {message}"
    assert "where" in run.ended["failWorkflowExecutionDecisionAttributes"]["details"]


def test_pauses_are_no_longer_than_the_step_allows() -> None:
    run = execution(workflow=Workflow("One", "1", "", (Activity("Only", retries=5, longest_pause=30),), 900))
    pauses = []
    for _ in range(5):
        run.decide()
        fail(run, Failure("503"))
        run.decide()
        pauses.append(int(run.timers[next(iter(run.timers))]))
        run.fire()
    assert pauses == [5, 10, 20, 30, 30]


def test_every_step_rides_out_five_minutes() -> None:
    """A website in maintenance, a lax that is away: the seed's five minutes."""
    for step in activities():
        if step.name != "PingWorker":
            pauses = [min(5 * 2**n, step.longest_pause) for n in range(step.retries)]
            assert sum(pauses) >= 300, step


def test_what_is_permanent_is_told_at_once() -> None:
    run = execution()
    run.decide()
    fail(run, Failure("It is not a zip", permanent=True, article={"article_id": "00353", "version": 0, "run": "r"}))
    run.decide()
    failed = reported(run)["session"]["failed"]
    assert failed["message"] == "It is not a zip"
    assert failed["article"] == {"article_id": "00353", "version": 0, "run": "r"}
    assert reason(run) == "First: It is not a zip"


def test_the_article_that_an_earlier_try_found_out_is_told() -> None:
    run = execution()
    run.decide()
    fail(run, Failure("503", article={"article_id": "1"}))
    run.decide()
    run.fire()
    run.decide()
    fail(run, Failure("lax is away", permanent=True))
    run.decide()
    assert reported(run)["session"]["failed"]["article"] == {"article_id": "1"}


def test_a_time_out_is_repeated_at_once_some_times() -> None:
    run = execution()
    for attempt in range(1, 5):
        assert kinds(run.decide()) == ["ScheduleActivityTask"]
        assert run.given()["attempt"] == attempt
        run.end("TimedOut", timeoutType="HEARTBEAT")
    run.decide()
    assert reported(run)["session"]["failed"]["message"] == "The worker that had it went away, 4 times"


def test_a_try_that_took_too_long_is_told_by_its_time() -> None:
    run = execution()
    run.decide()
    run.end("TimedOut", timeoutType="START_TO_CLOSE")
    run.decide()
    assert run.given()["why"] == "It took longer than 300 s"


def test_a_report_that_fails_itself_ends_the_execution_all_the_same() -> None:
    run = execution()
    run.decide()
    fail(run, Failure("not a zip", permanent=True))
    while not run.ended:
        run.decide()
        if run.timers:
            run.fire()
        elif run.open:
            fail(run, Failure("no queue"))
    assert sum(step["activityType"]["name"] == "ReportFailure" for step in run.scheduled) == 8
    assert reason(run) == "First: not a zip"


def test_a_workflow_of_no_article_fails_without_a_report() -> None:
    run = execution("{}", WORKFLOWS["Ping"])
    run.decide()
    fail(run, Failure("no", permanent=True))
    assert kinds(run.decide()) == ["FailWorkflowExecution"]


def test_an_activity_that_swf_did_not_schedule_is_tried_again_later() -> None:
    run = execution()
    run.happen("ScheduleActivityTaskFailed", activityId="1.First.1", cause="ACTIVITY_TYPE_DOES_NOT_EXIST")
    assert kinds(run.decide()) == ["StartTimer"]


def test_a_decision_taken_twice_does_not_disturb_what_goes_on() -> None:
    run = execution()
    run.decide()
    run.happen("ScheduleActivityTaskFailed", activityId="1.First.1", cause="ACTIVITY_ID_ALREADY_IN_USE")
    assert run.decide() == []
    run.complete()
    run.decide()
    assert run.scheduled[-1]["activityId"] == "2.Second.1"


def test_a_cancelled_execution_is_told_and_ends() -> None:
    run = execution('{"article_id": "00353"}')
    run.decide()
    run.complete({"version": 2})
    run.decide()
    run.happen("WorkflowExecutionCancelRequested")
    run.decide()
    told = run.given()
    assert told["data"] == {"article_id": "00353", "version": 2}
    assert told["session"]["failed"]["message"] == "The execution was cancelled"
    assert run.decide() == []
    run.complete()
    assert kinds(run.decide()) == ["CancelWorkflowExecution"]


def test_a_cancelled_execution_of_no_article_ends_at_once() -> None:
    run = execution("{}", WORKFLOWS["Ping"])
    run.decide()
    run.happen("WorkflowExecutionCancelRequested")
    assert kinds(run.decide()) == ["CancelWorkflowExecution"]


def test_what_a_workflow_says_of_itself_is_in_the_session_from_the_start() -> None:
    run = execution("{}", WORKFLOWS["SilentCorrectionsIngest"])
    run.decide()
    assert run.given()["session"] == {"force": True}


def test_no_input_is_an_empty_object() -> None:
    run = execution("")
    run.decide()
    assert run.given()["data"] == {}


@pytest.mark.parametrize("answer", ["[]", "{", "1"])
def test_an_answer_that_is_no_object_is_told(answer: str) -> None:
    run = execution()
    run.decide()
    run.end("Completed", result=answer)
    run.decide()
    assert "not a JSON object" in reported(run)["session"]["failed"]["message"]


@given(st.text() | st.sampled_from(["[]", "1", "null", '"x"', "{", "NaN", "[" * 100_000]))
def test_any_input_ends_in_a_decision(text: str) -> None:
    (decision,) = decide(TWO, History(input=text), "list")
    name = decision["scheduleActivityTaskDecisionAttributes"]["activityType"]["name"]
    if name == "ReportFailure":
        told = json.loads(decision["scheduleActivityTaskDecisionAttributes"]["input"])["session"]["failed"]
        assert (told["activity"], told["message"]) == ("Two", "The execution's input is not a JSON object")
    else:
        assert isinstance(json.loads(text or "{}"), dict)


def test_an_input_of_too_many_levels_or_half_characters_is_no_trouble() -> None:
    for text in ('{"a": ' + "[" * 985 + "]" * 985 + "}", '{"a": "\\ud800"}'):
        run = execution(text)
        run.decide()
        assert run.scheduled[-1]["input"].isascii()


def test_an_input_too_long_for_swf_is_told_with_its_length_and_what_it_was_of() -> None:
    run = execution(json.dumps({"a": "x" * 33_000, "file_name": "a.zip", "run": "y" * 600}))
    run.decide()
    told = reported(run)
    assert "SWF allows 32768" in told["session"]["failed"]["message"]
    assert told["data"] == {"file_name": "a.zip"}


@given(st.text(), st.booleans(), st.text(max_size=9000))
def test_a_failure_travels_whole_within_what_swf_allows(message: str, permanent: bool, trace: str) -> None:
    failure = Failure(message * 100, permanent, {"article_id": "1"}, trace)
    assert len(failure.reason()) <= 256
    assert len(failure.details()) <= 32768
    read = Failure.read(failure.reason(), failure.details())
    assert (read.permanent, read.article) == (permanent, {"article_id": "1"})
    assert read.message[:2000].split() == "".join(c if c.isprintable() else " " for c in (message * 100)[:2000]).split()
