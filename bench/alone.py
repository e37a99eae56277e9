"""The activities of an article in one process, without queues and SWF: what bench.pipeline compares the bot with.

python -m bench.alone FOLDER_OF_THE_BOT ZIP [ZIP …]     prints the CPU seconds that they took, its children's too
"""

from __future__ import annotations

import resource
import runpy
import sys
import uuid
from pathlib import Path
from typing import Any

from bot.activity import ACTIVITIES
from bot.activity.task import Task, Values
from bot.provider.environment import BotSettings
from bot.workflow import WORKFLOWS
from continuum.settings import read


def main() -> None:
    settings = read(BotSettings, runpy.run_path(str(Path(sys.argv[1]) / "settings.py"))["continuum"])
    began = _seconds()
    for name in sys.argv[2:]:
        _publish(settings, name)
    print(_seconds() - began)


def _publish(settings: BotSettings, name: str) -> None:
    """All steps of PublishPerfectArticle, one after another."""
    data = {
        "bucket_name": settings.bucket("production_bucket"),
        "file_name": name,
        "event_time": "2016-05-28T15:00:00Z",
    }
    run_id = uuid.uuid4().hex
    session: dict[str, Any] = {}
    for step in WORKFLOWS["PublishPerfectArticle"].steps:
        perform = ACTIVITIES[step.name].perform()
        for part in [*(session[step.each] if step.each else []), None]:
            task = Task(name, run_id, Values(data), Values(session), settings, step.name, part=part)
            answer = perform(task)
        session |= answer


def _seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
