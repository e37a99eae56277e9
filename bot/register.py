"""Registers in SWF what the bot needs: domain, workflow types, activity types. Run it as often as you like."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from bot.command_line import start
from bot.provider.environment import BotSettings
from bot.workflow import WORKFLOWS, activities
from bot.workflow.definition import DECISION_SECONDS, Activity, Workflow
from continuum import aws

if TYPE_CHECKING:
    from types_boto3_swf import SWFClient

_DAYS_KEPT = "30"


def register(swf: SWFClient, settings: BotSettings) -> Iterator[str]:
    """Registers everything, and yields a line for each: what it is, and whether it is new. Raises what AWS refuses."""
    domain, tasks = settings.swf_domain, settings.default_task_list
    yield _ensure(
        f"domain {domain}",
        lambda: swf.register_domain(
            name=domain, description="eLife Continuum", workflowExecutionRetentionPeriodInDays=_DAYS_KEPT
        ),
        lambda: swf.undeprecate_domain(name=domain),
    )
    for workflow in WORKFLOWS.values():
        yield _workflow(swf, domain, workflow, tasks)
    for activity in activities():
        yield _activity(swf, domain, activity, tasks)


def _workflow(swf: SWFClient, domain: str, workflow: Workflow, task_list: str) -> str:
    # Every default is given, so that an execution started by hand, with nothing but its input, runs like any other.
    return _ensure(
        f"workflow {workflow.name} {workflow.version}",
        lambda: swf.register_workflow_type(
            domain=domain,
            name=workflow.name,
            version=workflow.version,
            description=workflow.description,
            defaultExecutionStartToCloseTimeout=str(workflow.seconds),
            defaultTaskStartToCloseTimeout=str(DECISION_SECONDS),
            defaultTaskList={"name": task_list},
            defaultChildPolicy="TERMINATE",
        ),
        lambda: swf.undeprecate_workflow_type(
            domain=domain, workflowType={"name": workflow.name, "version": workflow.version}
        ),
    )


def _activity(swf: SWFClient, domain: str, activity: Activity, task_list: str) -> str:
    return _ensure(
        f"activity {activity.name} {activity.version}",
        lambda: swf.register_activity_type(
            domain=domain,
            name=activity.name,
            version=activity.version,
            defaultTaskList={"name": task_list},
            defaultTaskStartToCloseTimeout=str(activity.seconds),
            defaultTaskHeartbeatTimeout=str(activity.heartbeat_seconds),
            defaultTaskScheduleToStartTimeout="NONE",
            defaultTaskScheduleToCloseTimeout="NONE",
        ),
        lambda: swf.undeprecate_activity_type(
            domain=domain, activityType={"name": activity.name, "version": activity.version}
        ),
    )


def _ensure(what: str, make: Callable[[], object], revive: Callable[[], object]) -> str:
    try:
        make()
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("DomainAlreadyExistsFault", "TypeAlreadyExistsFault"):
            raise
    else:
        return f"{what}: registered"
    try:
        revive()
    except ClientError as error:
        # These say that it is not deprecated: the usual case.
        if error.response["Error"]["Code"] not in ("DomainAlreadyExistsFault", "TypeAlreadyExistsFault"):
            raise
        return f"{what}: there already"
    return f"{what}: was deprecated, in use again"


def main() -> None:
    settings = start("register", __doc__, log_file=False)
    try:
        for line in register(aws.swf(settings.region_of_swf), settings):
            print(line)
    except (ClientError, BotoCoreError) as error:
        print(f"register.py: not everything is registered: {error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
