"""Decides what the executions of the bot's workflows do next."""

from __future__ import annotations

import logging
import os
import socket
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bot.command_line import start
from bot.provider.environment import BotSettings
from bot.provider.executions import not_registered
from bot.workflow import WORKFLOWS
from bot.workflow.decide import decide
from bot.workflow.history import read
from continuum import aws
from continuum.service import Service

if TYPE_CHECKING:
    from types_boto3_swf import SWFClient
    from types_boto3_swf.type_defs import DecisionTaskTypeDef

log = logging.getLogger(__name__)


class Decider:
    """Takes decision tasks of one domain and answers them."""

    def __init__(self, service: Service, swf: SWFClient, settings: BotSettings) -> None:
        self._service = service
        self._swf = swf
        self._domain = settings.swf_domain
        self._task_list = settings.default_task_list

    def turn(self) -> None:
        """Waits for a decision task, and answers it."""
        with self._service.interruptible():
            pages = self._poll()
        task = pages[0]
        if not task.get("taskToken"):
            return
        workflow = WORKFLOWS.get(task["workflowType"]["name"])
        if workflow is None:
            # Not answered: after DECISION_SECONDS SWF gives it out again, perhaps to a decider with newer code.
            log.error("%s: no workflow %s here", task["workflowExecution"]["workflowId"], task["workflowType"]["name"])
            return
        decisions = decide(workflow, read(event for page in pages for event in page["events"]), self._task_list)
        try:
            self._service.persist(
                lambda: self._swf.respond_decision_task_completed(taskToken=task["taskToken"], decisions=decisions)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "UnknownResourceFault":
                raise
            log.warning("%s: decided too late, or it has ended", task["workflowExecution"]["workflowId"])
            return
        for decision in decisions:
            log.info("%s: %s", task["workflowExecution"]["workflowId"], decision["decisionType"])

    def _poll(self) -> list[DecisionTaskTypeDef]:
        """The next task with its whole history (SWF gives 1,000 events a page); after 60 s one page without a task."""
        pages = self._swf.get_paginator("poll_for_decision_task").paginate(
            domain=self._domain,
            taskList={"name": self._task_list},
            identity=f"{socket.gethostname()}:{os.getpid()}",
        )
        try:
            return list(pages)
        except ClientError as error:
            if error.response["Error"]["Code"] == "UnknownResourceFault":
                raise not_registered(self._domain, error) from error
            raise


def main() -> None:
    settings = start("decider", __doc__)
    service = Service("decider")
    service.run(Decider(service, aws.swf(settings.region_of_swf), settings).turn)


if __name__ == "__main__":
    main()
