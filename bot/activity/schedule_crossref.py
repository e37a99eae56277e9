"""ScheduleCrossref: the article's XML waits in the outbox for Crossref, so that its DOI is registered early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import Task
from bot.provider.expanded import BUCKET, Expanded


def perform(task: Task) -> Mapping[str, Any]:
    """Puts the XML into the outbox, by its own name: each version once, however often this is done."""
    expanded = Expanded(task)
    expanded.storage.copy((BUCKET, expanded.key(expanded.xml)), ("xml_bucket", f"crossref/outbox/{expanded.xml}"))
    return {}
