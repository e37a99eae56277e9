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
from continuum.messages.starter import UNLESS_SINCE, StartWorkflow
from continuum.queues import Message, Queue, SetAside, consume
from continuum.service import Service

# What makes two messages mean the same.
_FILE = ("bucket_name", "file_name", "file_etag")
_RUN = ("article_id", "version", "run")

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
        since = _served_since(message)
        if since and self._executions.ended_since(workflow_id, since):
            log.info("%s: was started before and has ended", workflow_id)
            return
        try:
            started = self._executions.start(workflow, workflow_id, asked.workflow_data)
        except ClientError as error:
            if error.response["Error"]["Code"] in _NEVER:
                raise SetAside(f"SWF refuses it: {error}") from error
            raise
        log.info("%s: %s", workflow_id, "started" if started else "is running already")


def _served_since(message: Message) -> datetime | None:
    """From when on an execution that has ended was this very message's; None where there can't be one."""
    if UNLESS_SINCE in message.attributes:
        try:
            since = datetime.fromisoformat(message.attributes[UNLESS_SINCE])
            return since if since.tzinfo else since.replace(tzinfo=UTC)
        except ValueError:
            log.warning("message %s: %s is no time", message.id, message.attributes[UNLESS_SINCE])
    # Taken before, then: was it started, and the process killed before the message was deleted?
    return datetime.fromtimestamp(message.sent, UTC) if message.receives > 1 else None


def execution_id(workflow_name: str, asked: StartWorkflow, message_id: str) -> str:
    """The id of the execution for a message: the same for the same file, and for the same run of an article's version.

    A message that has neither gets an id of its own, that of the message in the queue.
    """
    data = asked.workflow_data
    for names, shown in ((_FILE, "{file_name}"), (_RUN, "{article_id}.{version}_{run}")):
        values = {name: str(data[name]) for name in names if data.get(name)}
        if len(values) == len(names):
            digest = hashlib.sha256("\0".join(values.values()).encode()).hexdigest()[:12]
            # SWF refuses : / | and control characters; the digest keeps apart what this makes alike.
            readable = re.sub(r"[^A-Za-z0-9._-]+", "-", shown.format_map(values))[:100]
            return f"{workflow_name}_{readable}_{digest}"
    return f"{workflow_name}_{message_id}"


def main() -> None:
    settings = start("queue_workflow_starter", __doc__)
    service = Service("queue_workflow_starter")
    queue = Queue(aws.sqs(settings.sqs_region), settings.workflow_starter_queue)
    starter = Starter(Executions(aws.swf(settings.region_of_swf), settings))
    service.run(lambda: consume(service, queue, starter.handle, settings.workflow_starter_queue_message_count))


if __name__ == "__main__":
    main()
