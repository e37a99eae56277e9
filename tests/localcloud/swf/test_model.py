"""Random decisions, answers, signals, time-outs and crashes, against a model of what must be open afterwards.

SWF_MODEL_RUNS says how many runs; each is up to fifty steps.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from localcloud.swf import Swf
from tests.localcloud.swf import histories
from tests.localcloud.swf.cloud import DOMAIN, LIST, WORKFLOW, answer, decision, register
from tests.localcloud.swf.direct import Direct, Refused
from tests.localcloud.swf.model import (
    CLOSING,
    DECISION,
    EXECUTION,
    KINDS,
    POLICIES,
    STICKY,
    TYPES_EXECUTION,
    Model,
    Run,
    decide,
)

EPOCH = 1_700_000_000.0
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nothing here needs a disk, and each crash copies files
LETTERS = st.sampled_from("abc")
LISTS = st.sampled_from(["one", "two"])
WANTED = st.lists(st.tuples(st.sampled_from(KINDS), LETTERS), max_size=6)
ENDS = st.sampled_from([*[None] * 8, *sorted(CLOSING)])
EVER = {"oldestDate": 0}


class Machine(RuleBasedStateMachine):
    decisions_taken = Bundle("decisions_taken")
    activities_held = Bundle("activities_held")

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY)
        self.crashes = 0
        self.model = Model()
        self.seen: dict[str, tuple[int, histories.Read]] = {}
        self.open(Path(self.folder.name) / "swf.sqlite")
        register(self.client)

    def open(self, database: Path) -> None:
        """Not started: time-outs happen when the test lets them."""
        self.database = database
        self.swf = Swf(database, poll_seconds=0, now=lambda: EPOCH + self.model.now)
        self.client: Any = Direct(self.swf)

    # From outside

    @rule(name=LETTERS, list_=LISTS, policy=st.sampled_from(POLICIES))
    def start(self, name: str, list_: str, policy: str) -> None:
        asked = {
            "domain": DOMAIN, "workflowId": name, "workflowType": WORKFLOW, "taskList": {"name": list_},
            "childPolicy": policy, "executionStartToCloseTimeout": str(EXECUTION),
            "taskStartToCloseTimeout": str(DECISION),
        }  # fmt: skip
        if self.model.find(name):
            with refused("WorkflowExecutionAlreadyStartedFault"):
                self.client.start_workflow_execution(**asked)
        else:
            run_id = self.client.start_workflow_execution(**asked)["runId"]
            self.model.start(Run(name, run_id, list_, policy), EXECUTION)

    @rule(name=LETTERS, act=st.sampled_from(["signal", "request_cancel", "terminate"]))
    def from_outside(self, name: str, act: str) -> None:
        asked = {"domain": DOMAIN, "workflowId": name} | ({"signalName": "s"} if act == "signal" else {})
        call = getattr(self.client, f"{act}_workflow_execution")
        run = self.model.find(name)
        if run is None:
            with refused("UnknownResourceFault"):
                call(**asked)
            return
        call(**asked)
        if act == "terminate":
            self.model.close(run, "TERMINATED")
        elif act == "signal":
            self.model.hear(run)
        else:
            self.model.ask_to_cancel(run)

    # Deciders

    def lists_with_decisions(self) -> list[str]:
        return sorted({run.decision_list for run in self.model.running() if run.task == "waiting"})

    @precondition(lambda self: self.lists_with_decisions())
    @rule(target=decisions_taken, which=st.integers(0, 3))
    def take_decision_task(self, which: int) -> Any:
        return self.taken(which)

    def taken(self, which: int) -> Any:
        lists = self.lists_with_decisions()
        list_ = lists[which % len(lists)]
        task = self.client.poll_for_decision_task(domain=DOMAIN, taskList={"name": list_})
        run = self.model.runs[task["workflowExecution"]["runId"]]
        assert run.decision_list == list_
        self.model.take_decision(run, task["taskToken"])
        return task["taskToken"], run

    @precondition(lambda self: self.lists_with_decisions())
    @rule(which=st.integers(0, 3), wanted=WANTED, closing=ENDS, sticky=st.booleans())
    def take_and_decide(self, which: int, wanted: list[tuple[str, str]], closing: str | None, sticky: bool) -> None:
        self.decide_on(self.taken(which), wanted, closing, sticky)

    @rule(taken=consumes(decisions_taken), wanted=WANTED, closing=ENDS, sticky=st.booleans())
    def decide(self, taken: Any, wanted: list[tuple[str, str]], closing: str | None, sticky: bool) -> None:
        self.decide_on(taken, wanted, closing, sticky)

    def decide_on(self, taken: Any, wanted: list[tuple[str, str]], closing: str | None, sticky: bool) -> None:
        token, run = taken
        last = [closed(closing, run)] if closing else []
        more = {"taskList": {"name": f"sticky-{run.list}"}, "taskListScheduleToStartTimeout": str(STICKY)}
        decisions = [decide(kind, letter, run.list) for kind, letter in wanted] + last
        if not (run.open and run.task == "taken" and run.token == token):
            with refused("UnknownResourceFault"):
                answer(self.client, {"taskToken": token}, *decisions)
            return
        known = set(self.model.runs)
        answer(self.client, {"taskToken": token}, *decisions, **(more if sticky else {}))
        self.model.decided(run, wanted, closing, sticky or run.sticky, self.new(known, run, dict_of_policies(wanted)))

    def new(self, known: set[str], run: Run, policies: dict[str, str]) -> dict[str, Run]:
        """The runs that there were not before, open or closed already."""
        found = {}
        for state in ("open", "closed"):
            listed = getattr(self.client, f"list_{state}_workflow_executions")(domain=DOMAIN, startTimeFilter=EVER)
            for info in listed["executionInfos"]:
                id_, run_id = info["execution"]["workflowId"], info["execution"]["runId"]
                if run_id in known:
                    continue
                if id_ == run.workflow_id:
                    found[id_] = Run(id_, run_id, run.list, "TERMINATE", run.parent)
                else:
                    found[id_] = Run(id_, run_id, run.list, policies[id_], run)
        return found

    # Workers

    @precondition(lambda self: any(run.waiting for run in self.model.running()))
    @rule(target=activities_held)
    def take_activity_task(self) -> Any:
        task = self.client.poll_for_activity_task(domain=DOMAIN, taskList=LIST)
        run = self.model.runs[task["workflowExecution"]["runId"]]
        self.model.take_activity(run, task["activityId"], task["taskToken"])
        return task["taskToken"], run, task["activityId"]

    @rule(held=consumes(activities_held), verb=st.sampled_from(["completed", "failed", "canceled"]))
    def answer_activity(self, held: Any, verb: str) -> None:
        token, run, id_ = held
        respond = getattr(self.client, f"respond_activity_task_{verb}")
        if run.held.get(id_) != token:
            with refused("UnknownResourceFault"):
                respond(taskToken=token)
            return
        respond(taskToken=token)
        self.model.end_activity(run, id_)

    @rule(held=activities_held)
    def heartbeat(self, held: Any) -> None:
        token, run, id_ = held
        if run.held.get(id_) != token:
            with refused("UnknownResourceFault"):
                self.client.record_activity_task_heartbeat(taskToken=token)
            return
        told = self.client.record_activity_task_heartbeat(taskToken=token)
        assert told["cancelRequested"] == (id_ in run.asked_to_stop)
        run.due["activity HEARTBEAT", id_] = self.model.now + 2

    # Time, and the end of it

    @rule(seconds=st.sampled_from([1, 1, 1, 2, 2, 3, 5, 9]))
    def time_passes(self, seconds: int) -> None:
        self.model.advance(seconds + 0.015625)  # no two steps at one moment of a second: what is due has an order
        self.swf.let_happen()

    @rule()
    def restart(self) -> None:
        self.swf.stop()
        self.open(self.database)

    @rule()
    def crash(self) -> None:
        """What a killed process leaves: the files as they are, nothing closed."""
        self.crashes += 1
        left = Path(self.folder.name) / f"after-{self.crashes}" / "swf.sqlite"
        left.parent.mkdir()
        for end in ("", "-wal"):
            shutil.copy(f"{self.database}{end}", f"{left}{end}")
        self.swf.stop()
        self.open(left)

    # What must be true

    @invariant()
    def executions_are_as_the_model_says(self) -> None:
        for run in self.model.runs.values() if hasattr(self, "model") else ():
            execution = {"workflowId": run.workflow_id, "runId": run.run_id}
            shown = self.client.describe_workflow_execution(domain=DOMAIN, execution=execution)
            counts, info = shown["openCounts"], shown["executionInfo"]
            assert info.get("closeStatus") == run.status
            assert info["cancelRequested"] == run.cancel_requested
            assert counts["openActivityTasks"] == len(run.waiting) + len(run.held)
            assert counts["openTimers"] == len(run.timers)
            assert counts["openChildWorkflowExecutions"] == len(run.children)
            assert counts["openDecisionTasks"] == (run.task != "none")
            self.check_history(run, execution)

    def check_history(self, run: Run, execution: dict[str, str]) -> None:
        history = self.client.get_workflow_execution_history(domain=DOMAIN, execution=execution)["events"]
        length, read = self.seen.get(run.run_id, (0, None))
        if length != len(history):
            read = histories.check(history)
            self.seen[run.run_id] = len(history), read
        assert read and read.status == run.status
        if run.open:
            opened = Counter(
                activities=len(run.waiting) + len(run.held), timers=len(run.timers), children=len(run.children)
            )
            assert (read.open, read.task) == (opened, run.task)

    @invariant()
    def lists_and_counts_are_as_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        for list_ in ("one", "two", "sticky-one", "sticky-two"):
            waiting = sum(run.task == "waiting" and run.decision_list == list_ for run in self.model.running())
            asked = {"domain": DOMAIN, "taskList": {"name": list_}}
            assert self.client.count_pending_decision_tasks(**asked)["count"] == waiting
        waiting = sum(len(run.waiting) for run in self.model.running())
        assert self.client.count_pending_activity_tasks(domain=DOMAIN, taskList=LIST)["count"] == waiting
        asked = {"domain": DOMAIN, "startTimeFilter": EVER}
        assert self.client.count_open_workflow_executions(**asked)["count"] == len(self.model.running())
        closed_ones = Counter(run.status for run in self.model.runs.values() if not run.open)
        for status in (*CLOSING.values(), "TERMINATED", "TIMED_OUT"):
            found = self.client.count_closed_workflow_executions(closeStatusFilter={"status": status}, **asked)
            assert found["count"] == closed_ones[status], status

    def teardown(self) -> None:
        if hasattr(self, "swf"):
            self.swf.stop()
            self.folder.cleanup()


def closed(closing: str, run: Run) -> dict[str, Any]:
    if closing != "ContinueAsNewWorkflowExecution":
        return decision(closing)
    return decision(
        closing, taskList={"name": run.list}, taskStartToCloseTimeout=str(DECISION),
        executionStartToCloseTimeout=str(TYPES_EXECUTION),
    )  # fmt: skip


def dict_of_policies(wanted: list[tuple[str, str]]) -> dict[str, str]:
    """The first wish for each workflow id is the one that can come true."""
    return {letter: kind for kind, letter in reversed(wanted) if kind in POLICIES}


class refused:
    """`with refused("UnknownResourceFault"):` the call within is refused by this fault."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        assert isinstance(error, Refused), f"not refused: {error}"
        assert error.code == self.code, error
        return True


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=int(os.environ.get("SWF_MODEL_RUNS", "25")), stateful_step_count=50, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
