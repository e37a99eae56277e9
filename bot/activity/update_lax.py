"""UpdateLAX: lax learns of the published version; the dashboard shows it as published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import Task
from bot.provider import dashboard, eif_file
from bot.provider.lax import Lax


def perform(task: Task) -> Mapping[str, Any]:
    """Answers nothing."""
    eif = eif_file.read(task)
    Lax.of(task.settings).update(eif)
    told = dashboard.of(task)
    if "pub-date" in eif:
        told.property("publication-date", str(eif["pub-date"]))
    told.property("publication-status", "published")
    return {}
