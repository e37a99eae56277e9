"""The one decision task of an execution: scheduled when there is news, handed to one decider, timed out."""

from __future__ import annotations

from typing import Any

from localcloud.swf import history, tasks
from localcloud.swf.deadlines import drop_deadlines, set_deadline
from localcloud.swf.executions import Execution
from localcloud.swf.store import Change

START = "decision SCHEDULE_TO_START"
CLOSE = "decision START_TO_CLOSE"


def tell_decider(change: Change, execution: Execution) -> None:
    """There is news for the decider: a task now, or another one after the one that it is working on."""
    state = execution.state
    if not execution.open:
        return
    if state.started:
        state.news = True
    elif not state.scheduled:
        _schedule(change, execution)


def _schedule(change: Change, execution: Execution) -> None:
    state, settings = execution.state, execution.settings
    task_list = state.task_list or settings.task_list
    timeout = state.task_list_timeout if state.task_list else None
    state.scheduled = history.append(
        change,
        execution,
        "DecisionTaskScheduled",
        taskList={"name": task_list},
        taskPriority=settings.task_priority,
        startToCloseTimeout=settings.task_timeout,
        scheduleToStartTimeout=timeout or "NONE",
    )
    set_deadline(change, execution.number, START, state.scheduled, timeout)
    tasks.put(
        change, ("decision", execution.domain, task_list), settings.task_priority, execution.number, state.scheduled
    )


def start(change: Change, execution: Execution, identity: str | None) -> None:
    """A decider has taken the task."""
    state = execution.state
    if state.task_list_timeout is not None:
        drop_deadlines(change, execution.number, state.scheduled)
    state.started = history.append(
        change, execution, "DecisionTaskStarted", identity=identity, scheduledEventId=state.scheduled
    )
    state.news = False
    set_deadline(change, execution.number, CLOSE, state.scheduled, execution.settings.task_timeout)


def complete(change: Change, execution: Execution, asked: dict[str, Any]) -> int:
    """The decider has answered; the id of the event that says so. The task is over only with `after_decisions`."""
    state = execution.state
    drop_deadlines(change, execution.number, state.scheduled)
    completed = history.append(
        change,
        execution,
        "DecisionTaskCompleted",
        executionContext=asked.get("executionContext"),
        scheduledEventId=state.scheduled,
        startedEventId=state.started,
        taskList=asked.get("taskList"),
        taskListScheduleToStartTimeout=asked.get("taskListScheduleToStartTimeout"),
    )
    state.previous_started = state.started
    if asked.get("executionContext") is not None:
        state.context = asked["executionContext"]
    if asked.get("taskList"):
        state.task_list = asked["taskList"]["name"]
        state.task_list_timeout = asked.get("taskListScheduleToStartTimeout")
    return completed


def after_decisions(change: Change, execution: Execution) -> None:
    """All decisions are carried out: the next task may come."""
    _over(change, execution, again=execution.state.news)


def time_out(change: Change, execution: Execution, which: str) -> None:
    """No decider took the task in time, or none answered in time; another task follows, on the list it began with."""
    state = execution.state
    history.append(
        change,
        execution,
        "DecisionTaskTimedOut",
        timeoutType=which,
        scheduledEventId=state.scheduled,
        startedEventId=state.started,
    )
    tasks.withdraw(change, execution.number, state.scheduled)
    if state.task_list_timeout is not None:
        state.task_list = state.task_list_timeout = None
    _over(change, execution, again=True)


def _over(change: Change, execution: Execution, *, again: bool) -> None:
    execution.state.end_task()
    if again:
        tell_decider(change, execution)
