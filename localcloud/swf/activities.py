"""Activity tasks: scheduled by a decision, handed to one worker, answered, cancelled or timed out."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from localcloud.swf import history, tasks
from localcloud.swf.deadlines import drop_deadlines, set_deadline
from localcloud.swf.decision_tasks import tell_decider
from localcloud.swf.executions import Execution
from localcloud.swf.faults import unknown
from localcloud.swf.store import Change
from localcloud.text import text

TIMEOUTS = ("scheduleToCloseTimeout", "scheduleToStartTimeout", "startToCloseTimeout", "heartbeatTimeout")


@dataclass(frozen=True)
class Activity:
    """An open activity task. `started` is 0 until a worker has it; `cancel` the event that asked to cancel it."""

    scheduled: int
    id: str
    type: dict[str, str]
    timeouts: dict[str, str]
    started: int = 0
    cancel: int | None = None
    details: str | None = None


def find(change: Change, execution: int, *, id: str | None = None, scheduled: int | None = None) -> Activity | None:
    """An open activity by its id or by its scheduled event."""
    column, value = ("key", id) if id is not None else ("event", scheduled)
    where = f"execution=? AND kind='activity' AND {column}=?"
    row = change.row(f"SELECT document FROM pending WHERE {where}", execution, value)
    return Activity(**json.loads(row["document"])) if row else None


def _keep(change: Change, execution: int, activity: Activity) -> None:
    change.run(
        "INSERT OR REPLACE INTO pending VALUES (?,'activity',?,?,?)",
        execution, activity.id, activity.scheduled, text(activity),
    )  # fmt: skip


def schedule(
    change: Change, execution: Execution, asked: dict[str, Any], chosen: dict[str, Any], completed: int
) -> None:
    """Let an activity task wait for a worker. `chosen`: time-outs, taskList and taskPriority, defaults filled in."""
    scheduled = history.append(
        change,
        execution,
        "ActivityTaskScheduled",
        activityType=asked["activityType"],
        activityId=asked["activityId"],
        input=asked.get("input"),
        control=asked.get("control"),
        decisionTaskCompletedEventId=completed,
        **chosen,
    )
    activity = Activity(scheduled, asked["activityId"], asked["activityType"], {key: chosen[key] for key in TIMEOUTS})
    _keep(change, execution.number, activity)
    execution.state.latest_activity = change.now
    set_deadline(change, execution.number, "activity SCHEDULE_TO_START", scheduled, chosen["scheduleToStartTimeout"])
    set_deadline(change, execution.number, "activity SCHEDULE_TO_CLOSE", scheduled, chosen["scheduleToCloseTimeout"])
    queue = ("activity", execution.domain, chosen["taskList"]["name"])
    tasks.put(change, queue, chosen["taskPriority"], execution.number, scheduled)


def start(change: Change, execution: Execution, scheduled: int, identity: str | None) -> dict[str, Any]:
    """A worker has taken the task; the ActivityTask that it gets."""
    activity = find(change, execution.number, scheduled=scheduled)
    if activity is None:
        raise LookupError(f"a task waited for the activity {scheduled} of {execution.execution}, which is not open")
    started = history.append(change, execution, "ActivityTaskStarted", identity=identity, scheduledEventId=scheduled)
    _keep(change, execution.number, replace(activity, started=started))
    number, timeouts = execution.number, activity.timeouts
    change.run(
        "DELETE FROM deadlines WHERE execution=? AND event=? AND kind='activity SCHEDULE_TO_START'", number, scheduled
    )
    set_deadline(change, number, "activity START_TO_CLOSE", scheduled, timeouts["startToCloseTimeout"])
    set_deadline(change, number, "activity HEARTBEAT", scheduled, timeouts["heartbeatTimeout"])
    task = {
        "taskToken": tasks.token("activity", execution, scheduled, started),
        "activityId": activity.id,
        "startedEventId": started,
        "workflowExecution": execution.execution,
        "activityType": activity.type,
    }
    given = history.attributes(change, execution.number, scheduled).get("input")
    return task if given is None else {**task, "input": given}


def redeem(change: Change, asked: dict[str, Any]) -> tuple[Execution, Activity]:
    """The open activity of a task token. Raises ValidationException or UnknownResourceFault."""
    token, execution = tasks.redeem(change, "activity", asked)
    activity = find(change, execution.number, scheduled=token.scheduled)
    if activity is None or activity.started != token.started:
        raise unknown(f"activity, scheduledEventId = {token.scheduled}")
    return execution, activity


def heartbeat(change: Change, execution: Execution, activity: Activity, details: str | None) -> bool:
    """The worker is alive; whether its activity is to be cancelled."""
    if details is not None:
        _keep(change, execution.number, replace(activity, details=details))
    set_deadline(
        change, execution.number, "activity HEARTBEAT", activity.scheduled, activity.timeouts["heartbeatTimeout"]
    )
    return activity.cancel is not None


def close(change: Change, execution: Execution, activity: Activity, event: str, **attributes: Any) -> None:
    """The activity is over, by one of the events ActivityTaskCompleted, …Failed, …Canceled and …TimedOut."""
    history.append(
        change, execution, event, scheduledEventId=activity.scheduled, startedEventId=activity.started, **attributes
    )
    change.run("DELETE FROM pending WHERE execution=? AND kind='activity' AND key=?", execution.number, activity.id)
    if not activity.started:
        tasks.withdraw(change, execution.number, activity.scheduled)
    drop_deadlines(change, execution.number, activity.scheduled)
    tell_decider(change, execution)


def cancel(change: Change, execution: Execution, activity: Activity, **attributes: Any) -> None:
    """The activity did stop because it was asked to."""
    close(
        change, execution, activity, "ActivityTaskCanceled", latestCancelRequestedEventId=activity.cancel, **attributes
    )


def request_cancel(change: Change, execution: Execution, activity: Activity, completed: int) -> None:
    """Tell the worker with its next heartbeat; an activity that no worker has yet is cancelled at once."""
    event = history.append(
        change,
        execution,
        "ActivityTaskCancelRequested",
        activityId=activity.id,
        decisionTaskCompletedEventId=completed,
    )
    asked = replace(activity, cancel=event)
    _keep(change, execution.number, asked)
    if not activity.started:
        cancel(change, execution, asked)


def time_out(change: Change, execution: Execution, scheduled: int, which: str) -> None:
    activity = find(change, execution.number, scheduled=scheduled)
    if activity is not None:
        close(change, execution, activity, "ActivityTaskTimedOut", timeoutType=which, details=activity.details)
