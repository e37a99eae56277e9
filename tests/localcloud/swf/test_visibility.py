"""Listings, counts and histories: filters, order, pages both ways."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.swf.cloud import DOMAIN, WORKFLOW, events, start

EVER = {"oldestDate": 0}


@pytest.fixture
def many(swf: Any) -> Any:
    """Ten executions: e0 … e9; the even ones are closed, e0 e4 e8 terminated."""
    swf.register_workflow_type(domain=DOMAIN, name="Other", version="1", defaultTaskList={"name": "o"},
                               defaultTaskStartToCloseTimeout="9", defaultExecutionStartToCloseTimeout="99",
                               defaultChildPolicy="ABANDON")  # fmt: skip
    for number in range(10):
        type_ = WORKFLOW if number < 6 else {"name": "Other", "version": "1"}
        start(swf, f"e{number}", tagList=[f"t{number % 2}", f"u{number % 3}"], workflowType=type_)
    for number in (8, 6, 4, 2, 0):
        if number % 4 == 0:
            swf.terminate_workflow_execution(domain=DOMAIN, workflowId=f"e{number}")
        else:
            swf.request_cancel_workflow_execution(domain=DOMAIN, workflowId=f"e{number}")
            list_ = {"name": "o" if number >= 6 else "DefaultTaskList"}
            while True:
                task = swf.poll_for_decision_task(domain=DOMAIN, taskList=list_)
                mine = task["workflowExecution"]["workflowId"] == f"e{number}"
                closing = [{"decisionType": "CancelWorkflowExecution"}] if mine else []
                swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=closing)
                if mine:
                    break
    return swf


def ids(answer: Any) -> str:
    return " ".join(info["execution"]["workflowId"] for info in answer["executionInfos"])


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, "e9 e7 e5 e3 e1"),
        ({"reverseOrder": True}, "e1 e3 e5 e7 e9"),
        ({"typeFilter": {"name": "Other"}}, "e9 e7"),
        ({"typeFilter": {"name": "Other", "version": "2"}}, ""),
        ({"tagFilter": {"tag": "u0"}}, "e9 e3"),
        ({"tagFilter": {"tag": "t0"}}, ""),
        ({"executionFilter": {"workflowId": "e3"}}, "e3"),
        ({"executionFilter": {"workflowId": "e2"}}, ""),
        ({"startTimeFilter": {"oldestDate": 0, "latestDate": 1}}, ""),
        ({"startTimeFilter": {"oldestDate": 9_999_999_999}}, ""),
    ],
)
def test_open(many: Any, filters: dict[str, Any], wanted: str) -> None:
    asked = {"domain": DOMAIN, "startTimeFilter": EVER, **filters}
    assert ids(many.list_open_workflow_executions(**asked)) == wanted
    asked.pop("reverseOrder", None)
    assert many.count_open_workflow_executions(**asked)["count"] == len(wanted.split())


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"startTimeFilter": EVER}, "e8 e6 e4 e2 e0"),
        ({"closeTimeFilter": EVER}, "e0 e2 e4 e6 e8"),
        ({"closeTimeFilter": EVER, "reverseOrder": True}, "e8 e6 e4 e2 e0"),
        ({"closeTimeFilter": EVER, "closeStatusFilter": {"status": "CANCELED"}}, "e2 e6"),
        ({"startTimeFilter": EVER, "closeStatusFilter": {"status": "TERMINATED"}}, "e8 e4 e0"),
        ({"startTimeFilter": EVER, "closeStatusFilter": {"status": "FAILED"}}, ""),
        ({"startTimeFilter": EVER, "typeFilter": {"name": "Other"}}, "e8 e6"),
        ({"startTimeFilter": EVER, "tagFilter": {"tag": "u0"}}, "e6 e0"),
        ({"closeTimeFilter": EVER, "executionFilter": {"workflowId": "e4"}}, "e4"),
        ({"closeTimeFilter": {"oldestDate": 0, "latestDate": 1}}, ""),
    ],
)
def test_closed(many: Any, filters: dict[str, Any], wanted: str) -> None:
    asked = {"domain": DOMAIN, **filters}
    assert ids(many.list_closed_workflow_executions(**asked)) == wanted
    asked.pop("reverseOrder", None)
    assert many.count_closed_workflow_executions(**asked)["count"] == len(wanted.split())


def test_pages_both_ways(many: Any) -> None:
    for back, wanted in ((False, "e0 e2 e4 e6 e8"), (True, "e8 e6 e4 e2 e0")):
        pages = list(many.get_paginator("list_closed_workflow_executions").paginate(
            domain=DOMAIN, closeTimeFilter=EVER, maximumPageSize=2, reverseOrder=back))  # fmt: skip
        assert [len(page["executionInfos"]) for page in pages] == [2, 2, 1]
        assert " ".join(ids(page) for page in pages) == wanted
    tagged = many.get_paginator("list_open_workflow_executions").paginate(
        domain=DOMAIN, startTimeFilter=EVER, tagFilter={"tag": "t1"}, maximumPageSize=1
    )
    assert " ".join(ids(page) for page in tagged) == "e9 e7 e5 e3 e1"


def test_what_is_shown_of_one(many: Any) -> None:
    info = many.list_closed_workflow_executions(
        domain=DOMAIN, startTimeFilter=EVER, executionFilter={"workflowId": "e6"}
    )["executionInfos"][0]
    assert info["closeStatus"] == "CANCELED" and info["executionStatus"] == "CLOSED" and info["cancelRequested"] is True
    assert info["tagList"] == ["t0", "u0"] and info["workflowType"]["name"] == "Other"
    assert timedelta(0) <= info["closeTimestamp"] - info["startTimestamp"] < timedelta(seconds=60)


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({}, "Must specify time filter"),
        (
            {"startTimeFilter": EVER, "closeTimeFilter": EVER},
            "Cannot specify both a startTimeFilter and a closeTimeFilter",
        ),
        (
            {"startTimeFilter": EVER, "tagFilter": {"tag": "t"}, "typeFilter": {"name": "x"}},
            "Cannot specify more than one exclusive filters in the same query: [typeFilter, tagFilter]",
        ),
        ({"startTimeFilter": {"oldestDate": 2, "latestDate": 1}}, "latestDate"),
    ],
)
def test_filters_that_exclude_each_other(swf: Any, filters: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError) as refused:
        swf.list_closed_workflow_executions(domain=DOMAIN, **filters)
    error = refused.value.response["Error"]
    assert error["Code"] == "ValidationException" and words in error["Message"]


def test_history_in_pages_both_ways(swf: Any) -> None:
    run = start(swf)
    for _ in range(10):
        swf.signal_workflow_execution(domain=DOMAIN, workflowId="one", signalName="s")
    whole = [event["eventId"] for event in events(swf, "one", run)]
    assert whole == list(range(1, 13))
    for back in (False, True):
        asked = {"execution": {"workflowId": "one", "runId": run}, "maximumPageSize": 5, "reverseOrder": back}
        pages = list(swf.get_paginator("get_workflow_execution_history").paginate(domain=DOMAIN, **asked))
        assert [len(page["events"]) for page in pages] == [5, 5, 2]
        assert [event["eventId"] for page in pages for event in page["events"]] == (whole[::-1] if back else whole)
