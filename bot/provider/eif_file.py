"""The EIF of the article that a task is for, where it lies between the activities: in the EIF bucket."""

from __future__ import annotations

import json
from typing import Any

from bot.activity.task import PermanentFailure, Task, TemporaryFailure
from bot.provider.storage import Storage

_BUCKET = "eif_bucket"


def key(task: Task) -> str:
    """Where ConvertJATS puts it: `00353.1/<run>/elife-00353-v1.json`."""
    article = task.article
    name = f"elife-{article.article_id}-v{article.version}.json"
    return f"{article.article_id}.{article.version}/{article.run}/{name}"


def read(task: Task) -> dict[str, Any]:
    """The EIF at `eif_location`; raises PermanentFailure where there is none, or something else."""
    where = str(task.value("eif_location"))
    try:
        eif = json.loads(Storage.of(task.settings).get(_BUCKET, where))
    except ValueError:
        eif = None
    if not isinstance(eif, dict):
        raise PermanentFailure(f"{where} in the EIF bucket is no EIF: send the article's zip again")
    return eif


def write(task: Task, where: str, eif: dict[str, Any]) -> None:
    """Puts the EIF there; not if somebody else does this step by now, who may be further already."""
    if task.abandoned.is_set():
        raise TemporaryFailure("The step took too long and is done again")
    body = json.dumps(eif, ensure_ascii=False, indent=1).encode()
    Storage.of(task.settings).put(_BUCKET, where, body, "application/json")
