"""ApprovePublication: an editor has approved the preview; the website publishes it, and the rest follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import Task
from bot.provider import dashboard
from bot.provider.follow_up import FollowUp
from bot.provider.website import Website


def perform(task: Task) -> Mapping[str, Any]:
    """Answers `update_date`, as the website gave it."""
    article = task.article
    follow_up = FollowUp.decode(task.data["publication_data"], article)
    dashboard.of(task).property("publication-status", "publish requested")
    answer = Website.of(task.settings).publish(f"{article.article_id}.{article.version}")
    follow_up = follow_up.updated(answer)
    follow_up.send(task)
    return {"update_date": follow_up.data["update_date"]}
