"""Timers of executions."""

from __future__ import annotations

from typing import Any

from localcloud.swf import history
from localcloud.swf.deadlines import drop_deadlines, set_deadline
from localcloud.swf.decision_tasks import tell_decider
from localcloud.swf.executions import Execution
from localcloud.swf.store import Change


def find(change: Change, execution: int, timer_id: str) -> int | None:
    """The started event of a running timer."""
    row = change.row("SELECT event FROM pending WHERE execution=? AND kind='timer' AND key=?", execution, timer_id)
    return row["event"] if row else None


def start(change: Change, execution: Execution, asked: dict[str, Any], completed: int) -> None:
    started = history.append(
        change,
        execution,
        "TimerStarted",
        timerId=asked["timerId"],
        control=asked.get("control"),
        startToFireTimeout=asked["startToFireTimeout"],
        decisionTaskCompletedEventId=completed,
    )
    change.run("INSERT INTO pending VALUES (?,'timer',?,?,'{}')", execution.number, asked["timerId"], started)
    set_deadline(change, execution.number, "timer", started, asked["startToFireTimeout"])


def cancel(change: Change, execution: Execution, timer_id: str, started: int, completed: int) -> None:
    history.append(
        change,
        execution,
        "TimerCanceled",
        timerId=timer_id,
        startedEventId=started,
        decisionTaskCompletedEventId=completed,
    )
    change.run("DELETE FROM pending WHERE execution=? AND kind='timer' AND key=?", execution.number, timer_id)
    drop_deadlines(change, execution.number, started)


def fire(change: Change, execution: Execution, started: int) -> None:
    row = change.row(
        "SELECT key FROM pending WHERE execution=? AND kind='timer' AND event=?", execution.number, started
    )
    if row is None:
        return
    change.run("DELETE FROM pending WHERE execution=? AND kind='timer' AND key=?", execution.number, row["key"])
    history.append(change, execution, "TimerFired", timerId=row["key"], startedEventId=started)
    tell_decider(change, execution)
