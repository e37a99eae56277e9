"""A stack's events as they happen, and what a failure means: which resource, why, and which line asked for it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from builder import cloud, report
from builder.errors import Failure
from builder.stacks import Stack, find

STACK = "AWS::CloudFormation::Stack"
# What CloudFormation says of resources that only suffered from another one's failure.
CONSEQUENCES = ("Resource creation cancelled", "Resource update cancelled", "The following resource(s) failed")
Explain = Callable[[str, str], str]


@dataclass(frozen=True)
class Event:
    """One event: the resource's logical id, type and status, CloudFormation's reason, when, and its own id."""

    id: str
    logical_id: str
    type: str
    status: str
    reason: str
    when: datetime

    @property
    def is_cause(self) -> bool:
        return self.status.endswith("_FAILED") and not self.reason.startswith(CONSEQUENCES)


def newest(stack_id: str) -> str | None:
    """The id of a stack's newest event: what `follow` is to start after."""
    return next((event.id for event in _events(stack_id)), None)


def follow(stack_id: str, title: str, explain: Explain | None = None, after: str | None = None) -> Stack:
    """Watch the operation under way on a stack until it ends, a line for each resource; the stack as it is then.

    With `after` (see `newest`) it waits for the operation to begin; without, it attaches to the one that has. Failure
    when it failed, was rolled back, or could not delete: with the resource that caused it, its reason, and what
    `explain(logical id, type)` says of where it comes from.
    """
    seen = {after} if after else set()
    begun = after is None
    started: dict[str, datetime] = {}
    causes: list[Event] = []
    state = f"{title} goes on in CloudFormation by itself."
    with report.goes_on(state), report.step(title) as step:
        pause = 0.1 if cloud.is_local() else 2.0
        while True:
            stack = find(stack_id)
            for event in _this_operation(stack_id, seen):
                begun = True
                _show(step, event, started)
                if event.is_cause:
                    causes.append(event)
            busy = [name for name in started if name != stack_id]
            step.note(", ".join(busy[:3]) + (f" and {len(busy) - 3} more" if len(busy) > 3 else ""))
            if stack is None or (begun and not stack.is_busy):
                break
            time.sleep(pause)
        if stack is None:
            raise Failure(f"{stack_id}: the stack is gone: somebody deleted it meanwhile")
        if causes or "ROLLBACK" in stack.status or stack.status.endswith("_FAILED"):
            raise Failure(_why(stack, causes, explain))
    return stack


def _this_operation(stack_id: str, seen: set[str]) -> list[Event]:
    """The new events of the operation under way, oldest first: back to the event with which it began."""
    found = []
    for event in _events(stack_id):
        if event.id in seen:
            break
        seen.add(event.id)
        found.append(event)
        if event.type == STACK and event.status in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
            break
    return found[::-1]


def _events(stack_id: str) -> Iterator[Event]:
    for page in cloud.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for said in page["StackEvents"]:
            yield _event(said)


def _event(said: dict[str, Any]) -> Event:
    return Event(
        said["EventId"],
        said["LogicalResourceId"],
        said["ResourceType"],
        said["ResourceStatus"],
        said.get("ResourceStatusReason", ""),
        said["Timestamp"],
    )


def _show(step: report.Step, event: Event, started: dict[str, datetime]) -> None:
    if event.type == STACK:
        if "ROLLBACK_IN_PROGRESS" in event.status:
            step.line("going back to what was before", "bad")
        return
    if event.status.endswith("_IN_PROGRESS"):
        started.setdefault(event.logical_id, event.when)
        return
    began = started.pop(event.logical_id, event.when)
    took = report.duration((event.when - began).total_seconds())
    failed = event.status.endswith("_FAILED")
    verb = event.status.rpartition("_")[0].replace("_", " ").lower()
    sign, style = ("✗", "bad") if failed else ("-", "quiet") if verb == "delete" else ("✓", "")
    # A failure's reason is told in the end, when it is known which one caused the others.
    step.line(f"{sign} {event.logical_id:24} {event.type.removeprefix('AWS::'):32} {took}", style)


def _why(stack: Stack, causes: list[Event], explain: Explain | None) -> str:
    lines = [f"{stack.name}: {stack.status}" + (f" ({stack.reason})" if stack.reason and not causes else "")]
    for cause in causes:
        what = cause.status.rpartition("_")[0].lower()
        lines.append(f"  {cause.logical_id} ({cause.type}), {what}: {_plain(cause.reason) or 'no reason given'}")
        origin = explain(cause.logical_id, cause.type) if explain else None
        if origin:
            lines.append(f"    it comes from {origin}")
    if stack.status == "ROLLBACK_COMPLETE":
        lines.append("Nothing of it is left. The next launch of the same name clears the stack's record away first.")
    elif stack.status == "UPDATE_ROLLBACK_COMPLETE":
        lines.append("The stack is again what it was before.")
    return "\n".join(lines)


def _plain(reason: str) -> str:
    """A reason without what CloudFormation wraps it in: its handler's name, and ids that only AWS's support can use."""
    inner = re.match(
        r'Resource handler returned message: "(.*?)(?: \(Service: .*)?" \(RequestToken: .*', reason, re.DOTALL
    )
    return inner[1] if inner else reason
