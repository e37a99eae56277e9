"""What is true of every history, whatever happened: read from the events alone, by AWS's description of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

CLOSES = re.compile(r"WorkflowExecution(Completed|Failed|Canceled|Terminated|TimedOut|ContinuedAsNew)")
STATUS = {"TimedOut": "TIMED_OUT", "ContinuedAsNew": "CONTINUED_AS_NEW"}
REFERS = {
    "scheduledEventId": r"(Activity|Decision)TaskScheduled|LambdaFunctionScheduled",
    "startedEventId": r"(Activity|Decision)TaskStarted|TimerStarted|ChildWorkflowExecutionStarted",
    "decisionTaskCompletedEventId": r"DecisionTaskCompleted",
    "initiatedEventId": r"\w+ExecutionInitiated",
    "latestCancelRequestedEventId": r"ActivityTaskCancelRequested",
}
"""The attributes that name an earlier event of the same history, and the types that it may have."""
ENDS = {
    "ActivityTaskScheduled": ("scheduledEventId", r"ActivityTask(Completed|Failed|Canceled|TimedOut)"),
    "ActivityTaskStarted": ("startedEventId", r"ActivityTask(Completed|Failed|Canceled|TimedOut)"),
    "DecisionTaskScheduled": ("scheduledEventId", r"DecisionTask(Completed|TimedOut)"),
    "TimerStarted": ("startedEventId", r"Timer(Fired|Canceled)"),
    "ChildWorkflowExecutionStarted": (
        "startedEventId", r"ChildWorkflowExecution(Completed|Failed|Canceled|Terminated|TimedOut)"),
    "StartChildWorkflowExecutionInitiated": (
        "initiatedEventId", r"(ChildWorkflowExecutionStarted|StartChildWorkflowExecutionFailed)"),
    "SignalExternalWorkflowExecutionInitiated": (
        "initiatedEventId", r"(ExternalWorkflowExecutionSignaled|SignalExternalWorkflowExecutionFailed)"),
    "RequestCancelExternalWorkflowExecutionInitiated": (
        "initiatedEventId",
        r"(ExternalWorkflowExecutionCancelRequested|RequestCancelExternalWorkflowExecutionFailed)"),
}  # fmt: skip
"""What each of these events is ended by, at most once: the attribute that points back, and the types."""


@dataclass(frozen=True)
class Read:
    """What a history says of its execution. `open` counts the ended and not yet ended: activities, timers, children."""

    status: str | None
    open: Counter[str]
    task: str


def check(history: list[dict[str, Any]]) -> Read:
    """Raise AssertionError for a history that can't be; else what it says. Events as SWF gives them."""
    events = [(event["eventType"], _attributes(event)) for event in history]
    assert [event["eventId"] for event in history] == list(range(1, len(history) + 1))
    times = [event["eventTimestamp"] for event in history]
    assert times == sorted(times)
    types = [type_ for type_, _ in events]
    assert types[0] == "WorkflowExecutionStarted" and types.count("WorkflowExecutionStarted") == 1
    assert not any(CLOSES.fullmatch(type_) for type_ in types[:-1]), types
    for number, (type_, attributes) in enumerate(events, 1):
        _check_references(number, type_, attributes, types)
    unended = {type_: _unended(events, type_, *ends) for type_, ends in ENDS.items()}
    for settled in ("StartChildWorkflowExecutionInitiated", "SignalExternalWorkflowExecutionInitiated",
                    "RequestCancelExternalWorkflowExecutionInitiated"):  # fmt: skip
        assert not unended[settled], f"{settled} and no answer to it"
    closed = CLOSES.fullmatch(types[-1])
    status = STATUS.get(closed[1], closed[1].upper()) if closed else None
    opened = Counter() if status else Counter(
        activities=len(unended["ActivityTaskScheduled"]),
        timers=len(unended["TimerStarted"]),
        children=len(unended["ChildWorkflowExecutionStarted"]),
    )  # fmt: skip
    return Read(status, opened, _decision_task(types))


def _attributes(event: dict[str, Any]) -> dict[str, Any]:
    type_ = event["eventType"]
    return dict(event[f"{type_[0].lower()}{type_[1:]}EventAttributes"])


def _check_references(number: int, type_: str, attributes: dict[str, Any], types: list[str]) -> None:
    for name, wanted in REFERS.items():
        to = attributes.get(name)
        if to:
            assert 0 < to < number, f"{number} {type_}: {name} is {to}"
            assert re.fullmatch(wanted, types[to - 1]), f"{number} {type_}: {name} is {to}, a {types[to - 1]}"


def _unended(events: list[tuple[str, dict[str, Any]]], type_: str, key: str, ends: str) -> set[int]:
    """The events of a type that nothing has ended yet. Raises AssertionError where one was ended twice."""
    ended = [attributes[key] for other, attributes in events if re.fullmatch(ends, other) and attributes.get(key)]
    assert len(ended) == len(set(ended)), f"{type_} {ended}: one was ended twice"
    return {number for number, (other, _) in enumerate(events, 1) if other == type_} - set(ended)


def _decision_task(types: Iterable[str]) -> str:
    """Where the decision task is, there being one at a time: none, waiting or taken."""
    state = "none"
    for type_ in types:
        if type_ == "DecisionTaskScheduled":
            assert state == "none", "two decision tasks at a time"
            state = "waiting"
        elif type_ == "DecisionTaskStarted":
            assert state == "waiting", f"a decision task started that was {state}"
            state = "taken"
        elif type_ == "DecisionTaskCompleted":
            assert state == "taken", f"a decision task completed that was {state}"
            state = "none"
        elif type_ == "DecisionTaskTimedOut":
            assert state != "none"
            state = "none"
    return state
