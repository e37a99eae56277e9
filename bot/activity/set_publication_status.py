"""SetPublicationStatus: decides whether the article is published at once or waits for an editor's approval."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bot import publication
from bot.activity.task import Task, TemporaryFailure
from bot.provider import dashboard, eif_file
from bot.provider.lax import Lax
from continuum.settings import SettingsError

log = logging.getLogger(__name__)


def perform(task: Task) -> Mapping[str, Any]:
    """Answers `publish`, which the EIF says from now on as well."""
    eif = eif_file.read(task)
    publish = task.force or _rules(task).publishes(eif)
    log.info("%s: %s", eif["article-version-id"], "published at once" if publish else "waits for approval")
    eif |= {"publish": publish} | ({"force": True} if task.force else {})
    if "pub-date" not in eif:
        eif |= _first_published(task)
    eif_file.write(task, str(task.value("eif_location")), eif)
    dashboard.of(task).property("publication-status", "publication in progress")
    return {"publish": publish}


def _rules(task: Task) -> publication.PublicationSettings:
    try:
        return publication.load(task.settings)
    except SettingsError as error:  # the workers checked it when they started: somebody is changing it
        raise TemporaryFailure(f"Whether to publish at once is not known: {error}") from error


def _first_published(task: Task) -> dict[str, str]:
    """The date in lax, for an article whose XML has none (an accepted manuscript) and that was published before."""
    date = Lax.of(task.settings).publication_date(task.article.article_id)
    return {"pub-date": date} if date else {}
