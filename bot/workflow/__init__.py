"""The workflows of the bot. A new one: a module here that defines it, and its name in WORKFLOWS."""

from bot.workflow.definition import REPORT_FAILURE, Activity
from bot.workflow.ping import PING
from bot.workflow.publish import APPROVE, POST, PUBLISH, SILENT

WORKFLOWS = {workflow.name: workflow for workflow in (PING, PUBLISH, APPROVE, POST, SILENT)}

# Other names that messages use, of the time before.
ALIASES = {"InitialArticleZip": "PublishPerfectArticle", "ArticleZip": "PublishPerfectArticle"}

# What starts by itself: workflow -> seconds from one start to the next.
PERIODIC = {PING.name: 15 * 60}


def activities() -> list[Activity]:
    """Every activity that a workflow uses, once."""
    steps = (step for workflow in WORKFLOWS.values() for step in workflow.steps)
    return list(dict.fromkeys((*steps, REPORT_FAILURE)))
