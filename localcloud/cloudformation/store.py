"""The memory of CloudFormation: one SQLite file. What a caller was told is in it before the answer leaves."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from localcloud.cloudformation.records import (
    Body,
    ChangeSet,
    Detection,
    Drift,
    Event,
    Operation,
    Resource,
    Signal,
    Stack,
    Version,
)

SCHEMA = """
CREATE TABLE IF NOT EXISTS stacks
    (id TEXT PRIMARY KEY, name TEXT NOT NULL, live INTEGER NOT NULL, document TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS live_name ON stacks (name) WHERE live;
CREATE TABLE IF NOT EXISTS resources
    (stack TEXT, logical TEXT, place INTEGER, document TEXT NOT NULL, PRIMARY KEY (stack, logical));
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, stack TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS events_of ON events (stack, number);
CREATE TABLE IF NOT EXISTS change_sets
    (id TEXT PRIMARY KEY, stack TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS change_set_name ON change_sets (stack, name);
CREATE TABLE IF NOT EXISTS operations (stack TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS exports (name TEXT PRIMARY KEY, stack TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS imports (name TEXT, stack TEXT, PRIMARY KEY (name, stack));
CREATE TABLE IF NOT EXISTS tokens (token TEXT, stack TEXT, PRIMARY KEY (token, stack));
CREATE TABLE IF NOT EXISTS drifts (stack TEXT, logical TEXT, document TEXT NOT NULL, PRIMARY KEY (stack, logical));
CREATE TABLE IF NOT EXISTS signals
    (subject TEXT, unique_id TEXT, document TEXT NOT NULL, PRIMARY KEY (subject, unique_id));
CREATE TABLE IF NOT EXISTS notices (number INTEGER PRIMARY KEY, topic TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS detections (id TEXT PRIMARY KEY, stack TEXT NOT NULL, document TEXT NOT NULL);
"""

OF_A_STACK = ("resources", "events", "change_sets", "operations", "imports", "tokens", "drifts", "detections")


class Store:
    """Every call is safe from any thread. `with store.together():` makes several one transaction."""

    def __init__(self, database: Path) -> None:
        database.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing with NORMAL; only the host's own power cut could take the last moments.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def _run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    # Stacks

    def keep_stack(self, stack: Stack) -> None:
        self._run(
            "INSERT INTO stacks VALUES (?,?,?,?) "
            "ON CONFLICT (id) DO UPDATE SET live=excluded.live, document=excluded.document",
            stack.id, stack.name, stack.deleted is None, _text(stack),
        )  # fmt: skip

    def stack(self, name_or_id: str) -> Stack | None:
        """By name only a stack that is not deleted, by id any."""
        rows = self._run("SELECT document FROM stacks WHERE id=? OR (name=? AND live)", name_or_id, name_or_id)
        return _stack(rows[0][0]) if rows else None

    def stacks(self, *, live: bool = False) -> list[Stack]:
        """Newest first."""
        rows = self._run(f"SELECT document FROM stacks {'WHERE live' if live else ''} ORDER BY rowid DESC")
        return [_stack(row[0]) for row in rows]

    def forget_stack(self, stack_id: str) -> None:
        self._run("DELETE FROM stacks WHERE id=?", stack_id)

    # Resources

    def keep_resource(self, resource: Resource) -> None:
        self._run(
            "INSERT INTO resources VALUES (?,?,(SELECT COALESCE(MAX(place),0)+1 FROM resources),?) "
            "ON CONFLICT (stack, logical) DO UPDATE SET document=excluded.document",
            resource.stack_id, resource.logical_id, _text(resource),
        )  # fmt: skip

    def resources(self, stack_id: str) -> dict[str, Resource]:
        """By logical id, in the order in which they were begun."""
        rows = self._run("SELECT document FROM resources WHERE stack=? ORDER BY place", stack_id)
        found = [_resource(row[0]) for row in rows]
        return {resource.logical_id: resource for resource in found}

    def resource_by_physical_id(self, physical_id: str) -> Resource | None:
        rows = self._run(
            "SELECT r.document FROM resources r JOIN stacks s ON s.id = r.stack AND s.live "
            "WHERE json_extract(r.document, '$.body.physical_id') = ?",
            physical_id,
        )
        return _resource(rows[0][0]) if rows else None

    def forget_resource(self, stack_id: str, logical_id: str) -> None:
        self._run("DELETE FROM resources WHERE stack=? AND logical=?", stack_id, logical_id)

    # Events

    def keep_event(self, event: Event) -> None:
        self._run("INSERT INTO events (stack, document) VALUES (?,?)", event.stack_id, _text(event))

    def events(self, stack_id: str, before: int | None, limit: int) -> tuple[list[Event], int | None]:
        """Newest first, and the number to go on before, where there are more."""
        rows = self._run(
            "SELECT number, document FROM events WHERE stack=? AND number < ? ORDER BY number DESC LIMIT ?",
            stack_id, before if before is not None else 2**62, limit + 1,
        )  # fmt: skip
        found = [Event(**json.loads(row[1])) for row in rows[:limit]]
        return found, rows[limit - 1][0] if len(rows) > limit else None

    def keep_notice(self, topic: str, message: str) -> None:
        self._run("INSERT INTO notices (topic, message) VALUES (?,?)", topic, message)

    def notices(self) -> list[tuple[int, str, str]]:
        """(number, topic, message) of what topics are still to be told, oldest first."""
        rows = self._run("SELECT number, topic, message FROM notices ORDER BY number LIMIT 100")
        return [(row[0], row[1], row[2]) for row in rows]

    def forget_notice(self, number: int) -> None:
        self._run("DELETE FROM notices WHERE number=?", number)

    # Change sets

    def keep_change_set(self, change_set: ChangeSet) -> None:
        self._run(
            "INSERT INTO change_sets VALUES (?,?,?,?) ON CONFLICT (id) DO UPDATE SET document=excluded.document",
            change_set.id, change_set.stack_id, change_set.name, _text(change_set),
        )  # fmt: skip

    def change_set(self, change_set_id: str) -> ChangeSet | None:
        rows = self._run("SELECT document FROM change_sets WHERE id=?", change_set_id)
        return _change_set(rows[0][0]) if rows else None

    def change_sets(self, stack_id: str) -> list[ChangeSet]:
        rows = self._run("SELECT document FROM change_sets WHERE stack=? ORDER BY rowid DESC", stack_id)
        return [_change_set(row[0]) for row in rows]

    def forget_change_set(self, change_set_id: str) -> None:
        self._run("DELETE FROM change_sets WHERE id=?", change_set_id)

    # Operations

    def keep_operation(self, operation: Operation) -> None:
        self._run(
            "INSERT INTO operations VALUES (?,?) ON CONFLICT (stack) DO UPDATE SET document=excluded.document",
            operation.stack_id, _text(operation),
        )  # fmt: skip

    def operation(self, stack_id: str) -> Operation | None:
        rows = self._run("SELECT document FROM operations WHERE stack=?", stack_id)
        return _operation(rows[0][0]) if rows else None

    def operations(self) -> list[Operation]:
        return [_operation(row[0]) for row in self._run("SELECT document FROM operations")]

    def forget_operation(self, stack_id: str) -> None:
        self._run("DELETE FROM operations WHERE stack=?", stack_id)

    # Exports and imports

    def keep_exports(self, stack_id: str, exports: dict[str, str], imports: set[str]) -> None:
        """Replace what the stack exports and imports."""
        with self.together():
            self._run("DELETE FROM exports WHERE stack=?", stack_id)
            self._run("DELETE FROM imports WHERE stack=?", stack_id)
            for name, value in exports.items():
                self._run("INSERT INTO exports VALUES (?,?,?)", name, stack_id, value)
            for name in imports:
                self._run("INSERT INTO imports VALUES (?,?)", name, stack_id)

    def exports(self) -> list[tuple[str, str, str]]:
        """(name, exporting stack's id, value), by name."""
        return [(row[0], row[1], row[2]) for row in self._run("SELECT name, stack, value FROM exports ORDER BY name")]

    def importers(self, name: str) -> list[str]:
        """Names of the stacks that import the export."""
        rows = self._run(
            "SELECT s.name FROM imports i JOIN stacks s ON s.id=i.stack WHERE i.name=? ORDER BY s.name", name
        )
        return [row[0] for row in rows]

    # Drift

    def keep_drift(self, drift: Drift) -> None:
        self._run("REPLACE INTO drifts VALUES (?,?,?)", drift.stack_id, drift.logical_id, _text(drift))

    def drifts(self, stack_id: str) -> dict[str, Drift]:
        """What the last look at each resource found, by logical id."""
        rows = self._run("SELECT logical, document FROM drifts WHERE stack=? ORDER BY logical", stack_id)
        return {row[0]: Drift(**json.loads(row[1])) for row in rows}

    def forget_drifts(self, stack_id: str) -> None:
        self._run("DELETE FROM drifts WHERE stack=?", stack_id)

    def keep_detection(self, detection: Detection) -> None:
        self._run("REPLACE INTO detections VALUES (?,?,?)", detection.id, detection.stack_id, _text(detection))

    def detection(self, detection_id: str) -> Detection | None:
        rows = self._run("SELECT document FROM detections WHERE id=?", detection_id)
        return Detection(**json.loads(rows[0][0])) if rows else None

    def detections_under_way(self) -> list[Detection]:
        rows = self._run("SELECT document FROM detections WHERE document LIKE '%DETECTION_IN_PROGRESS%'")
        return [Detection(**json.loads(row[0])) for row in rows]

    # Signals, by what they are about: a handle, or a stack's resource

    def keep_signal(self, subject: str, signal: Signal) -> None:
        """The first of one unique id counts."""
        self._run("INSERT OR IGNORE INTO signals VALUES (?,?,?)", subject, signal.unique_id, _text(signal))

    def change_signal(self, subject: str, signal: Signal) -> None:
        self._run("REPLACE INTO signals VALUES (?,?,?)", subject, signal.unique_id, _text(signal))

    def signals(self, subject: str) -> list[Signal]:
        rows = self._run("SELECT document FROM signals WHERE subject=? ORDER BY unique_id", subject)
        return [Signal(**json.loads(row[0])) for row in rows]

    def forget_signals(self, subject: str) -> None:
        self._run("DELETE FROM signals WHERE subject=?", subject)

    # Tokens of requests, so that one sent twice counts once

    def keep_token(self, token: str, stack_id: str) -> None:
        self._run("INSERT OR IGNORE INTO tokens VALUES (?,?)", token, stack_id)

    def has_token(self, token: str, stack_id: str) -> bool:
        return bool(self._run("SELECT 1 FROM tokens WHERE token=? AND stack=?", token, stack_id))

    # What AWS forgets in time

    def forget_before(self, moment: float) -> None:
        """Stacks that were deleted before that time, with all of theirs, and what happened to others before it."""
        deleted = "SELECT id FROM stacks WHERE NOT live AND json_extract(document, '$.deleted') < ?"
        with self.together():
            for table in OF_A_STACK:
                self._run(f"DELETE FROM {table} WHERE stack IN ({deleted})", moment)
            self._run(f"DELETE FROM stacks WHERE id IN ({deleted})", moment)
            self._run("DELETE FROM detections WHERE json_extract(document, '$.started') < ?", moment)
            # they are numbered as they happened: only the old ones are looked at
            since = "SELECT number FROM events WHERE json_extract(document, '$.time') >= ? ORDER BY number LIMIT 1"
            self._run(f"DELETE FROM events WHERE number < coalesce(({since}), 0)", moment)


def _text(record: Any) -> str:
    return json.dumps(asdict(record), separators=(",", ":"))


def _version(data: dict[str, Any]) -> Version:
    return Version(**data)


def _stack(document: str) -> Stack:
    data = json.loads(document)
    stable = data.get("stable")
    return Stack(**{**data, "version": _version(data["version"]), "stable": _version(stable) if stable else None})


def _resource(document: str) -> Resource:
    data = json.loads(document)
    for key in ("body", "before"):
        data[key] = Body(**data[key]) if data[key] else None
    data["old"] = [Body(**body) for body in data["old"]]
    return Resource(**data)


def _change_set(document: str) -> ChangeSet:
    data = json.loads(document)
    return ChangeSet(**{**data, "version": _version(data["version"])})


def _operation(document: str) -> Operation:
    data = json.loads(document)
    return Operation(**{**data, "before": _version(data["before"]), "after": _version(data["after"])})
