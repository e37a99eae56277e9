"""How far one job is (a step, one part of a step, the report of a failure), and what to do for it now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bot.workflow import decisions
from bot.workflow.definition import Activity
from bot.workflow.failure import Failure
from bot.workflow.history import History, State, Try
from bot.workflow.limits import LONGEST_TEXT

if TYPE_CHECKING:
    from types_boto3_swf.type_defs import DecisionTypeDef

_FIRST_PAUSE_SECONDS = 5
_LONGEST_WHY = 1000


@dataclass(frozen=True)
class Job:
    """What is done once, by as many tries as it takes. Its tries have the ids `<key>.1`, `<key>.2` …

    `given` is what each try is told, beside when the execution began, how often it was tried before, and why again.
    """

    key: str
    step: Activity
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """The job is done; `result` is what it answered."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Going:
    """The job goes on; `decisions` is what to do for that now, perhaps nothing."""

    decisions: list[DecisionTypeDef]


@dataclass(frozen=True)
class GivenUp:
    """The job will not be done any more."""

    activity: str
    failure: Failure
    details: str = ""


def progress(job: Job, history: History, task_list: str) -> Done | Going | GivenUp:
    """How far the job is by the history of its execution."""
    tries = _tries(job, history)
    if not tries:
        return _schedule(job, history, 1, "", task_list)
    last = tries[-1]
    match last.state:
        case State.OPEN:
            return Going([])
        case State.COMPLETED:
            return _done(job, last)
        case State.CANCELLED:
            return GivenUp(job.step.name, Failure("It was cancelled"))
        case State.TIMED_OUT:
            return _timed_out(job, tries, history, task_list)
        case State.FAILED:
            return _failed(job, tries, history, task_list)


def _done(job: Job, last: Try) -> Done | GivenUp:
    try:
        return Done(json_object(last.result))
    except ValueError as error:
        return GivenUp(job.step.name, Failure(f"Its answer is not a JSON object: {error}"))


def _timed_out(job: Job, tries: list[Try], history: History, task_list: str) -> Going | GivenUp:
    late = [one for one in tries if one.state is State.TIMED_OUT]
    why = (
        "The worker that had it went away"
        if late[-1].reason == "HEARTBEAT"
        else f"It took longer than {job.step.seconds} s"
    )
    if len(late) > job.step.timeouts:
        return _give_up(job, tries, Failure(f"{why}, {len(late)} times"))
    return _schedule(job, history, len(tries) + 1, why, task_list)


def _failed(job: Job, tries: list[Try], history: History, task_list: str) -> Going | GivenUp:
    last = tries[-1]
    failure = Failure.read(last.reason, last.details)
    failures = sum(one.state is State.FAILED for one in tries)
    if failure.permanent:
        return _give_up(job, tries, failure)
    if failures > job.step.retries:
        end = f"{failure.message.rstrip('. ')}; given up after {failures} tries, start it again when that is over"
        return _give_up(job, tries, replace(failure, message=end))
    timer = f"{job.key}.{len(tries) + 1}"
    if timer not in history.timers:
        seconds = min(_FIRST_PAUSE_SECONDS * 2 ** (failures - 1), job.step.longest_pause)
        return Going([decisions.pause(timer, seconds)])
    if not history.timers[timer]:
        return Going([])
    return _schedule(job, history, len(tries) + 1, failure.message, task_list)


def _give_up(job: Job, tries: list[Try], failure: Failure) -> GivenUp:
    """With the article that any of the tries found out: the last may not have come so far."""
    articles = (Failure.read(one.reason, one.details).article for one in reversed(tries))
    article = next((article for article in articles if article), None)
    return GivenUp(job.step.name, Failure(failure.message, failure.permanent, article), tries[-1].details)


def _schedule(job: Job, history: History, attempt: int, why: str, task_list: str) -> Going | GivenUp:
    told = {**job.given, "started": history.started, "attempt": attempt, "why": why[:_LONGEST_WHY]}
    try:
        text = json.dumps(told)  # in ASCII: JSON may hold halves of characters, which SWF refuses
    except RecursionError:
        return GivenUp(job.step.name, Failure("Its input has too many levels"))
    if len(text) > LONGEST_TEXT:
        return GivenUp(job.step.name, Failure(f"Its input has {len(text)} characters, SWF allows {LONGEST_TEXT}"))
    return Going([decisions.schedule(job.step, f"{job.key}.{attempt}", text, task_list)])


def _tries(job: Job, history: History) -> list[Try]:
    found: list[Try] = []
    while (once := history.tries.get(f"{job.key}.{len(found) + 1}")) is not None:
        found.append(once)
    return found


def json_object(text: str) -> dict[str, Any]:
    """The JSON object that the text is; {} of nothing; ValueError for anything else."""
    value = json.loads(text or "{}")
    if not isinstance(value, dict):
        raise ValueError(f"it is {text[:100]!r}")
    return value
