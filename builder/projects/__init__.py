"""The projects: what projects/*.yaml says of them, checked whole, merged for an instance id.

projects = load()                                        # UsageError with every mistake in every file
bot = projects.project("elife-bot", "continuum-test")    # frozen, merged
bot.stack, bot.host, bot.prefix, bot.aws.type
template(bot)                                            # JSON
"""

from builder.projects.load import Projects, load
from builder.projects.schema import Project, Repo
from builder.projects.show import derived, listed, settings, template

__all__ = ["Project", "Projects", "Repo", "derived", "listed", "load", "settings", "template"]
