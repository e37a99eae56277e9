"""Decisions as SWF takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.workflow.definition import Activity
from bot.workflow.limits import LONGEST_REASON, LONGEST_TEXT

if TYPE_CHECKING:
    from types_boto3_swf.type_defs import DecisionTypeDef


def schedule(step: Activity, activity_id: str, text: str, task_list: str) -> DecisionTypeDef:
    """An activity to be done, with its time-outs; `text` is its input."""
    return {
        "decisionType": "ScheduleActivityTask",
        "scheduleActivityTaskDecisionAttributes": {
            "activityType": {"name": step.name, "version": step.version},
            "activityId": activity_id,
            "input": text,
            "taskList": {"name": task_list},
            "startToCloseTimeout": str(step.seconds),
            "heartbeatTimeout": str(step.heartbeat_seconds),
            # A task waits for a worker as long as it takes; the workflow's own time is the limit.
            "scheduleToStartTimeout": "NONE",
            "scheduleToCloseTimeout": "NONE",
        },
    }


def pause(timer_id: str, seconds: int) -> DecisionTypeDef:
    """A timer, after which to decide again."""
    return {
        "decisionType": "StartTimer",
        "startTimerDecisionAttributes": {"timerId": timer_id, "startToFireTimeout": str(seconds)},
    }


def complete(session: Mapping[str, Any]) -> DecisionTypeDef:
    """The execution has ended well; its result is the session, where that is not too long."""
    result = json.dumps(session)
    return {
        "decisionType": "CompleteWorkflowExecution",
        "completeWorkflowExecutionDecisionAttributes": {"result": result if len(result) <= LONGEST_TEXT else "{}"},
    }


def fail(reason: str, details: str) -> DecisionTypeDef:
    """The execution has failed."""
    return {
        "decisionType": "FailWorkflowExecution",
        "failWorkflowExecutionDecisionAttributes": {
            "reason": reason[:LONGEST_REASON],
            "details": details[:LONGEST_TEXT],
        },
    }


def cancel() -> DecisionTypeDef:
    """The execution ends because somebody asked for it."""
    return {"decisionType": "CancelWorkflowExecution"}
