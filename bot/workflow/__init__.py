"""The workflows of the bot. A new one: a module here that defines it, and its name in WORKFLOWS."""

from bot.workflow.definition import Activity
from bot.workflow.ping import PING

WORKFLOWS = {workflow.name: workflow for workflow in (PING,)}

# Other names that messages use, of the time before.
ALIASES = {"InitialArticleZip": "PublishPerfectArticle", "ArticleZip": "PublishPerfectArticle"}

# What starts by itself: workflow -> seconds from one start to the next.
PERIODIC = {PING.name: 15 * 60}


def activities() -> list[Activity]:
    """Every activity that a workflow uses, once."""
    return list(dict.fromkeys(step for workflow in WORKFLOWS.values() for step in workflow.steps))
