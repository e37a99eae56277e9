"""The history of an execution, as a decider needs it: what was tried, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_swf.type_defs import HistoryEventTypeDef


class State(Enum):
    """What became of one try of an activity."""

    OPEN = "open"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


@dataclass
class Try:
    """One try of an activity: `result` once completed, `reason` and `details` once failed."""

    state: State = State.OPEN
    result: str = ""
    reason: str = ""
    details: str = ""


@dataclass
class History:
    """What happened in an execution so far."""

    input: str = ""
    started: str = ""
    """When the execution began, ISO 8601."""
    tries: dict[str, Try] = field(default_factory=dict)
    """By activity id."""
    timers: dict[str, bool] = field(default_factory=dict)
    """By timer id: whether it has fired."""
    cancel_requested: bool = False


def read(events: Iterable[HistoryEventTypeDef]) -> History:
    """The history made of SWF's events, oldest first."""
    history = History()
    scheduled: dict[int, Try] = {}
    for event in events:
        match event["eventType"]:
            case "WorkflowExecutionStarted":
                history.input = event["workflowExecutionStartedEventAttributes"].get("input", "")
                history.started = event["eventTimestamp"].isoformat()
            case "WorkflowExecutionCancelRequested":
                history.cancel_requested = True
            case "ActivityTaskScheduled":
                once = scheduled[event["eventId"]] = Try()
                history.tries[event["activityTaskScheduledEventAttributes"]["activityId"]] = once
            case "ScheduleActivityTaskFailed":
                refused = event["scheduleActivityTaskFailedEventAttributes"]
                # One that is there already goes on: that it was asked for twice says nothing about it.
                if refused["cause"] != "ACTIVITY_ID_ALREADY_IN_USE":
                    reason = f"SWF did not schedule it: {refused['cause']}"
                    history.tries[refused["activityId"]] = Try(State.FAILED, reason=reason)
            case "TimerStarted":
                history.timers[event["timerStartedEventAttributes"]["timerId"]] = False
            case "TimerFired":
                history.timers[event["timerFiredEventAttributes"]["timerId"]] = True
            case _:
                _close(scheduled, event)
    return history


def _close(scheduled: dict[int, Try], event: HistoryEventTypeDef) -> None:
    match event["eventType"]:
        case "ActivityTaskCompleted":
            completed = event["activityTaskCompletedEventAttributes"]
            once = scheduled[completed["scheduledEventId"]]
            once.state, once.result = State.COMPLETED, completed.get("result", "")
        case "ActivityTaskFailed":
            failed = event["activityTaskFailedEventAttributes"]
            once = scheduled[failed["scheduledEventId"]]
            once.state, once.reason = State.FAILED, failed.get("reason", "it gave no reason")
            once.details = failed.get("details", "")
        case "ActivityTaskTimedOut":
            late = event["activityTaskTimedOutEventAttributes"]
            once = scheduled[late["scheduledEventId"]]
            once.state, once.reason = State.TIMED_OUT, late["timeoutType"]
        case "ActivityTaskCanceled":
            cancelled = event["activityTaskCanceledEventAttributes"]
            scheduled[cancelled["scheduledEventId"]].state = State.CANCELLED
        case _:
            pass  # starts of tasks, signals, markers: nothing to decide from
