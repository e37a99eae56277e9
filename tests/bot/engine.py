"""A bot whose activities do next to nothing: what the engine does with them is all there is."""

from __future__ import annotations

import json
from typing import Any

from bot.activity import ACTIVITIES, Kind

FILE = {
    "event_name": "ObjectCreated:Put",
    "event_time": "2016-05-28T15:00:00.000000Z",
    "bucket_name": "ct-elife-production-final",
    "file_name": "elife-00353-vor-v1-20121213000000.zip",
    "file_etag": "e7f6",
    "file_size": 1097506,
}

_TOP = """
import os, time
from pathlib import Path
from bot.activity.task import Article, PermanentFailure, TemporaryFailure
from bot.provider import dashboard

HERE = Path(__file__).parent.parent

"""
_NOTHING = "def perform(task):\n    return {}\n"
_EXPAND = """
def identify(task):
    task.data["bucket_name"]
    return Article(task.data["file_name"].split("-")[1], 1, task.run)

def perform(task):
    return {"article_id": task.data["file_name"].split("-")[1], "version": 1, "run": task.run}
"""
_NUMBER = "def perform(task):\n    return {'images': [f'{n}.tif' for n in range(4)]}\n"
_STATUS = """
def perform(task):
    dashboard.of(task).property("publication-status", "publication in progress")
    return {"publish": task.force}
"""


def install(bot: Any, **modules: str) -> None:
    """Puts activities into an unpacked bot: those given, by the names of their modules, the others harmless."""
    texts = {"expand_article": _EXPAND, "apply_version_number": _NUMBER, "set_publication_status": _STATUS} | modules
    for kind in ACTIVITIES.values():
        name = kind.module.rpartition(".")[2]
        if kind.doing or name in modules:
            (bot.folder / "activity" / f"{name}.py").write_text(_TOP + texts.get(name, _NOTHING))
    bot.make_queues()
    assert bot.run("register.py").returncode == 0


def module(name: str) -> str:
    return Kind(name, "").module.rpartition(".")[2]


def sent(bot: Any) -> list[Any]:
    """What the dashboard has been sent since it was asked last."""
    return [json.loads(message["Body"]) for message in bot.take("event-property-incoming-queue")]


def told(bot: Any) -> list[Any]:
    """The same as the dashboard counts it: each id once."""
    return list({message["message_id"]: message for message in sent(bot)}.values())


def by_hand(bot: Any, workflow: str, data: Any, workflow_id: str = "by hand") -> None:
    bot.swf.start_workflow_execution(
        domain=bot.domain,
        workflowId=workflow_id,
        workflowType={"name": workflow, "version": "1"},
        input=data if isinstance(data, str) else json.dumps(data),
    )
