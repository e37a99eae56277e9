"""What an execution does next: a function of its workflow and its history, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.workflow.definition import PERMANENT, Activity, Workflow
from bot.workflow.history import History, State, Try

if TYPE_CHECKING:
    from types_boto3_swf.type_defs import DecisionTypeDef

# Limits of SWF, in characters.
_LONGEST_TEXT = 32768
_LONGEST_REASON = 256
_FIRST_PAUSE_SECONDS = 5
_LONGEST_PAUSE_SECONDS = 120


def decide(workflow: Workflow, history: History, task_list: str) -> list[DecisionTypeDef]:
    """The decisions to take now; none while what was decided before still goes on."""
    if history.cancel_requested:
        return [{"decisionType": "CancelWorkflowExecution"}]
    try:
        data = _object(history.input)
    except ValueError as error:
        return _fail("the execution's input is not a JSON object", str(error))
    session: dict[str, Any] = {}
    for number, step in enumerate(workflow.steps, 1):
        tries = _tries(history, number, step)
        if tries and tries[-1].state is State.COMPLETED:
            session |= _object(tries[-1].result)
            continue
        return _do(step, _name(number, step, len(tries) + 1), tries, history, _input(data, session), task_list)
    return [
        {
            "decisionType": "CompleteWorkflowExecution",
            "completeWorkflowExecutionDecisionAttributes": {"result": json.dumps(session, ensure_ascii=False)},
        }
    ]


def _do(
    step: Activity, next_id: str, tries: list[Try], history: History, text: str, task_list: str
) -> list[DecisionTypeDef]:
    """Schedules a step that is not done yet, waits for it, tries it again after a pause, or gives up."""
    last = tries[-1] if tries else None
    if last is None or last.state is State.TIMED_OUT:
        return _schedule(step, next_id, text, task_list)
    if last.state is State.OPEN:
        return []
    failures = sum(one.state is State.FAILED for one in tries)
    if last.state is State.CANCELLED or last.reason.startswith(PERMANENT) or failures > step.retries:
        return _fail(f"{step.name}: {last.reason.removeprefix(PERMANENT) or last.state.value}", last.details)
    if next_id not in history.timers:
        pause = min(_FIRST_PAUSE_SECONDS * 2 ** (failures - 1), _LONGEST_PAUSE_SECONDS)
        return [
            {
                "decisionType": "StartTimer",
                "startTimerDecisionAttributes": {"timerId": next_id, "startToFireTimeout": str(pause)},
            }
        ]
    return _schedule(step, next_id, text, task_list) if history.timers[next_id] else []


def _schedule(step: Activity, activity_id: str, text: str, task_list: str) -> list[DecisionTypeDef]:
    if len(text) > _LONGEST_TEXT:
        return _fail(f"{step.name}: its input has {len(text)} characters, SWF allows {_LONGEST_TEXT}", "")
    return [
        {
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
    ]


def _fail(reason: str, details: str) -> list[DecisionTypeDef]:
    return [
        {
            "decisionType": "FailWorkflowExecution",
            "failWorkflowExecutionDecisionAttributes": {
                "reason": reason[:_LONGEST_REASON],
                "details": details[:_LONGEST_TEXT],
            },
        }
    ]


def _tries(history: History, number: int, step: Activity) -> list[Try]:
    found: list[Try] = []
    while (once := history.tries.get(_name(number, step, len(found) + 1))) is not None:
        found.append(once)
    return found


def _name(number: int, step: Activity, attempt: int) -> str:
    """The activity id of a try, which is also the id of the timer before it: `1.PingWorker.2`."""
    return f"{number}.{step.name}.{attempt}"


def _input(data: Mapping[str, Any], session: Mapping[str, Any]) -> str:
    """What an activity is given: the workflow's data, and what the activities before it answered."""
    return json.dumps({"data": data, "session": session}, ensure_ascii=False)


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text or "{}")
    if not isinstance(value, dict):
        raise ValueError(f"it is {text[:100]!r}")
    return value
