"""One try of an activity: done, and told to the dashboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.activity import Kind
from bot.activity.task import Article, Task, Values
from bot.provider import dashboard
from bot.provider.environment import BotSettings


@dataclass(frozen=True)
class Given:
    """What the decider gave an activity: what makes a task, and what of it to tell the dashboard."""

    values: Mapping[str, Any]

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(json.loads(text))

    def task(self, workflow_id: str, run_id: str, activity: str, settings: BotSettings) -> Task:
        """The task as the activity sees it."""
        return Task(
            workflow_id=workflow_id,
            run_id=run_id,
            data=Values(self.values["data"]),
            session=Values(self.values["session"]),
            settings=settings,
            activity=activity,
            attempt=self.values.get("attempt", 1),
            part=self.values.get("part"),
            started=self.values.get("started", ""),
        )


class Attempt:
    """One try. `article` is known once the try has found out which it is for."""

    def __init__(self, kind: Kind, task: Task, given: Given) -> None:
        self.article: Article | None = None
        self._kind = kind
        self._task = task
        self._given = given.values

    def do(self) -> Mapping[str, Any]:
        """Does the activity, with events before and after where it has any."""
        perform = self._kind.perform()
        if not self._kind.doing:
            return perform(self._task)
        identify = self._kind.identify()
        self.article = identify(self._task) if identify else self._task.article
        self._start(self.article)
        result = perform(self._task)
        if self._given.get("end", True) and not self._task.abandoned.is_set():
            self._tell(self.article, "end", f"Finished {self._kind.doing} of article {self.article.article_id}")
        return result

    def _start(self, article: Article) -> None:
        """Several parts that are tried again share the id of their event: the dashboard shows it once a try."""
        attempt = self._task.attempt
        if attempt > 1:
            why = str(self._given.get("why") or "It did not end").rstrip(". ")
            self._tell(article, "start", f"{why}; trying again, try {attempt}")
        elif self._given.get("start", True):
            self._tell(article, "start", f"Starting {self._kind.doing} of article {article.article_id}")

    def _tell(self, article: Article, status: str, message: str) -> None:
        dashboard.of(self._task, article).event(self._kind.title, status, message)
