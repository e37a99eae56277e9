"""The activities of the bot, by the names that workflows use. A new one: a module here, and its name below."""

from collections.abc import Mapping

from bot.activity import ping_worker
from bot.activity.task import Perform

ACTIVITIES: Mapping[str, Perform] = {
    "PingWorker": ping_worker.perform,
}
