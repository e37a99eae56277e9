"""PreparePostEIF ("Post EIF"): the website gets the article, to publish it at once or when an editor approves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import Task
from bot.provider import dashboard, eif_file
from bot.provider.follow_up import FollowUp
from bot.provider.website import Website

# For how long one try asks a website that is busy with another article, before it makes way for other work.
_PATIENCE_SECONDS = 15


def perform(task: Task) -> Mapping[str, Any]:
    """Answers `published`."""
    eif = eif_file.read(task)
    website = Website.of(task.settings)
    website.post(eif, _PATIENCE_SECONDS, task.abandoned, again=task.attempt > 1)
    follow_up = FollowUp.of(task)
    if eif["publish"]:
        # Posted as published, it is published; but somebody may have withdrawn the very same EIF since it was posted.
        answer = website.publish(str(eif["article-version-id"]))
        follow_up.updated(answer).send(task)
        return {"published": True}
    told = dashboard.of(task)
    # In this order: an article that is ready can be approved, also if this process dies between the two.
    told.property("_publication-data", follow_up.encode())
    told.property("publication-status", "ready to publish")
    return {"published": False}
