"""Executions of workflows: started once, whoever asks and however often."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bot.provider.environment import BotSettings
from bot.workflow.definition import DECISION_SECONDS, Workflow
from continuum.service import NotThere

if TYPE_CHECKING:
    from types_boto3_swf import SWFClient


class Executions:
    """The executions in the environment's SWF domain."""

    def __init__(self, swf: SWFClient, settings: BotSettings) -> None:
        self._swf = swf
        self._domain = settings.swf_domain
        self._task_list = settings.default_task_list

    def start(self, workflow: Workflow, workflow_id: str, data: Mapping[str, Any]) -> bool:
        """Starts an execution; False if one with this id is open already. `data` is its input.

        Raises NotThere while the domain or the type is not registered.
        """
        try:
            self._swf.start_workflow_execution(
                domain=self._domain,
                workflowId=workflow_id,
                workflowType={"name": workflow.name, "version": workflow.version},
                taskList={"name": self._task_list},
                input=json.dumps(data, default=dict),
                executionStartToCloseTimeout=str(workflow.seconds),
                taskStartToCloseTimeout=str(DECISION_SECONDS),
                childPolicy="TERMINATE",
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "WorkflowExecutionAlreadyStartedFault":
                return False
            if code == "UnknownResourceFault":
                raise not_registered(self._domain, error) from error
            raise
        return True

    def ended_since(self, workflow_id: str, since: datetime) -> bool:
        """Whether an execution with this id was started after `since` and has ended."""
        try:
            answer = self._swf.count_closed_workflow_executions(
                domain=self._domain, executionFilter={"workflowId": workflow_id}, startTimeFilter={"oldestDate": since}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "UnknownResourceFault":
                raise not_registered(self._domain, error) from error
            raise
        return answer["count"] > 0


def not_registered(domain: str, error: ClientError) -> NotThere:
    """What SWF's UnknownResourceFault means to somebody who has not run register.py yet."""
    said = error.response["Error"].get("Message", "")
    return NotThere(f"SWF does not know something of domain {domain} ({said}): run `python register.py`")
