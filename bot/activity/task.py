"""What an activity is given, and how it says that it failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.provider.environment import BotSettings


class PermanentFailure(Exception):
    """No further try will cure it (a bad zip, an unknown status): the workflow ends, with this text as its reason."""


class TemporaryFailure(Exception):
    """It may pass (network, 429, 503): tried again after a pause, as often as the workflow allows."""


@dataclass(frozen=True)
class Task:
    """One try of an activity.

    `data` is the workflow's data, `session` what the activities before this one answered, all in one mapping.
    `abandoned` is set when the answer is no longer wanted (time-out, cancellation): a long activity looks now and then.
    """

    workflow_id: str
    run_id: str
    data: Mapping[str, Any]
    session: Mapping[str, Any]
    settings: BotSettings
    abandoned: threading.Event = field(default_factory=threading.Event)


# An activity: does its work (so that doing it twice does no harm) and answers what later activities need, as JSON can.
Perform = Callable[[Task], Mapping[str, Any]]
