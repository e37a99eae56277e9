"""ArchiveArticle: the article as it was published, as one zip in the archive."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from bot.activity.task import Task, TemporaryFailure
from bot.provider.archive import archive_name, write_zip
from bot.provider.expanded import BUCKET, Expanded
from bot.provider.scratch import scratch
from bot.provider.storage import Stored


def perform(task: Task) -> Mapping[str, Any]:
    """Answers the name of the zip. The same files make the same zip, so that doing it twice changes nothing."""
    expanded, name = Expanded(task), archive_name(task)

    def opened(file: str) -> AbstractContextManager[Stored]:
        if task.abandoned.is_set():
            raise TemporaryFailure("It took too long; another worker does it")
        return expanded.storage.open(BUCKET, expanded.key(file))

    with scratch() as packed:
        write_zip(packed, expanded.names(), opened)
        packed.seek(0)
        expanded.storage.upload("archive_bucket", name, packed)
    return {"archive_zip": name}
