"""SWF in small: what must be open, closed and due after each step. Written from AWS's documentation, not from our code.

No history is kept here, only what follows from it. Durations differ by kind, so that no two kinds are due at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.localcloud.swf.cloud import ACTIVITY, WORKFLOW, activity, decision

EXECUTION, DECISION, TIMER, STICKY = 23, 6, 4, 3
ACTIVITY_LIMITS = {"SCHEDULE_TO_START": 5, "SCHEDULE_TO_CLOSE": 11, "START_TO_CLOSE": 7, "HEARTBEAT": 2}
TYPES_EXECUTION = 300  # the type's default, which an execution continued as new has
FAILS = {"missing": {"name": "Nobody", "version": "1"}}
POLICIES = ("TERMINATE", "REQUEST_CANCEL", "ABANDON")


@dataclass
class Run:
    """One execution. Its decision `task` is none, waiting or taken; `news` has come since it was taken."""

    workflow_id: str
    run_id: str
    list: str
    policy: str
    parent: Run | None = None
    status: str | None = None
    task: str = "none"
    news: bool = False
    sticky: bool = False
    cancel_requested: bool = False
    token: str = ""
    waiting: set[str] = field(default_factory=set)
    held: dict[str, str] = field(default_factory=dict)  # activity id -> token of who has it
    asked_to_stop: set[str] = field(default_factory=set)
    timers: set[str] = field(default_factory=set)
    children: set[str] = field(default_factory=set)  # their workflow ids
    due: dict[tuple[str, str], float] = field(default_factory=dict)  # (what, of which) -> when

    @property
    def decision_list(self) -> str:
        return f"sticky-{self.list}" if self.sticky else self.list

    @property
    def open(self) -> bool:
        return self.status is None

    def forget(self, id_: str) -> None:
        """Nothing is due any more of an activity, timer or task."""
        self.due = {key: at for key, at in self.due.items() if key[1] != id_}


class Model:
    def __init__(self) -> None:
        self.now = 0.0
        self.runs: dict[str, Run] = {}

    def running(self) -> list[Run]:
        return [run for run in self.runs.values() if run.open]

    def find(self, workflow_id: str) -> Run | None:
        return next((run for run in self.running() if run.workflow_id == workflow_id), None)

    # From outside

    def start(self, run: Run, seconds: float) -> None:
        self.runs[run.run_id] = run
        run.due["execution", ""] = self.now + seconds
        self.hear(run)

    def hear(self, run: Run) -> None:
        """There is news for its decider."""
        if run.task == "taken":
            run.news = True
        elif run.task == "none" and run.open:
            run.task = "waiting"
            if run.sticky:
                run.due["decision SCHEDULE_TO_START", "task"] = self.now + STICKY

    def ask_to_cancel(self, run: Run) -> None:
        run.cancel_requested = True
        self.hear(run)

    def close(self, run: Run, status: str) -> None:
        children = [child for child in self.running() if child.parent is run]
        run.status, run.task, run.news = status, "none", False
        run.waiting, run.held, run.timers, run.children, run.due = set(), {}, set(), set(), {}
        if status != "CONTINUED_AS_NEW" and run.parent and run.parent.open:
            run.parent.children.discard(run.workflow_id)
            self.hear(run.parent)
        if status in ("TERMINATED", "TIMED_OUT"):
            for child in children:
                self._apply(run.policy, child)

    def _apply(self, policy: str, child: Run) -> None:
        if not child.open:
            return
        if policy == "TERMINATE":
            self.close(child, "TERMINATED")
        elif policy == "REQUEST_CANCEL":
            self.ask_to_cancel(child)

    # Tasks

    def take_decision(self, run: Run, token: str) -> None:
        assert run.task == "waiting" and run.open
        run.task, run.news, run.token = "taken", False, token
        run.forget("task")
        run.due["decision START_TO_CLOSE", "task"] = self.now + DECISION

    def take_activity(self, run: Run, id_: str, token: str) -> None:
        run.waiting.remove(id_)
        run.held[id_] = token
        run.due.pop(("activity SCHEDULE_TO_START", id_))
        for which in ("START_TO_CLOSE", "HEARTBEAT"):
            run.due[f"activity {which}", id_] = self.now + ACTIVITY_LIMITS[which]

    def end_activity(self, run: Run, id_: str) -> None:
        run.waiting.discard(id_)
        run.held.pop(id_, None)
        run.asked_to_stop.discard(id_)
        run.forget(id_)
        self.hear(run)

    # Time

    def advance(self, seconds: float) -> None:
        """Let the time pass; what is due happens then, in the order in which it was due."""
        self.now += seconds
        while True:
            due = [(at, run, key) for run in self.running() for key, at in run.due.items() if at <= self.now]
            if not due:
                return
            _, run, key = min(due, key=lambda one: one[0])
            del run.due[key]
            self._happen(run, *key)

    def _happen(self, run: Run, what: str, id_: str) -> None:
        if what == "execution":
            self.close(run, "TIMED_OUT")
        elif what == "timer":
            run.timers.remove(id_)
            self.hear(run)
        elif what.startswith("activity"):
            self.end_activity(run, id_)
        else:
            run.forget("task")
            run.task, run.news, run.sticky = "none", False, False
            self.hear(run)

    # Decisions

    def decided(self, run: Run, wanted: list[Any], closing: str | None, sticky: bool, new: dict[str, Run]) -> None:
        """A list of decisions was answered. `new` are the runs that it has started, by their workflow ids."""
        run.forget("task")
        run.sticky = sticky
        for kind, letter in wanted:
            self._decide(run, kind, letter, new)
        if closing and run.open and not run.news:
            self.close(run, CLOSING[closing])
            if closing == "ContinueAsNewWorkflowExecution":
                self.start(new[run.workflow_id], TYPES_EXECUTION)
        if closing and run.open:
            run.news = True  # it hears that it could not close
        if run.open:
            again, run.task, run.news = run.news, "none", False
            if again:
                self.hear(run)

    def _decide(self, run: Run, kind: str, letter: str, new: dict[str, Run]) -> None:
        if kind == "marker":
            return
        if kind == "activity" and letter not in run.waiting and letter not in run.held:
            run.waiting.add(letter)
            for which in ("SCHEDULE_TO_START", "SCHEDULE_TO_CLOSE"):
                run.due[f"activity {which}", letter] = self.now + ACTIVITY_LIMITS[which]
        elif kind == "give up" and letter in run.held:
            run.asked_to_stop.add(letter)
        elif kind == "give up" and letter in run.waiting:
            self.end_activity(run, letter)
        elif kind == "timer" and f"t{letter}" not in run.timers:
            run.timers.add(f"t{letter}")
            run.due["timer", f"t{letter}"] = self.now + TIMER
        elif kind == "no timer" and f"t{letter}" in run.timers:
            run.timers.remove(f"t{letter}")
            run.forget(f"t{letter}")
        elif kind in POLICIES and not self.find(letter):
            run.children.add(letter)
            self.start(new[letter], EXECUTION)
            self.hear(run)
        else:
            if kind in ("signal", "cancel") and (other := self.find(letter)):
                self.ask_to_cancel(other) if kind == "cancel" else self.hear(other)
            self.hear(run)  # of a failure, or of what the other was told


CLOSING = {
    "CompleteWorkflowExecution": "COMPLETED",
    "FailWorkflowExecution": "FAILED",
    "CancelWorkflowExecution": "CANCELED",
    "ContinueAsNewWorkflowExecution": "CONTINUED_AS_NEW",
}
KINDS = ["activity", "give up", "timer", "no timer", "marker", "signal", "cancel", "missing", "lambda", *POLICIES]


def decide(kind: str, letter: str, list_: str) -> dict[str, Any]:
    """The decision on the wire."""
    if kind in POLICIES:
        return decision(
            "StartChildWorkflowExecution", workflowId=letter, workflowType=WORKFLOW, childPolicy=kind,
            executionStartToCloseTimeout=str(EXECUTION), taskStartToCloseTimeout=str(DECISION),
            taskList={"name": list_},
        )  # fmt: skip
    limits = {
        "scheduleToStartTimeout": "SCHEDULE_TO_START", "scheduleToCloseTimeout": "SCHEDULE_TO_CLOSE",
        "startToCloseTimeout": "START_TO_CLOSE", "heartbeatTimeout": "HEARTBEAT",
    }  # fmt: skip
    seconds = {key: str(ACTIVITY_LIMITS[which]) for key, which in limits.items()}
    return {
        "activity": activity(letter, activityType=ACTIVITY, **seconds),
        "missing": activity(letter, activityType=FAILS["missing"], **seconds),
        "give up": decision("RequestCancelActivityTask", activityId=letter),
        "timer": decision("StartTimer", timerId=f"t{letter}", startToFireTimeout=str(TIMER)),
        "no timer": decision("CancelTimer", timerId=f"t{letter}"),
        "marker": decision("RecordMarker", markerName=letter),
        "signal": decision("SignalExternalWorkflowExecution", workflowId=letter, signalName="s"),
        "cancel": decision("RequestCancelExternalWorkflowExecution", workflowId=letter),
        "lambda": decision("ScheduleLambdaFunction", id=letter, name="f"),
    }[kind]
