"""Decisions that the decider may not make: SWF checks each like a call (page "IAM policies for Amazon SWF")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from localcloud.swf.validation import model

if TYPE_CHECKING:
    from localcloud.swf.decisions import Turn

MAY = "localcloud.may_decide"
"""In WSGI's `environ`, where rights are asked for: (decision) -> whether the caller may decide so."""
FORBIDDEN = "forbidden decisions"  # what a request is given to carry them: no member of its is named so


def judged(asked: dict[str, Any], environ: Mapping[str, Any]) -> dict[str, Any]:
    """An answered decision task with the numbers of those decisions that its caller may not make."""
    may: Callable[[Mapping[str, Any]], bool] | None = environ.get(MAY)
    if may is None:
        return asked
    decisions = asked.get("decisions") or []
    return {**asked, FORBIDDEN: frozenset(number for number, each in enumerate(decisions) if not may(each))}


def refuse(turn: Turn, decision_type: str, attributes: Mapping[str, Any]) -> None:
    """Let a decision fail: OPERATION_NOT_PERMITTED, and with it what its event tells of the decision."""
    event = f"{decision_type}Failed"
    members = _members(event)
    told = {name: value for name, value in attributes.items() if name in members}
    if "initiatedEventId" in members:
        told["initiatedEventId"] = 0
    turn.refuse(event, "OPERATION_NOT_PERMITTED", **told)


@cache
def _members(event: str) -> frozenset[str]:
    found: Any = model().shape_for(f"{event}EventAttributes")
    return frozenset(found.members)
