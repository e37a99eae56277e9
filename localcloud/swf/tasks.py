"""Tasks that wait for a poller, and the tokens under which they were handed out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localcloud.swf import pages
from localcloud.swf.executions import Execution, by_number
from localcloud.swf.faults import Fault, invalid, unknown_execution
from localcloud.swf.store import Change, Queue


@dataclass(frozen=True)
class Token:
    """What a task's token says: which task of which execution, and who took it (its started event)."""

    kind: str
    domain: str
    workflow_id: str
    run_id: str
    execution: int
    scheduled: int
    started: int


def put(change: Change, queue: Queue, priority: str, execution: int, scheduled: int) -> None:
    """Let a task wait at its list; one poller is woken once this is committed."""
    change.insert(
        "INSERT INTO tasks (kind, domain, list, priority, execution, event) VALUES (?,?,?,?,?,?)",
        *queue, int(priority), execution, scheduled,
    )  # fmt: skip
    change.woken.append(queue)


def take(change: Change, queue: Queue) -> tuple[Execution, int] | None:
    """The next task of a list, highest priority first, then oldest; it is nobody else's from now on."""
    row = change.row(
        "DELETE FROM tasks WHERE number=(SELECT number FROM tasks WHERE kind=? AND domain=? AND list=? "
        "ORDER BY priority DESC, number LIMIT 1) RETURNING execution, event",
        *queue,
    )
    if row is None:
        return None
    execution = by_number(change, row["execution"])
    return (execution, row["event"]) if execution else None


def withdraw(change: Change, execution: int, scheduled: int) -> None:
    """A task that nobody is to take any more."""
    change.run("DELETE FROM tasks WHERE execution=? AND event=?", execution, scheduled)


def waiting(change: Change, queue: Queue) -> int:
    row = change.row("SELECT COUNT(*) AS n FROM tasks WHERE kind=? AND domain=? AND list=?", *queue)
    return int(row["n"])


def token(kind: str, execution: Execution, scheduled: int, started: int) -> str:
    place = [kind, execution.domain, execution.workflow_id, execution.run_id, execution.number, scheduled, started]
    return pages.token(place)


def redeem(change: Change, kind: str, asked: dict[str, Any]) -> tuple[Token, Execution]:
    """The open execution of a task token. Raises ValidationException or UnknownResourceFault."""
    try:
        token = Token(*pages.place(asked["taskToken"]))
    except (TypeError, ValueError, Fault) as error:
        raise invalid("Invalid token") from error
    if token.kind != kind:
        raise invalid("Invalid token")
    execution = by_number(change, token.execution)
    if execution is None or not execution.open or execution.run_id != token.run_id:
        raise unknown_execution(token.workflow_id, token.run_id)
    return token, execution
