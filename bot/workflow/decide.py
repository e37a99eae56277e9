"""What an execution does next: a function of its workflow and its history, and of nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bot.workflow import decisions
from bot.workflow.definition import REPORT_FAILURE, Activity, Workflow
from bot.workflow.failure import Failure
from bot.workflow.history import History
from bot.workflow.limits import MOST_OPEN
from bot.workflow.progress import Done, GivenUp, Going, Job, json_object, progress

if TYPE_CHECKING:
    from types_boto3_swf.type_defs import DecisionTypeDef

# Of data and session, what says which article a failure is of. All of it might be what was too long.
_IDENTITY = ("article_id", "version", "run", "file_name")
_LONGEST_IDENTITY = 500


def decide(workflow: Workflow, history: History, task_list: str) -> list[DecisionTypeDef]:
    """The decisions to take now; none while what was decided before still goes on."""
    try:
        data = json_object(history.input)
    except (ValueError, RecursionError) as error:
        unread = GivenUp(workflow.name, Failure("The execution's input is not a JSON object"), str(error))
        return _give_up(workflow, history, {}, unread, task_list)
    session = dict(workflow.session)
    for number, step in enumerate(workflow.steps, 1):
        match _step(number, step, history, data, session, task_list):
            case Going() if history.cancel_requested:
                stopped = GivenUp(step.name, Failure("The execution was cancelled"))
                return _give_up(workflow, history, data | session, stopped, task_list)
            case Going(decisions=now):
                return now
            case GivenUp() as given_up:
                return _give_up(workflow, history, data | session, given_up, task_list)
            case Done(result=result):
                session |= result
    return [decisions.complete(session)]


def _step(
    number: int,
    step: Activity,
    history: History,
    data: Mapping[str, Any],
    session: Mapping[str, Any],
    task_list: str,
) -> Done | Going | GivenUp:
    """How far a step is: its parts first, where it has some, all at once; then the step itself."""
    key = f"{number}.{step.name}"
    items = session.get(step.each, []) if step.each else []
    if not isinstance(items, list):
        return GivenUp(step.name, Failure(f"{step.each} is not a list"))
    going = False
    now: list[DecisionTypeDef] = []
    opened = 0
    for part in _parts(key, step, items, data, session):
        match progress(part, history, task_list):
            case GivenUp() as given_up:
                return given_up
            case Going(decisions=more):
                going = True
                now += more
                opened += 1
        if opened == MOST_OPEN:
            break
    if going:
        return Going(now)
    whole = {"data": data, "session": session, "start": not items, "end": True}
    return progress(Job(key, step, whole), history, task_list)


def _parts(
    key: str, step: Activity, items: list[Any], data: Mapping[str, Any], session: Mapping[str, Any]
) -> Iterator[Job]:
    # Without the list: a hundred parts that each are told of all hundred make a history that is slow to read.
    told = {name: value for name, value in session.items() if name != step.each}
    for index, item in enumerate(items):
        given = {"data": data, "session": told, "part": item, "start": index == 0, "end": False}
        yield Job(f"{key}.{index}", step, given)


def _give_up(
    workflow: Workflow, history: History, known: Mapping[str, Any], given_up: GivenUp, task_list: str
) -> list[DecisionTypeDef]:
    """Has the dashboard told, then ends the execution; ends it as well where that can't be told."""
    end = [
        decisions.cancel()
        if history.cancel_requested
        else decisions.fail(f"{given_up.activity}: {given_up.failure.message}", given_up.details)
    ]
    if not workflow.reports:
        return end
    identity = {
        name: known[name] for name in _IDENTITY if len(str(known.get(name) or "")) in range(1, _LONGEST_IDENTITY)
    }
    told = {"activity": given_up.activity, "message": given_up.failure.message, "article": given_up.failure.article}
    report = Job("report", REPORT_FAILURE, {"data": identity, "session": {"failed": told}})
    match progress(report, history, task_list):
        case Going(decisions=now):
            return now
        case _:
            return end
