"""Why a try failed, as it travels from the worker through SWF to the decider, and on to the dashboard."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bot.workflow.limits import LONGEST_REASON

# In front of the reason of a failed activity that no further try will cure.
PERMANENT = "permanent: "
# What an editor reads of it; the log has the rest.
_LONGEST_MESSAGE = 2000
# Both together, with every character escaped, are shorter than what SWF takes.
_LONGEST_TRACE = 8000


@dataclass(frozen=True)
class Failure:
    """What went wrong, in words; `article` is what the try found out about which article it was for."""

    message: str
    permanent: bool = False
    article: Mapping[str, Any] | None = None
    trace: str = ""

    def reason(self) -> str:
        """SWF's reason: short, for whoever reads the execution's history."""
        return ((PERMANENT if self.permanent else "") + _printable(self.message))[:LONGEST_REASON]

    def details(self) -> str:
        """SWF's details: all of it, as JSON."""
        told = {"message": _printable(self.message)[:_LONGEST_MESSAGE], "article": self.article}
        return json.dumps({**told, "trace": _printable(self.trace)[-_LONGEST_TRACE:]}, ensure_ascii=False)

    @classmethod
    def read(cls, reason: str, details: str) -> Self:
        """The failure that a try ended with; SWF's own reasons have no details of ours."""
        message = reason.removeprefix(PERMANENT)
        article = None
        try:
            told = json.loads(details)
        except ValueError:
            told = None
        if isinstance(told, dict):
            message = str(told.get("message") or message)
            article = told.get("article") if isinstance(told.get("article"), dict) else None
        return cls(message, reason.startswith(PERMANENT), article)


def _printable(text: str) -> str:
    """Without what SWF or SQS refuse in a text: control characters and halves of characters."""
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)
