"""The starter message of what follows a publication, and its form in which the dashboard keeps it until approval."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from bot.activity.task import Article, PermanentFailure, Task, article_id_of, version_of
from continuum import aws
from continuum.dates import DateError, instant, written
from continuum.messages import MessageError
from continuum.messages.starter import UNLESS_SINCE, StartWorkflow
from continuum.queues import Queue

_WORKFLOW = "PostPerfectPublication"
_NAMES = ("status", "expanded_folder", "eif_location")
_ADVICE = "send the article's zip again, and approve it then"


@dataclass(frozen=True)
class FollowUp:
    """`PostPerfectPublication` on these data, which are handed on as they came, whoever made them."""

    data: Mapping[str, Any]

    @classmethod
    def of(cls, task: Task) -> FollowUp:
        """For the article of a task, from what its session holds."""
        article = task.article
        return cls(
            {
                "article_id": article.article_id,
                "version": str(article.version),
                "run": article.run,
                **{name: str(task.value(name)) for name in (*_NAMES, "update_date")},
            }
        )

    @classmethod
    def decode(cls, text: object, article: Article) -> FollowUp:
        """Out of `publication_data` as a dashboard hands it on, base64 in any of its forms.

        Raises PermanentFailure where that is something else, or for another article.
        """
        if not isinstance(text, str):
            raise PermanentFailure(
                f"The publication_data is {text!r}, not the message that the dashboard was given: {_ADVICE}"
            )
        try:
            message = StartWorkflow.parse(_decoded(text).decode())
        except (MessageError, ValueError) as error:
            raise PermanentFailure(f"The publication_data can't be read ({error}): {_ADVICE}") from error
        if message.workflow_name != _WORKFLOW:
            raise PermanentFailure(f"The publication_data starts {message.workflow_name!r}, not {_WORKFLOW}: {_ADVICE}")
        found = cls(message.workflow_data)
        missing = [name for name in ("article_id", "version", "run", *_NAMES) if not found.data.get(name)]
        if missing:
            raise PermanentFailure(f"The publication_data has no {', '.join(missing)}: {_ADVICE}")
        whose = article_id_of(found.data["article_id"]), version_of(found.data["version"])
        if whose != (article.article_id, article.version):
            raise PermanentFailure(
                f"The publication_data is of article {whose[0]} version {whose[1]}, "
                f"not of {article.article_id} version {article.version}: {_ADVICE}"
            )
        return found

    def updated(self, answer: Mapping[str, Any]) -> FollowUp:
        """With the date of update that the website gave; where it gave none, that of the message, or else now."""
        given = (str(one) for one in (answer.get("update"), self.data.get("update_date")) if one)
        date = next((written(instant(one)) for one in given if _is_date(one)), written(datetime.now(UTC)))
        return replace(self, data={**self.data, "update_date": date})

    def encode(self) -> str:
        """Base64, in ASCII on one line: the property `_publication-data`."""
        return base64.b64encode(self._message().body().encode()).decode()

    def send(self, task: Task) -> None:
        """Starts the workflow, by a message: once, however many tries of this task send it."""
        queue = Queue(aws.sqs(task.settings.sqs_region), task.settings.workflow_starter_queue)
        queue.send(self._message().body(), {UNLESS_SINCE: task.started} if task.started else {})

    def _message(self) -> StartWorkflow:
        return StartWorkflow(_WORKFLOW, self.data)


def _is_date(text: str) -> bool:
    try:
        return bool(instant(text))
    except DateError:
        return False


def _decoded(text: str) -> bytes:
    """Base64 with line breaks or without, padded or not, of either alphabet; already JSON is taken as it is."""
    packed = "".join(text.split())
    if packed.startswith("{"):
        json.loads(text)
        return text.encode()
    packed = packed.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError(f"not base64: {error}") from error
