"""What is closed costs nothing, counted in steps of SQLite's machine, not in seconds; what is over leaves nothing."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.swf import Swf
from tests.localcloud.swf.cloud import (
    ACTIVITY,
    COMPLETE,
    DOMAIN,
    LIST,
    WORKFLOW,
    activity,
    decide,
    decision,
    poll,
    register,
    start,
    work,
)  # fmt: skip
from tests.localcloud.swf.direct import Direct

MANY = 10_000
EVER = {"oldestDate": 0}
LARGE = r"executions|e|events|tagged|t|pending|tasks|deadlines"
TIMES = ({"startTimeFilter": EVER}, {"closeTimeFilter": EVER})
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"executionFilter": {"workflowId": "done-7"}},
    {"typeFilter": WORKFLOW},
    {"tagFilter": {"tag": "common"}},
    {"tagFilter": {"tag": "rare"}},
    {"closeStatusFilter": {"status": "COMPLETED"}},
    {"closeStatusFilter": {"status": "FAILED"}},
)


@pytest.fixture
def swf(tmp_path: Path) -> Iterator[Swf]:
    made = Swf(tmp_path / "swf.sqlite", poll_seconds=0)
    yield made
    made.stop()


@pytest.fixture
def client(swf: Swf) -> Any:
    made = Direct(swf)
    register(made)
    return made


def leave_behind(swf: Swf, client: Any) -> None:
    """One execution is closed, and copied until there are many: a few FAILED, one with a rare tag."""
    start(client, "done-0", tagList=["common"], taskList={"name": "done"})
    decide(client, COMPLETE, task_list="done")
    far = 1_000_000
    copies = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY - 1}) INSERT INTO "
    with swf.store.change() as change:
        model = change.row("SELECT number FROM executions WHERE workflow_id='done-0'")["number"]
        change.run(
            f"{copies} executions SELECT {far} + i, domain, 'done-' || i, 'run-' || i, type_name, type_version, "
            "started + i, closed + i, CASE i % 1000 WHEN 9 THEN 'FAILED' ELSE close_status END, settings, state "
            f"FROM executions, n WHERE number = {model}"
        )
        for tag, least in (("common", far), ("rare", far + MANY - 2)):
            kept = f"number, '{tag}', domain, started, closed"
            change.run(f"INSERT INTO tagged SELECT {kept} FROM executions WHERE number > {least}")
        events = f"{far} + i, id, time, type, attributes FROM events, n WHERE execution = {model}"
        change.run(f"{copies} events SELECT {events}")
        due = f"number, 'retention', 0, closed + 1e6 FROM executions WHERE number > {far}"
        change.run(f"INSERT INTO deadlines SELECT {due}")


def one_of_everything(client: Any) -> None:
    """Calls that bring about each statement of a working day."""
    start(client, "one", tagList=["a"])
    child = decision("StartChildWorkflowExecution", workflowId="child", workflowType=WORKFLOW, taskList={"name": "c"})
    timer = decision("StartTimer", timerId="t", startToFireTimeout="60")
    decide(client, activity("a"), activity("b"), timer, child, decision("CancelTimer", timerId="t"))
    first, second = work(client), work(client)
    client.record_activity_task_heartbeat(taskToken=first["taskToken"], details="d")
    client.respond_activity_task_completed(taskToken=first["taskToken"])
    client.respond_activity_task_failed(taskToken=second["taskToken"])
    again = decision("ContinueAsNewWorkflowExecution", taskList={"name": "c"})
    decide(client, again, task_list="c")
    signal = decision("SignalExternalWorkflowExecution", workflowId="child", signalName="s")
    decide(client, signal, taskList={"name": "d"}, taskListScheduleToStartTimeout="9")
    decide(client, activity("c"), decision("RequestCancelActivityTask", activityId="c"), task_list="d")
    client.request_cancel_workflow_execution(domain=DOMAIN, workflowId="one")
    task = poll(client, "d", maximumPageSize=3)
    poll(client, "d", maximumPageSize=3, nextPageToken=task["nextPageToken"])
    client.get_workflow_execution_history(domain=DOMAIN, execution=task["workflowExecution"], reverseOrder=True)
    client.describe_workflow_execution(domain=DOMAIN, execution=task["workflowExecution"])
    client.terminate_workflow_execution(domain=DOMAIN, workflowId="one")
    client.describe_activity_type(domain=DOMAIN, activityType=ACTIVITY)
    for kind in ("decision", "activity"):
        getattr(client, f"count_pending_{kind}_tasks")(domain=DOMAIN, taskList=LIST)


def listings(client: Any) -> dict[str, Callable[[], Any]]:
    """Every way to list a page of ten."""
    calls: dict[str, Callable[[], Any]] = {}
    for state, times in (("closed", TIMES), ("open", TIMES[:1])):
        for time_ in times:
            for filter_ in FILTERS if state == "closed" else FILTERS[:5]:
                for back in (False, True):
                    asked = {"domain": DOMAIN, "maximumPageSize": 10, "reverseOrder": back, **time_, **filter_}
                    list_ = getattr(client, f"list_{state}_workflow_executions")
                    calls[f"{state} {asked}"] = lambda list_=list_, asked=asked: list_(**asked)
    return calls


def test_no_statement_looks_through_a_table(swf: Swf, client: Any) -> None:
    said: set[str] = set()
    swf.store._connection.set_trace_callback(said.add)
    one_of_everything(client)
    for call in listings(client).values():
        call()
    swf.let_happen()
    swf.store._connection.set_trace_callback(None)
    asked = [statement for statement in said if statement.split()[0] in ("SELECT", "UPDATE", "DELETE", "INSERT")]
    assert len(asked) > 100
    for statement in asked:
        plan = [row["detail"] for row in swf.store._connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
        for line in plan:
            scans = re.match(rf"SCAN ({LARGE})\b", line) and not line.endswith("INDEX next_deadline")
            assert not scans and "TEMP B-TREE" not in line, f"{statement}: {plan}"


def steps(swf: Swf, call: Callable[[], Any]) -> int:
    """How many instructions of SQLite's machine a call takes."""
    taken = [0]

    def count() -> None:
        taken[0] += 1

    swf.store._connection.set_progress_handler(count, 1)
    call()
    swf.store._connection.set_progress_handler(None, 1)
    return taken[0]


def test_ten_thousand_closed_executions_cost_no_step_more(swf: Swf, client: Any) -> None:
    before = steps(swf, lambda: one_of_everything(client))
    leave_behind(swf, client)
    after = steps(swf, lambda: one_of_everything(client))
    assert after < before * 1.1
    for name, call in listings(client).items():
        assert steps(swf, call) < 1500, name


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("time_", ["start", "close"])
def test_ten_thousand_in_pages(swf: Swf, client: Any, back: bool, time_: str) -> None:
    leave_behind(swf, client)
    asked = {"domain": DOMAIN, f"{time_}TimeFilter": EVER, "reverseOrder": back, "maximumPageSize": 700}
    for filter_, many in (({}, MANY), ({"tagFilter": {"tag": "common"}}, MANY), ({"tagFilter": {"tag": "rare"}}, 1)):
        page = client.list_closed_workflow_executions(**asked, **filter_)
        found = page["executionInfos"]
        while "nextPageToken" in page:
            page = client.list_closed_workflow_executions(nextPageToken=page["nextPageToken"], **asked, **filter_)
            found += page["executionInfos"]
        times = [info[f"{time_}Timestamp"] for info in found]
        assert len({info["execution"]["runId"] for info in found}) == len(found) == many
        assert times == sorted(times, reverse=not back)


def test_what_is_forgotten_leaves_no_row_and_its_space_is_used_again(tmp_path: Path) -> None:
    clock = [time.time()]
    swf = Swf(tmp_path / "swf.sqlite", poll_seconds=0, now=lambda: clock[0])
    client: Any = Direct(swf)
    register(client)
    sizes = []
    for _ in range(6):
        for number in range(60):
            start(client, f"w{number}", tagList=["a", "b"], input="x" * 2000)
            decide(client, activity(str(number), input="y" * 2000), COMPLETE)
        clock[0] += 7 * 86_400 + 1
        swf.let_happen()
        with swf.store.change() as change:
            for table in ("executions", "events", "tagged", "pending", "tasks", "deadlines"):
                assert change.row(f"SELECT COUNT(*) AS n FROM {table}")["n"] == 0, table
            sizes.append(change.row("PRAGMA page_count")[0])
    assert max(sizes[1:]) <= sizes[0] * 1.1, f"pages: {sizes}"
    swf.stop()
