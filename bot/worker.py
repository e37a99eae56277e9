"""Does the activities of the bot's workflows, one at a time; start several for more."""

from __future__ import annotations

import json
import logging
import os
import socket
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bot.activity import ACTIVITIES
from bot.activity.task import PermanentFailure, Task, TemporaryFailure
from bot.command_line import start
from bot.provider.environment import BotSettings
from bot.provider.executions import not_registered
from bot.provider.heartbeat import Heartbeat
from bot.workflow import activities
from bot.workflow.definition import PERMANENT
from continuum import aws
from continuum.service import Service

if TYPE_CHECKING:
    from types_boto3_swf import SWFClient
    from types_boto3_swf.type_defs import ActivityTaskTypeDef

_LONGEST_REASON = 256
_LONGEST_TEXT = 32768

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
        try:
            result = self._perform(given)
        except Exception as error:  # whatever it is, SWF has to know
            reason = (
                PERMANENT + str(error) if isinstance(error, PermanentFailure) else f"{error or type(error).__name__}"
            )
            expected = isinstance(error, PermanentFailure | TemporaryFailure)
            log.error("%s: failed: %s", what, reason, exc_info=None if expected else error)
            details = "" if expected else "".join(traceback.format_exception(error))[-_LONGEST_TEXT:]
            self._answer(
                what,
                lambda: self._swf.respond_activity_task_failed(
                    taskToken=token, reason=reason[:_LONGEST_REASON], details=details
                ),
            )
        else:
            log.info("%s: completed", what)
            self._answer(what, lambda: self._swf.respond_activity_task_completed(taskToken=token, result=result))

    def _perform(self, given: ActivityTaskTypeDef) -> str:
        name = given["activityType"]["name"]
        kind = ACTIVITIES.get(name)
        if kind is None:
            raise TemporaryFailure(f"the worker on {socket.gethostname()} has no activity {name}")
        text = json.loads(given["input"])
        task = Task(
            workflow_id=given["workflowExecution"]["workflowId"],
            run_id=given["workflowExecution"]["runId"],
            data=text["data"],
            session=text["session"],
            settings=self._settings,
        )
        with Heartbeat(self._swf, given["taskToken"], self._heartbeats.get(name, 60) / 3, task.abandoned):
            return json.dumps(dict(kind.perform()(task)), ensure_ascii=False)

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
    service = Service("worker")
    service.run(Worker(service, aws.swf(settings.region_of_swf), settings).turn)


if __name__ == "__main__":
    main()
