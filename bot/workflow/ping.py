"""Ping: does nothing, through everything. That it completes shows that queue, starter, decider and worker are well."""

from bot.workflow.definition import Activity, Workflow

PING_WORKER = Activity("PingWorker", seconds=60, heartbeat_seconds=15)

PING = Workflow(
    name="Ping",
    version="1",
    description="Shows that the bot is well",
    steps=(PING_WORKER,),
    seconds=15 * 60,
    reports=False,
)
