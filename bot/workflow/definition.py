"""What a workflow is: activities, one after another, each with its time-outs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# How long a decider may take to decide. A decider that dies is noticed after this.
DECISION_SECONDS = 30


@dataclass(frozen=True)
class Activity:
    """One step: the activity of this name (see bot/activity/).

    `seconds`: how long one try may take; `heartbeat_seconds`: a worker that says nothing for so long is taken for dead;
    `retries`: how often it is tried again after a failure that may pass, after pauses of 5, 10, 20 … `longest_pause`
    seconds; `timeouts`: how many tries may run out of time (what kills each worker that touches it must end as well).
    `each`: a list in the session: the step is done for each item of it, in parallel, and then once more to close it.
    """

    name: str
    version: str = "1"
    seconds: int = 300
    heartbeat_seconds: int = 30
    retries: int = 7
    longest_pause: int = 120
    timeouts: int = 10
    each: str = ""


@dataclass(frozen=True)
class Workflow:
    """Activities in order. Raise the version whenever a default (a time-out) changes: SWF keeps what was registered.

    `session` is what the session holds before the first activity. Where `reports` is set, a step that is given up is
    told to the dashboard before the execution fails.
    """

    name: str
    version: str
    description: str
    steps: tuple[Activity, ...]
    seconds: int
    session: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    reports: bool = True


# What the decider adds where a step is given up.
REPORT_FAILURE = Activity("ReportFailure")
