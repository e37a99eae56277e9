"""The memory of SQS: what its tables are, and what a change of them brings about."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from localcloud import store
from localcloud.sqs.limits import Limits

READY, HIDDEN, DELAYED = 0, 1, 2  # a message's state: to be had, in flight, not yet to be had

# A queue's messages lie in its box. A purge gives the queue another one; boxes without a queue are emptied in the
# background. What a call needs is found by an index however many messages there are, and counts are kept by triggers.
# A message's content never changes and stands apart: a message of a megabyte is written once, not at each receive.
SCHEMA = """
CREATE TABLE IF NOT EXISTS queues (
    number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, box INTEGER NOT NULL, settings TEXT NOT NULL,
    tags TEXT NOT NULL, created REAL NOT NULL, modified REAL NOT NULL, purged REAL, dead TEXT);
CREATE INDEX IF NOT EXISTS dead_letters ON queues (dead, name) WHERE dead IS NOT NULL;
CREATE TABLE IF NOT EXISTS boxes (number INTEGER PRIMARY KEY AUTOINCREMENT, queue INTEGER);
CREATE INDEX IF NOT EXISTS thrown_away ON boxes (number) WHERE queue IS NULL;
CREATE TABLE IF NOT EXISTS deleted (name TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, box INTEGER NOT NULL, state INTEGER NOT NULL, at REAL NOT NULL,
    sent REAL NOT NULL, line TEXT, received INTEGER NOT NULL DEFAULT 0, here INTEGER NOT NULL DEFAULT 0,
    first REAL, taken REAL, source TEXT);
CREATE INDEX IF NOT EXISTS next_ready ON messages (box, at) WHERE state = 0 AND line IS NULL;
CREATE INDEX IF NOT EXISTS next_due ON messages (at) WHERE state > 0;
CREATE INDEX IF NOT EXISTS oldest ON messages (box, sent);
CREATE INDEX IF NOT EXISTS in_line ON messages (box, line) WHERE line IS NOT NULL;
CREATE INDEX IF NOT EXISTS busy_lines ON messages (box, line) WHERE line IS NOT NULL AND state = 1;
CREATE TABLE IF NOT EXISTS contents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL, md5 TEXT NOT NULL, attributes TEXT,
    system TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS free_lines (box INTEGER, line TEXT, at REAL NOT NULL, PRIMARY KEY (box, line)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS next_line ON free_lines (box, at);
CREATE TABLE IF NOT EXISTS counts (
    box INTEGER, state INTEGER, number INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (box, state)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS came AFTER INSERT ON messages BEGIN
    UPDATE counts SET number = number + 1 WHERE box = new.box AND state = new.state; END;
CREATE TRIGGER IF NOT EXISTS went AFTER DELETE ON messages BEGIN
    UPDATE counts SET number = number - 1 WHERE box = old.box AND state = old.state; END;
CREATE TRIGGER IF NOT EXISTS moved AFTER UPDATE OF box, state ON messages BEGIN
    UPDATE counts SET number = number - 1 WHERE box = old.box AND state = old.state;
    UPDATE counts SET number = number + 1 WHERE box = new.box AND state = new.state; END;
CREATE TABLE IF NOT EXISTS duplicates (
    queue INTEGER, scope TEXT, id TEXT, message TEXT NOT NULL, sequence INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (queue, scope, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS old_duplicates ON duplicates (until);
CREATE TABLE IF NOT EXISTS attempts (
    queue INTEGER, id TEXT, messages TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (queue, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS old_attempts ON attempts (until);
CREATE TABLE IF NOT EXISTS deliveries (
    queue INTEGER, token TEXT, until REAL NOT NULL, PRIMARY KEY (queue, token)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS old_deliveries ON deliveries (until);
CREATE TABLE IF NOT EXISTS moves (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, destination TEXT,
    rate INTEGER, total INTEGER NOT NULL, moved INTEGER NOT NULL DEFAULT 0, status TEXT NOT NULL, reason TEXT,
    started REAL NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS moves_of ON moves (source, number);
CREATE INDEX IF NOT EXISTS moving ON moves (at) WHERE status = 'RUNNING';
"""


class Change(store.Change):
    """One transaction: what was asked of the database, and who is to be woken once it is committed."""

    def __init__(self, connection: sqlite3.Connection, now: float, limits: Limits) -> None:
        super().__init__(connection, now)
        self.limits = limits
        self.woken: list[int] = []  # queues' numbers, one for each message that can now be had
        self.earliest: float | None = None
        self.settled = False  # whether a queue came, went, or was set otherwise

    def expect(self, at: float) -> None:
        """Something will be due at that time."""
        self.earliest = at if self.earliest is None else min(at, self.earliest)


Store = store.Store[Change]


def opened(
    database: Path, limits: Limits, committed: Callable[[Change], None], now: Callable[[], float] = time.time
) -> Store:
    return Store(database, SCHEMA, lambda connection, at: Change(connection, at, limits), committed, now)
