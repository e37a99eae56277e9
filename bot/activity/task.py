"""What an activity is given, and how it says that it failed."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.provider.environment import BotSettings


class PermanentFailure(Exception):
    """No further try will cure it (a bad zip, an unknown status): the workflow ends; its text is for an editor."""


class TemporaryFailure(Exception):
    """It may pass (network, 429, 503): tried again after a pause, some times; its text is for an editor."""


class Values(dict[str, Any]):
    """Values by name; one that is asked for by `[name]` and missing is a PermanentFailure that says so."""

    def __missing__(self, name: str) -> Any:
        raise PermanentFailure(f"The workflow was started without {name}; there are: {', '.join(sorted(self))}")


@dataclass(frozen=True)
class Article:
    """What the dashboard files an activity under: version 0 where it is not known."""

    article_id: str
    version: int
    run: str


@dataclass(frozen=True)
class Task:
    """One try of an activity.

    `data` is the workflow's data, `session` what the activities before this one answered, all in one mapping.
    `part` is the one item of a list that this try is for, where an activity is done in parallel; None for the closing
    try, which comes when all parts are done, and for activities without parts. `attempt` counts from 1.
    `started` is when the workflow's execution began, ISO 8601.
    `abandoned` is set when the answer is no longer wanted (time-out, cancellation): a long activity looks now and then.
    """

    workflow_id: str
    run_id: str
    data: Mapping[str, Any]
    session: Mapping[str, Any]
    settings: BotSettings
    activity: str = ""
    attempt: int = 1
    part: str | None = None
    started: str = ""
    abandoned: threading.Event = field(default_factory=threading.Event)

    @property
    def run(self) -> str:
        """A UUID4 for this execution, the same at every try: computed from SWF's run id."""
        return str(uuid.UUID(bytes=hashlib.sha256(self.run_id.encode()).digest()[:16], version=4))

    @property
    def force(self) -> bool:
        """Whether this is a silent correction: of the highest published version, and published without approval."""
        return self.session.get("force") is True

    @property
    def article(self) -> Article:
        """The article that session or data name; PermanentFailure where neither does."""
        return Article(article_id_of(self.value("article_id")), version_of(self.value("version")), self.article_run)

    @property
    def article_run(self) -> str:
        """The run that the article's files lie under: that of an earlier workflow where the data name one."""
        return str(self.session.get("run") or self.data.get("run") or self.run)

    def value(self, name: str) -> Any:
        """A value of the session, else of the workflow's data; PermanentFailure where neither has it."""
        return self.session[name] if name in self.session else Values(self.data)[name]


def article_id_of(value: object) -> str:
    """An article's id: '00353', also of 353, '353' and 'eLife.00353'; PermanentFailure for anything else."""
    digits = str(value).rpartition(".")[2]
    if not (digits.isascii() and digits.isdigit()) or isinstance(value, float):
        raise PermanentFailure(f"{value!r} is not an article's id")
    return digits.zfill(5)


def version_of(value: object) -> int:
    """A version: 1 of 1 and '1'; PermanentFailure for what is no whole number from 1 on."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PermanentFailure(f"{value!r} is not an article's version")
    return value


# An activity: does its work (so that doing it twice does no harm) and answers what later activities need, as JSON can.
Perform = Callable[[Task], Mapping[str, Any]]
