"""The projects: what projects/*.yaml says of them, checked whole, merged for an instance id.

projects = load()
bot = projects.project("elife-bot", "continuum-test")
bot.stack, bot.host, bot.aws.type
template(bot)                                          # JSON
"""

from builder.projects.load import Projects, load
from builder.projects.schema import Project, Repo

__all__ = ["Project", "Projects", "Repo", "load"]
