"""DepositAssets: the article's files are where readers find them, to be shown and to be downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from bot.activity.task import Task
from bot.provider.expanded import BUCKET, Expanded
from bot.provider.media import PUBLIC, Shown, content_type
from bot.provider.side_by_side import each

_CDN = "ppp_cdn_bucket"
_XML = "xml_bucket"


def perform(task: Task) -> Mapping[str, Any]:
    """Every file goes to the CDN, under its name and as `<name>-download.<ext>`; the XML also to the XML bucket.

    The copies are made within S3.
    """
    expanded = Expanded(task)
    article_id = expanded.article.article_id

    def deposit(name: str) -> None:
        kind = content_type(name)
        path = PurePosixPath(name)
        download = f"{path.stem}-download{path.suffix}"
        copy = expanded.storage.copy
        origin = (BUCKET, expanded.key(name))
        copy(origin, (_CDN, f"{article_id}/{name}"), Shown(kind, cache_control=PUBLIC))
        copy(origin, (_CDN, f"{article_id}/{download}"), Shown(kind, saved_as=name, cache_control=PUBLIC))
        if name == expanded.xml:
            copy(origin, (_XML, f"{article_id}/{name}"), Shown(kind))

    each(task, deposit, expanded.names())
    return {}
