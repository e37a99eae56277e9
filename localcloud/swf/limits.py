"""How much of everything SWF allows, as AWS documents it ("Amazon SWF Quotas")."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    domains: int = 100
    types: int = 10_000  # workflow types a domain, deprecated ones too; as many activity types
    open_executions: int = 100_000  # a domain
    events: int = 25_000  # an execution
    open_activities: int = 1_000  # an execution; so are the next two
    open_timers: int = 1_000
    open_children: int = 1_000
    pollers: int = 1_000  # a task list
    tags: int = 50  # a domain
    counted: int = 100_000  # executions that a count goes through before it says "truncated"
    request: int = 1_048_576  # bytes of a request's body
