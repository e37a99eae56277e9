"""RewriteEIF: from now on the EIF says that the article is published, and when it was updated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import PermanentFailure, Task
from bot.provider import eif_file
from continuum.dates import DateError, instant, written


def perform(task: Task) -> Mapping[str, Any]:
    """Answers the EIF's `update_date`."""
    eif = eif_file.read(task)
    try:
        date = written(instant(str(task.value("update_date"))))
    except DateError as error:
        raise PermanentFailure(f"The update_date can't be read: {error}") from error
    eif_file.write(task, str(task.value("eif_location")), eif | {"publish": True, "update": date})
    return {"update_date": date}
