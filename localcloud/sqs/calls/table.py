"""The table of SQS's actions: each a function of a change and a request, registered under the action's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from localcloud.sqs.queues import Queue, by_url
from localcloud.sqs.store import Change


@dataclass(frozen=True)
class Request:
    """What a caller asks: `base` is what stands before a queue's name in URLs, `sender` the caller's user id."""

    asked: dict[str, Any]
    base: str
    sender: str

    def url(self, name: str) -> str:
        return self.base + name

    def queue(self, change: Change) -> Queue:
        return by_url(change, self.asked["QueueUrl"])


Call = Callable[[Change, Request], dict[str, Any] | None]
CALLS: dict[str, Call] = {}


def call(function: Call) -> Call:
    """Answer an action by this function: `create_queue` answers CreateQueue. None is an empty answer."""
    CALLS["".join(word.capitalize() for word in function.__name__.split("_"))] = function
    return function
