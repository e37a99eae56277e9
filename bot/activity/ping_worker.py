"""PingWorker: answers. First in every workflow, so that nothing begins before a worker is there."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any

from bot.activity.task import Task


def perform(task: Task) -> Mapping[str, Any]:
    """Answers which machine did it."""
    return {"pinged": socket.gethostname()}
