"""SWF as far as a history goes: takes decisions, and lets happen what follows from them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from bot.workflow.decide import decide
from bot.workflow.definition import Workflow
from bot.workflow.history import read

BEGAN = datetime(2016, 5, 28, 15, tzinfo=UTC)
ENDS = ("CompleteWorkflowExecution", "FailWorkflowExecution", "CancelWorkflowExecution")


class Execution:
    """One execution: `decide()` takes the next decisions, `end()` and `fire()` let activities and timers end."""

    def __init__(self, text: str, workflow: Workflow) -> None:
        self.workflow = workflow
        self.events: list[Any] = []
        self.open: dict[str, dict[str, Any]] = {}
        self.scheduled: list[dict[str, Any]] = []
        self.timers: dict[str, str] = {}
        self.ended: dict[str, Any] = {}
        self.happen("WorkflowExecutionStarted", input=text)

    def happen(self, kind: str, **attributes: Any) -> int:
        number = len(self.events) + 1
        key = kind[0].lower() + kind[1:] + "EventAttributes"
        self.events.append({"eventId": number, "eventType": kind, "eventTimestamp": BEGAN, key: attributes})
        return number

    def ask(self) -> list[Any]:
        """What would be decided now."""
        return list(decide(self.workflow, read(self.events), "list"))

    def decide(self) -> list[Any]:
        """Decides, and lets it happen as SWF does: an id that is in use is refused."""
        decisions = self.ask()
        for decision in decisions:
            kind = decision["decisionType"]
            attributes = decision[kind[0].lower() + kind[1:] + "DecisionAttributes"] if kind not in ENDS[2:] else {}
            if kind in ENDS:
                self.ended = decision
            elif kind == "StartTimer":
                assert attributes["timerId"] not in self.timers, "a timer of this id runs"
                self.timers[attributes["timerId"]] = attributes["startToFireTimeout"]
                self.happen("TimerStarted", **attributes)
            elif attributes["activityId"] in self.open:
                used = "ACTIVITY_ID_ALREADY_IN_USE"
                self.happen("ScheduleActivityTaskFailed", activityId=attributes["activityId"], cause=used)
            else:
                number = self.happen("ActivityTaskScheduled", **attributes)
                self.scheduled.append(attributes)
                self.open[attributes["activityId"]] = {**attributes, "number": number}
        return decisions

    def end(self, how: str, activity_id: str = "", **attributes: Any) -> None:
        """An activity ends, the last one scheduled where none is named: 'Completed', 'Failed', 'TimedOut'."""
        activity = self.open.pop(activity_id or self.scheduled[-1]["activityId"])
        self.happen(f"ActivityTask{how}", scheduledEventId=activity["number"], **attributes)

    def complete(self, result: Any = None, activity_id: str = "") -> None:
        self.end("Completed", activity_id, result=json.dumps(result or {}))

    def fire(self, timer_id: str = "") -> None:
        """A timer fires, the last one started where none is named."""
        chosen = timer_id or list(self.timers)[-1]
        del self.timers[chosen]
        self.happen("TimerFired", timerId=chosen)

    def given(self) -> dict[str, Any]:
        """What the last activity scheduled was given."""
        return dict(json.loads(self.scheduled[-1]["input"]))


def kinds(decisions: list[Any]) -> list[str]:
    return [decision["decisionType"] for decision in decisions]
