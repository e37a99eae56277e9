"""ResizeImages: each picture of the article is on the CDN in every size that the website shows. A task a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import Task, TemporaryFailure
from bot.provider.converter import made
from bot.provider.expanded import BUCKET, Expanded
from bot.provider.media import PUBLIC, Shown, content_type
from bot.provider.pictures import sizes, stem
from bot.provider.scratch import scratch

_CDN = "ppp_cdn_bucket"


def perform(task: Task) -> Mapping[str, Any]:
    """Converts the picture that the task's part names; when all parts are done there is nothing left to do."""
    if task.part is not None:
        _convert(task, task.part)
    return {}


def _convert(task: Task, name: str) -> None:
    expanded = Expanded(task)
    with scratch() as picture:
        expanded.storage.download(BUCKET, expanded.key(name), picture)
        for size, content in made(picture, name, sizes(name)):
            if task.abandoned.is_set():
                raise TemporaryFailure("It took too long; another worker does it")
            key = f"{expanded.article.article_id}/{stem(name)}{size.suffix}"
            expanded.storage.put(_CDN, key, content, Shown(content_type(key), cache_control=PUBLIC))
