"""Starts the workflows that run periodically. To be run every five minutes; several machines may do so at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from bot.command_line import start
from bot.provider.executions import Executions
from bot.workflow import PERIODIC, WORKFLOWS
from continuum import aws
from continuum.service import NotThere


def start_due(executions: Executions, now: datetime) -> Iterator[str]:
    """Starts what is due and yields a line for each. One execution a period, whoever comes first."""
    for name, period in PERIODIC.items():
        since = datetime.fromtimestamp(now.timestamp() // period * period, UTC)
        workflow_id = f"{name}_cron_{since:%Y%m%dT%H%M%SZ}"
        if executions.ended_since(workflow_id, since):
            continue
        if executions.start(WORKFLOWS[name], workflow_id, {}):
            yield f"{workflow_id}: started"


def main() -> None:
    settings = start("cron", __doc__)
    try:
        for line in start_due(Executions(aws.swf(settings.region_of_swf), settings), datetime.now(UTC)):
            print(line)
    except (ClientError, BotoCoreError, NotThere) as error:
        print(f"cron.py: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
