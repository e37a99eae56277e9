"""Turns S3's notifications into starter messages, by the rules of new_file_workflows.yaml."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence

from bot.command_line import WRONG_USE, start
from bot.provider.environment import BotSettings
from bot.workflow.rules import RULES, Rule, load
from continuum import aws
from continuum.messages import MessageError
from continuum.messages.s3 import ObjectEvent, parse
from continuum.messages.starter import UNLESS_SINCE, ArticleData, StartWorkflow
from continuum.queues import Message, Queue, SetAside, consume
from continuum.service import Service
from continuum.settings import SettingsError

log = logging.getLogger(__name__)


class QueueWorker:
    """Handles the messages of the S3 monitor queue."""

    def __init__(self, incoming: Queue, starter: Queue, rules: Sequence[Rule], settings: BotSettings) -> None:
        self._incoming = incoming
        self._starter = starter
        self._rules = rules
        self._settings = settings

    def handle(self, message: Message) -> None:
        """Sends a starter message for each event; raises SetAside where the message can't be read.

        Of a message with several events, those that no rule fits are set aside one by one, as messages of their own.
        """
        try:
            events = parse(message.body)
        except MessageError as error:
            raise SetAside(str(error)) from error
        if not events:
            log.info("S3's test event: dropped")
            return
        unfit = [number for number, event in enumerate(events) if not self._start(event)]
        if len(unfit) == len(events) == 1:
            raise SetAside(_no_rule(events[0]))
        for number in unfit:
            record = json.loads(message.body)["Records"][number]
            self._incoming.set_aside(json.dumps({"Records": [record]}), _no_rule(events[number]))

    def _start(self, event: ObjectEvent) -> bool:
        rule = next((rule for rule in self._rules if rule.fits(event, self._settings)), None)
        if rule is None:
            return False
        # S3 and SQS may tell of one upload twice, and long after. The body says nothing of that: it is a feeder's, too.
        asked = StartWorkflow(rule.workflow, ArticleData.of(event).values())
        self._starter.send(asked.body(), {UNLESS_SINCE: event.event_time})
        log.info("%s/%s: %s asked for", event.bucket, event.key, rule.workflow)
        return True


def _no_rule(event: ObjectEvent) -> str:
    return f"no rule of {RULES.name} fits {event.event_name} of {event.bucket}/{event.key}"


def main() -> None:
    settings = start("queue_worker", __doc__)
    try:
        rules = load(RULES, settings)
    except SettingsError as error:
        print(f"queue_worker.py: {error}", file=sys.stderr)
        raise SystemExit(WRONG_USE) from None
    service = Service("queue_worker")
    sqs = aws.sqs(settings.sqs_region)
    incoming = Queue(sqs, settings.S3_monitor_queue)
    worker = QueueWorker(incoming, Queue(sqs, settings.workflow_starter_queue), rules, settings)
    service.run(lambda: consume(service, incoming, worker.handle))


if __name__ == "__main__":
    main()
