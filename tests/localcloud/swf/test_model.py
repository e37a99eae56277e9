"""Random decisions, answers, signals and restarts, against a model of what must be open afterwards."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from tests.localcloud.swf.cloud import (
    DOMAIN,
    LIST,
    Cloud,
    activity,
    answer,
    decision,
    events,
    poll,
    register,
    start,
    work,
)

CLOSING = {
    "CompleteWorkflowExecution": "COMPLETED",
    "FailWorkflowExecution": "FAILED",
    "CancelWorkflowExecution": "CANCELED",
}
LETTERS = st.sampled_from("abc")


@dataclass
class Model:
    """What must be true of one execution. Its decision `task` is none, waiting or taken; `news` since it was taken."""

    workflow_id: str
    run_id: str
    status: str | None = None
    task: str = "waiting"
    news: bool = False
    waiting: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    timers: set[str] = field(default_factory=set)

    def hear(self) -> None:
        if self.task == "taken":
            self.news = True
        elif not self.status:
            self.task = "waiting"

    def close(self, status: str) -> None:
        self.status, self.task = status, "none"
        self.waiting, self.held, self.timers = set(), set(), set()


class Machine(RuleBasedStateMachine):
    decisions_taken = Bundle("decisions_taken")
    activities_held = Bundle("activities_held")

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.open(Path(self.folder.name) / "swf.sqlite")
        register(self.swf)
        self.models: dict[str, Model] = {}

    def open(self, database: Path) -> None:
        self.cloud = Cloud(database, poll_seconds=0.05)
        self.swf: Any = self.cloud.client

    def running(self) -> list[Model]:
        return [model for model in self.models.values() if not model.status]

    @rule(name=LETTERS)
    def start(self, name: str) -> None:
        if any(model.workflow_id == name for model in self.running()):
            with pytest.raises(self.swf.exceptions.WorkflowExecutionAlreadyStartedFault):
                start(self.swf, name)
        else:
            run = start(self.swf, name)
            self.models[run] = Model(name, run)

    @rule(name=LETTERS, act=st.sampled_from(["signal", "cancel", "terminate"]))
    def from_outside(self, name: str, act: str) -> None:
        calls = {
            "signal": lambda: self.swf.signal_workflow_execution(domain=DOMAIN, workflowId=name, signalName="s"),
            "cancel": lambda: self.swf.request_cancel_workflow_execution(domain=DOMAIN, workflowId=name),
            "terminate": lambda: self.swf.terminate_workflow_execution(domain=DOMAIN, workflowId=name),
        }
        found = [model for model in self.running() if model.workflow_id == name]
        if not found:
            with pytest.raises(self.swf.exceptions.UnknownResourceFault):
                calls[act]()
            return
        calls[act]()
        found[0].close("TERMINATED") if act == "terminate" else found[0].hear()

    @precondition(lambda self: any(model.task == "waiting" for model in self.running()))
    @rule(target=decisions_taken)
    def take_decision_task(self) -> Any:
        task = poll(self.swf)
        model = self.models[task["workflowExecution"]["runId"]]
        assert model.task == "waiting" and not model.status
        model.task, model.news = "taken", False
        return task

    @rule(
        task=consumes(decisions_taken),
        wanted=st.lists(
            st.tuples(st.sampled_from(["activity", "give up", "timer", "no timer", "marker"]), LETTERS), max_size=6
        ),
        closing=st.none() | st.sampled_from(sorted(CLOSING)),
    )
    def decide(self, task: Any, wanted: list[tuple[str, str]], closing: str | None) -> None:
        model = self.models[task["workflowExecution"]["runId"]]
        list_ = [self.decision(kind, letter) for kind, letter in wanted] + ([decision(closing)] if closing else [])
        if model.status:
            with pytest.raises(self.swf.exceptions.UnknownResourceFault):
                answer(self.swf, task, *list_)
            return
        answer(self.swf, task, *list_)
        for kind, letter in wanted:
            self.apply(model, kind, letter)
        if closing and not model.news:
            model.close(CLOSING[closing])
        else:
            model.task = "waiting" if model.news or closing else "none"

    @staticmethod
    def decision(kind: str, letter: str) -> dict[str, Any]:
        return {
            "activity": activity(letter),
            "give up": decision("RequestCancelActivityTask", activityId=letter),
            "timer": decision("StartTimer", timerId=letter, startToFireTimeout="1000"),
            "no timer": decision("CancelTimer", timerId=letter),
            "marker": decision("RecordMarker", markerName=letter),
        }[kind]

    @staticmethod
    def apply(model: Model, kind: str, letter: str) -> None:
        """Whatever can't be done is news to the decider; so is an activity cancelled before a worker has it."""
        if kind == "activity" and letter not in model.waiting | model.held:
            model.waiting.add(letter)
        elif kind == "give up" and letter in model.waiting:
            model.waiting.remove(letter)
            model.news = True
        elif kind == "timer" and letter not in model.timers:
            model.timers.add(letter)
        elif kind == "no timer" and letter in model.timers:
            model.timers.remove(letter)
        elif kind != "marker" and not (kind == "give up" and letter in model.held):
            model.news = True

    @precondition(lambda self: any(model.waiting for model in self.running()))
    @rule(target=activities_held)
    def take_activity_task(self) -> Any:
        task = work(self.swf)
        model = self.models[task["workflowExecution"]["runId"]]
        model.waiting.remove(task["activityId"])
        model.held.add(task["activityId"])
        return task

    @rule(task=consumes(activities_held), verb=st.sampled_from(["completed", "failed", "canceled"]))
    def answer_activity(self, task: Any, verb: str) -> None:
        respond = getattr(self.swf, f"respond_activity_task_{verb}")
        model = self.models[task["workflowExecution"]["runId"]]
        if model.status:
            with pytest.raises(self.swf.exceptions.UnknownResourceFault):
                respond(taskToken=task["taskToken"])
            return
        respond(taskToken=task["taskToken"])
        model.held.remove(task["activityId"])
        model.hear()

    @rule()
    def restart(self) -> None:
        self.cloud.stop()
        self.open(self.cloud.database)

    @invariant()
    def what_is_open_is_what_the_model_says(self) -> None:
        if not hasattr(self, "models"):
            return
        for model in self.models.values():
            execution = {"workflowId": model.workflow_id, "runId": model.run_id}
            shown = self.swf.describe_workflow_execution(domain=DOMAIN, execution=execution)
            counts = shown["openCounts"]
            assert shown["executionInfo"].get("closeStatus") == model.status
            assert counts["openActivityTasks"] == len(model.waiting | model.held)
            assert counts["openTimers"] == len(model.timers)
            assert counts["openDecisionTasks"] == (model.task != "none")
            history = events(self.swf, model.workflow_id, model.run_id)
            assert [event["eventId"] for event in history] == list(range(1, len(history) + 1))
        waiting = sum(model.task == "waiting" for model in self.running())
        assert self.swf.count_pending_decision_tasks(domain=DOMAIN, taskList=LIST)["count"] == waiting
        waiting = sum(len(model.waiting) for model in self.running())
        assert self.swf.count_pending_activity_tasks(domain=DOMAIN, taskList=LIST)["count"] == waiting

    def teardown(self) -> None:
        if hasattr(self, "cloud"):
            self.cloud.stop()
            self.folder.cleanup()


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
