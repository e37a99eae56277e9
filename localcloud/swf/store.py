"""The memory of SWF: what its tables are, and what a change of them brings about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud import store
from localcloud.swf.limits import Limits

# What is open (tasks, pending, deadlines) stands in tables of its own, and each filter of the visibility actions has an
# index for each of the two orders, by start and by close: nothing ever looks through what is closed.
SCHEMA = """
CREATE TABLE IF NOT EXISTS domains (
    name TEXT PRIMARY KEY, status TEXT NOT NULL, description TEXT, retention TEXT NOT NULL, tags TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS types (
    kind TEXT, domain TEXT, name TEXT, version TEXT, status TEXT NOT NULL, created REAL NOT NULL, deprecated REAL,
    description TEXT, defaults TEXT NOT NULL, PRIMARY KEY (kind, domain, name, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS executions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, domain TEXT NOT NULL, workflow_id TEXT NOT NULL, run_id TEXT NOT NULL,
    type_name TEXT NOT NULL, type_version TEXT NOT NULL, started REAL NOT NULL, closed REAL, close_status TEXT,
    settings TEXT NOT NULL, state TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS one_open ON executions (domain, workflow_id) WHERE closed IS NULL;
CREATE UNIQUE INDEX IF NOT EXISTS by_run ON executions (domain, run_id);
CREATE INDEX IF NOT EXISTS open_started ON executions (domain, started) WHERE closed IS NULL;
CREATE INDEX IF NOT EXISTS open_type ON executions (domain, type_name, started) WHERE closed IS NULL;
CREATE INDEX IF NOT EXISTS closed_started ON executions (domain, started) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS closed_closed ON executions (domain, closed) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS closed_type ON executions (domain, type_name, closed) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS closed_type_started ON executions (domain, type_name, started) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS closed_id ON executions (domain, workflow_id, closed) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS closed_id_started ON executions (domain, workflow_id, started) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS closed_status ON executions (domain, close_status, closed) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS closed_status_started ON executions (domain, close_status, started) WHERE closed IS NOT NULL;
CREATE TABLE IF NOT EXISTS tagged (
    number INTEGER, tag TEXT, domain TEXT, started REAL NOT NULL, closed REAL, PRIMARY KEY (number, tag)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS tagged_open ON tagged (domain, tag, started, number) WHERE closed IS NULL;
CREATE INDEX IF NOT EXISTS tagged_started ON tagged (domain, tag, started, number) WHERE closed IS NOT NULL;
CREATE INDEX IF NOT EXISTS tagged_closed ON tagged (domain, tag, closed, number) WHERE closed IS NOT NULL;
CREATE TABLE IF NOT EXISTS events (
    execution INTEGER, id INTEGER, time REAL NOT NULL, type TEXT NOT NULL, attributes TEXT NOT NULL,
    PRIMARY KEY (execution, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pending (
    execution INTEGER, kind TEXT, key TEXT, event INTEGER NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (execution, kind, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pending_event ON pending (execution, kind, event);
CREATE TABLE IF NOT EXISTS tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT, domain TEXT, list TEXT, priority INTEGER NOT NULL,
    execution INTEGER NOT NULL, event INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS next_task ON tasks (kind, domain, list, priority DESC, number);
CREATE INDEX IF NOT EXISTS tasks_of ON tasks (execution, event);
CREATE TABLE IF NOT EXISTS deadlines (
    execution INTEGER, kind TEXT, event INTEGER, at REAL NOT NULL, PRIMARY KEY (execution, event, kind)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS next_deadline ON deadlines (at);
"""

Queue = tuple[str, str, str]
"""A place where tasks wait for pollers: kind ("decision" or "activity"), domain, task list."""


class Change(store.Change):
    """One transaction: what was asked of the database, and who is to be woken once it is committed."""

    def __init__(self, connection: sqlite3.Connection, now: float, limits: Limits) -> None:
        super().__init__(connection, now)
        self.limits = limits
        self.woken: list[Queue] = []
        self.earliest: float | None = None
        self.loaded: dict[int, Any] = {}  # the executions that this change has read, one object each


Store = store.Store[Change]


def opened(
    database: Path,
    limits: Limits,
    finish: Callable[[Change], None],
    committed: Callable[[Change], None],
    now: Callable[[], float],
) -> Store:
    """`finish` has the last word in each change, `committed` runs after it, `now` is the time."""

    def begin(connection: sqlite3.Connection, time: float) -> Change:
        change = Change(connection, time, limits)
        change.before_commit.append(lambda: finish(change))
        return change

    return Store(database, SCHEMA, begin, committed, now)
