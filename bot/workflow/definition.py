"""What a workflow is: activities, one after another, each with its time-outs."""

from __future__ import annotations

from dataclasses import dataclass

# How long a decider may take to decide. A decider that dies is noticed after this.
DECISION_SECONDS = 30
# In front of the reason of a failed activity that no further try will cure.
PERMANENT = "permanent: "


@dataclass(frozen=True)
class Activity:
    """One step: the activity of this name (see bot/activity/).

    `seconds`: how long one try may take; `heartbeat_seconds`: a worker that says nothing for so long is taken for dead;
    `retries`: how often it is tried again after a failure that may pass. A try that ran out of time is repeated until
    the workflow's own time is over.
    """

    name: str
    version: str = "1"
    seconds: int = 300
    heartbeat_seconds: int = 60
    retries: int = 5


@dataclass(frozen=True)
class Workflow:
    """Activities in order. Raise the version whenever a default (a time-out) changes: SWF keeps what was registered."""

    name: str
    version: str
    description: str
    steps: tuple[Activity, ...]
    seconds: int
