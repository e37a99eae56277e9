"""What the dashboard is told of an article: events and properties, through the event monitor queue."""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from bot.activity.task import TemporaryFailure
from continuum import aws, clock
from continuum.messages.dashboard import Event, Property
from continuum.queues import Queue
from continuum.service import NotThere

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient

    from bot.activity.task import Article, Task

# Ids are made of what is told and in which execution, so that telling it again counts once. Any UUID would do here.
_IDS = uuid.UUID("6f4a3a0c-5d3e-4c53-9d1c-2f0b0a7c9e55")


class Dashboard:
    """Tells of one article, on behalf of one try of an activity."""

    def __init__(self, task: Task, article: Article) -> None:
        self._task = task
        self._article = article
        self._queue = _queue(aws.sqs(task.settings.sqs_region), task.settings.event_monitor_queue)

    def event(self, title: str, status: str, message: str) -> None:
        """Tells that an activity started, ended or failed: `status` is 'start', 'end' or 'error'."""
        # An activity starts with each try and ends once, however many workers thought that they had to do it.
        times = self._task.attempt if status == "start" else 1
        event = Event(
            self._article.article_id,
            self._article.version,
            self._article.run,
            event_type=title,
            timestamp=clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f"),
            status=status,
            message=message,
            message_id=self._id("event", title, status, str(times)),
        )
        self._send(event.body())

    def property(self, name: str, value: str) -> None:
        """Sets a property of the article's version."""
        told = Property(
            self._article.article_id,
            self._article.version,
            name,
            value,
            message_id=self._id("property", self._task.activity, name, value),
        )
        self._send(told.body())

    def _send(self, body: str) -> None:
        try:
            self._queue.send(body)
        except (BotoCoreError, ClientError, NotThere) as error:
            raise TemporaryFailure(f"The dashboard could not be told: {error}") from error

    def _id(self, *told: str) -> str:
        return str(uuid.uuid5(_IDS, "\0".join((self._task.run_id, *told))))


@cache
def _queue(sqs: SQSClient, name: str) -> Queue:
    """Made once: a queue asks for its address when it is first used."""
    return Queue(sqs, name)


def of(task: Task, article: Article | None = None) -> Dashboard:
    """The dashboard's view of the task's article; `article` where the session doesn't know it yet."""
    return Dashboard(task, article or task.article)
