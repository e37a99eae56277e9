"""ScheduleDownstream: what is published waits in the outboxes for PubMed, Crossref and PMC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import Task
from bot.provider.archive import archive_name
from bot.provider.expanded import BUCKET, Expanded

_OUTBOXES = "xml_bucket"


def perform(task: Task) -> Mapping[str, Any]:
    """PubMed and Crossref get the XML, PMC the whole article as it was archived."""
    expanded = Expanded(task)
    xml = (BUCKET, expanded.key(expanded.xml))
    for outbox in ("pubmed", "crossref"):
        expanded.storage.copy(xml, (_OUTBOXES, f"{outbox}/outbox/{expanded.xml}"))
    archive = archive_name(task)
    expanded.storage.copy(("archive_bucket", archive), (_OUTBOXES, f"pmc/outbox/{archive}"))
    return {}
