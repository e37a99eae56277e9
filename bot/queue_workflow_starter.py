"""Starts the workflows that the messages of the workflow starter queue ask for."""

from __future__ import annotations

import hashlib
import logging
import re
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from bot.command_line import start
from bot.provider.executions import Executions
from bot.workflow import ALIASES, WORKFLOWS
from continuum import aws
from continuum.messages import MessageError
from continuum.messages.starter import StartWorkflow
from continuum.queues import Message, Queue, SetAside, consume
from continuum.service import Service

# SWF refuses a request for what is in it, and always will: names, lengths, a type that was deprecated.
_NEVER = ("ValidationException", "TypeDeprecatedFault", "DefaultUndefinedFault")

log = logging.getLogger(__name__)


class Starter:
    """Handles the messages of the workflow starter queue."""

    def __init__(self, executions: Executions) -> None:
        self._executions = executions

    def handle(self, message: Message) -> None:
        """Starts the execution asked for, once; raises SetAside where nobody ever can."""
        try:
            asked = StartWorkflow.parse(message.body)
        except MessageError as error:
            raise SetAside(str(error)) from error
        workflow = WORKFLOWS.get(ALIASES.get(asked.workflow_name, asked.workflow_name))
        if workflow is None:
            raise SetAside(f"no workflow {asked.workflow_name} here; there are: {', '.join(sorted(WORKFLOWS))}")
        workflow_id = execution_id(workflow.name, asked, message.id)
        # Taken before, then: was it started, and the process killed before the message was deleted?
        sent = datetime.fromtimestamp(message.sent, UTC)
        if message.receives > 1 and self._executions.ended_since(workflow_id, sent):
            log.info("%s: was started before and has ended", workflow_id)
            return
        try:
            started = self._executions.start(workflow, workflow_id, asked.workflow_data)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NEVER:
                raise SetAside(f"SWF refuses it: {error}") from error
            raise
        log.info("%s: %s", workflow_id, "started" if started else "is running already")


def execution_id(workflow_name: str, asked: StartWorkflow, message_id: str) -> str:
    """The id of the execution for a message: the same for the same version of the same file, however often it is sent.

    A message without a file has an id of its own, that of the message in the queue.
    """
    data = asked.workflow_data
    identity = [str(data[key]) for key in ("bucket_name", "file_name", "file_etag") if data.get(key)]
    if len(identity) < 3:
        return f"{workflow_name}_{message_id}"
    digest = hashlib.sha256("\0".join(identity).encode()).hexdigest()[:12]
    # SWF refuses : / | and control characters; the digest keeps apart what this makes alike.
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", identity[1])[:100]
    return f"{workflow_name}_{readable}_{digest}"


def main() -> None:
    settings = start("queue_workflow_starter", __doc__)
    service = Service("queue_workflow_starter")
    queue = Queue(aws.sqs(settings.sqs_region), settings.workflow_starter_queue)
    starter = Starter(Executions(aws.swf(settings.region_of_swf), settings))
    service.run(lambda: consume(service, queue, starter.handle, settings.workflow_starter_queue_message_count))


if __name__ == "__main__":
    main()
