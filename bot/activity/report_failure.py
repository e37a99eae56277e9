"""ReportFailure: tells the dashboard, in the words of the step that was given up, that an article needs an editor."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.activity import title
from bot.activity.task import Article, PermanentFailure, Task, version_of
from bot.provider import dashboard

_NAMED = re.compile(r"elife-(\d{5,})", re.ASCII)


def perform(task: Task) -> Mapping[str, Any]:
    """Sends one error event and the publication status."""
    failed = task.session["failed"]
    told = dashboard.of(task, _article(task, failed.get("article")))
    told.event(title(failed["activity"]), "error", failed["message"])
    told.property("publication-status", "error")
    return {}


def _article(task: Task, identified: Mapping[str, Any] | None) -> Article:
    """The article as the session knows it, or the step that failed found out; else what the zip's name says of it."""
    if identified:
        return Article(**identified)
    try:
        return task.article
    except PermanentFailure:
        return Article(_id(task), _version(task), task.article_run)


def _id(task: Task) -> str:
    for name in ("article_id", "file_name"):
        given = str(task.data.get(name) or "")
        if named := _NAMED.search(given):
            return named[1]
        if given:
            return given.rpartition("/")[2]
    return task.workflow_id


def _version(task: Task) -> int:
    """The version, 0 where it is not known: that is where the dashboard keeps what belongs to the whole article."""
    try:
        return version_of(task.data.get("version"))
    except PermanentFailure:
        named = re.search(r"-v(\d+)[-.]", str(task.data.get("file_name")), re.ASCII)
        return int(named[1]) if named else 0
