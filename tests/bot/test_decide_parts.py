"""A step that is done in parallel, and whatever may happen to an execution at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.definition import Activity, Workflow
from bot.workflow.failure import Failure
from bot.workflow.limits import MOST_OPEN
from tests.bot.execution import Execution, kinds

IMAGES = Workflow(
    "Images",
    "1",
    "",
    (Activity("Find"), Activity("Resize", each="images", retries=2, timeouts=2), Activity("Post")),
    900,
)


def found(images: Any) -> Execution:
    """An execution whose first step has found these images."""
    run = Execution('{"article_id": "00353"}', IMAGES)
    run.decide()
    run.complete({"images": images, "version": 1})
    return run


def given_to(run: Execution, activity_id: str) -> dict[str, Any]:
    return dict(json.loads(run.open[activity_id]["input"]))


def test_all_parts_are_done_at_once_then_the_step_is_closed() -> None:
    run = found(["a.tif", "b.tif", "c.tif"])
    run.decide()
    assert list(run.open) == ["2.Resize.0.1", "2.Resize.1.1", "2.Resize.2.1"]
    assert [given_to(run, one)["part"] for one in run.open] == ["a.tif", "b.tif", "c.tif"]
    assert [given_to(run, one)["start"] for one in run.open] == [True, False, False]
    assert not any(given_to(run, one)["end"] for one in run.open)
    assert given_to(run, "2.Resize.0.1")["session"] == {"version": 1}, "a part is not told of all the others"
    for part in (2, 0):
        run.complete({"ignored": part}, f"2.Resize.{part}.1")
        assert run.decide() == []
    run.complete(activity_id="2.Resize.1.1")
    assert kinds(run.decide()) == ["ScheduleActivityTask"]
    closing = given_to(run, "2.Resize.1")
    assert (closing.get("part"), closing["start"], closing["end"]) == (None, False, True)
    assert closing["session"] == {"images": ["a.tif", "b.tif", "c.tif"], "version": 1}
    run.complete({"done": 3})
    run.decide()
    assert run.given()["session"] == {"images": ["a.tif", "b.tif", "c.tif"], "version": 1, "done": 3}


@pytest.mark.parametrize("images", [[], None])
def test_without_parts_there_is_only_the_closing_one_which_tells_all(images: Any) -> None:
    run = Execution("{}", IMAGES)
    run.decide()
    run.complete({} if images is None else {"images": images})
    run.decide()
    assert list(run.open) == ["2.Resize.1"]
    assert (run.given()["start"], run.given()["end"]) == (True, True)


def test_what_is_no_list_is_told() -> None:
    run = found("a.tif")
    run.decide()
    assert run.given()["session"]["failed"]["message"] == "images is not a list"


def test_each_part_has_tries_of_its_own() -> None:
    run = found(["a.tif", "b.tif"])
    run.decide()
    for _ in range(2):
        last = [one for one in run.open if one.startswith("2.Resize.1.")][-1]
        run.end("Failed", last, reason="503")
        run.decide()
        run.fire()
        run.decide()
    assert list(run.open) == ["2.Resize.0.1", "2.Resize.1.3"]
    run.end("Failed", "2.Resize.1.3", reason="503")
    run.decide()
    message = "503; given up after 3 tries, start it again when that is over"
    assert run.given()["session"]["failed"] == {"activity": "Resize", "message": message, "article": None}
    run.complete(activity_id="2.Resize.0.1")
    assert run.decide() == [], "nothing but the report is waited for"
    run.complete(activity_id="report.1")
    assert kinds(run.decide()) == ["FailWorkflowExecution"]


def test_never_too_many_at_once() -> None:
    run = found([f"{n}.tif" for n in range(250)])
    seen = 0
    while not run.ended:
        assert len(run.decide()) <= 100, "SWF takes no more decisions at once"
        assert len(run.open) <= MOST_OPEN
        seen = max(seen, len(run.open))
        for one in list(run.open)[: 1 + len(run.open) // 2]:
            run.complete(activity_id=one)
    assert seen == MOST_OPEN
    assert sum(one["activityType"]["name"] == "Resize" for one in run.scheduled) == 251


def test_a_history_grows_with_its_parts_not_with_their_square() -> None:
    """Each decision reads all of it, and there is one for each part."""
    few, many = (found([f"elife-00353-fig{n}-v1.tif" for n in range(parts)]) for parts in (10, 100))
    for run in few, many:
        run.decide()
    size = [sum(len(one["input"]) for one in run.scheduled) for run in (few, many)]
    assert size[1] < 11 * size[0]


happenings = st.sampled_from(
    ["completed", "failed", "permanent", "timed out", "late", "fired", "cancelled", "twice", "cancel"]
)


@given(st.lists(st.tuples(happenings, st.integers(0, 7)), max_size=120), st.integers(0, 7))
def test_whatever_happens_something_goes_on_until_the_end(what: list[tuple[str, int]], images: int) -> None:
    """Never silence: as long as it has not ended, something is open. Never a loop: the tries are bounded."""
    run = Execution("{}", IMAGES)
    for happening, which in what:
        run.decide()
        if run.ended:
            break
        assert run.open or run.timers, "nothing would ever happen again"
        assert run.ask() == [], "nothing has happened, and there is something new to do"
        _let_happen(run, happening, which, images)
    while not run.ended:  # from here on nothing works any more
        run.decide()
        for one in list(run.open):
            run.end("Failed", one, reason="503")
        for timer in list(run.timers):
            run.fire(timer)
    assert len(run.scheduled) < 300
    if run.ended["decisionType"] != "CompleteWorkflowExecution":
        assert run.scheduled[-1]["activityType"]["name"] == "ReportFailure"
    else:
        posts = [one for one in run.scheduled if one["activityType"]["name"] == "Post"]
        resized = {one["activityId"].split(".")[2] for one in run.scheduled if one["activityId"].count(".") == 3}
        assert posts
        assert resized == {str(part) for part in range(images)}


def _let_happen(run: Execution, happening: str, which: int, images: int) -> None:
    if happening == "fired" and run.timers:
        return run.fire(list(run.timers)[which % len(run.timers)])
    if not run.open:
        return run.fire()
    one = list(run.open)[which % len(run.open)]
    match happening:
        case "failed":
            failure = Failure("503")
            run.end("Failed", one, reason=failure.reason(), details=failure.details())
        case "permanent":
            failure = Failure("not a zip", permanent=True)
            run.end("Failed", one, reason=failure.reason(), details=failure.details())
        case "timed out":
            run.end("TimedOut", one, timeoutType="HEARTBEAT")
        case "late":
            run.end("TimedOut", one, timeoutType="START_TO_CLOSE")
        case "cancelled":
            run.end("Canceled", one)
        case "cancel":
            run.happen("WorkflowExecutionCancelRequested")
        case "twice":
            run.happen("ScheduleActivityTaskFailed", activityId=one, cause="ACTIVITY_ID_ALREADY_IN_USE")
        case _:
            run.complete({"images": [str(n) for n in range(images)]}, one)
    return None
