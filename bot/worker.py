"""Does the activities of the bot's workflows, one at a time; start several for more."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bot import publication
from bot.activity import ACTIVITIES
from bot.activity.attempt import Attempt, Given
from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.command_line import WRONG_USE, start
from bot.provider.environment import BotSettings
from bot.provider.executions import not_registered
from bot.provider.heartbeat import Heartbeat
from bot.workflow import activities
from bot.workflow.failure import Failure
from bot.workflow.limits import LONGEST_TEXT
from continuum import aws
from continuum.service import Service
from continuum.settings import SettingsError

if TYPE_CHECKING:
    from types_boto3_swf import SWFClient
    from types_boto3_swf.type_defs import ActivityTaskTypeDef

log = logging.getLogger(__name__)


class Worker:
    """Takes activity tasks of one domain, does them, and answers."""

    def __init__(self, service: Service, swf: SWFClient, settings: BotSettings) -> None:
        self._service = service
        self._swf = swf
        self._settings = settings
        self._heartbeats = {activity.name: activity.heartbeat_seconds for activity in activities()}

    def turn(self) -> None:
        """Waits for an activity task, and does it."""
        with self._service.interruptible():
            given = self._poll()
        if not given.get("taskToken"):
            return
        token = given["taskToken"]
        what = f"{given['workflowExecution']['workflowId']}: {given['activityId']}"
        log.info("%s: started", what)
        done = self._perform(given, what)
        if isinstance(done, Failure):
            reason, details = done.reason(), done.details()
            self._answer(
                what,
                lambda: self._swf.respond_activity_task_failed(taskToken=token, reason=reason, details=details),
            )
        else:
            log.info("%s: completed", what)
            self._answer(what, lambda: self._swf.respond_activity_task_completed(taskToken=token, result=done))

    def _perform(self, given: ActivityTaskTypeDef, what: str) -> str | Failure:
        """The answer as JSON; whatever goes wrong is a Failure: SWF has to know."""
        attempt: Attempt | None = None
        try:
            attempt, abandoned = self._attempt(given)
            every = self._heartbeats.get(given["activityType"]["name"], 30) / 3
            with Heartbeat(self._swf, given["taskToken"], every, abandoned):
                result = json.dumps(dict(attempt.do()))
            if len(result) > LONGEST_TEXT:
                raise PermanentFailure(f"Its answer has {len(result)} characters, SWF allows {LONGEST_TEXT}")
            return result
        except Exception as error:
            expected = isinstance(error, PermanentFailure | TemporaryFailure)
            log.error("%s: failed: %s", what, error, exc_info=None if expected else error)
            return Failure(
                message=str(error) if expected else traceback.format_exception_only(error)[-1].strip(),
                permanent=isinstance(error, PermanentFailure),
                article=asdict(attempt.article) if attempt and attempt.article else None,
                trace="" if expected else "".join(traceback.format_exception(error)),
            )

    def _attempt(self, given: ActivityTaskTypeDef) -> tuple[Attempt, threading.Event]:
        name = given["activityType"]["name"]
        kind = ACTIVITIES.get(name)
        if kind is None:
            raise TemporaryFailure(f"The worker on {socket.gethostname()} has no activity {name}")
        told = Given.parse(given["input"])
        execution = given["workflowExecution"]
        task = told.task(execution["workflowId"], execution["runId"], name, self._settings)
        return Attempt(kind, task, told), task.abandoned

    def _answer(self, what: str, call: Callable[[], object]) -> None:
        try:
            self._service.persist(call)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UnknownResourceFault":
                raise
            log.warning("%s: the answer came too late, or the execution has ended", what)

    def _poll(self) -> ActivityTaskTypeDef:
        try:
            return self._swf.poll_for_activity_task(
                domain=self._settings.swf_domain,
                taskList={"name": self._settings.default_task_list},
                identity=f"{socket.gethostname()}:{os.getpid()}",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "UnknownResourceFault":
                raise not_registered(self._settings.swf_domain, error) from error
            raise


def main() -> None:
    settings = start("worker", __doc__)
    try:
        publication.load(settings)  # each article reads it anew; a mistake is told here, before an article meets it
    except SettingsError as error:
        print(f"worker.py: {error}", file=sys.stderr)
        raise SystemExit(WRONG_USE) from None
    service = Service("worker")
    service.run(Worker(service, aws.swf(settings.region_of_swf), settings).turn)


if __name__ == "__main__":
    main()
