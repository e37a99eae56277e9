"""Amazon SWF: the resource is the domain, as "Access control in Amazon SWF" has it; a task's token knows its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.access.policy import Ask
from localcloud.access.requests.call import Call
from localcloud.home import ACCOUNT, REGION
from localcloud.protocol import Fault
from localcloud.swf import pages

DOMAINS = f"arn:aws:swf:{REGION}:{ACCOUNT}:/domain/"
BY_NAME = frozenset(("DeprecateDomain", "DescribeDomain", "RegisterDomain", "UndeprecateDomain"))
OF_AN_ARN = frozenset(("ListTagsForResource", "TagResource", "UntagResource"))
OF_A_TASK = frozenset(
    (
        "RecordActivityTaskHeartbeat", "RespondActivityTaskCanceled", "RespondActivityTaskCompleted",
        "RespondActivityTaskFailed", "RespondDecisionTaskCompleted",
    )
)  # fmt: skip
TYPED = ("activityType", "workflowType", "taskList", "defaultTaskList", "typeFilter", "tagFilter")
PARTS = ("name", "version", "tag")
REGISTERING = frozenset(("RegisterActivityType", "RegisterWorkflowType"))


def asks(call: Call) -> list[Ask]:
    keys = call.keys | {name.lower(): (value,) for name, value in _keys(call.action, call.asked)}
    return [Ask(f"swf:{call.action}", _resource(call), keys)]


def decision(call: Call, said: Mapping[str, Any]) -> Ask:
    """What one decision of an answered decision task wants: SWF asks for it as for a call."""
    kind = str(said.get("decisionType"))
    attributes = said.get(f"{kind[:1].lower()}{kind[1:]}DecisionAttributes") or {}
    keys = call.keys | {name.lower(): (value,) for name, value in _keys(kind, attributes)}
    return Ask(f"swf:{kind}", _resource(call), keys)


def _resource(call: Call) -> str:
    if call.action in BY_NAME:
        return DOMAINS + (call.text("name") or "")
    if call.action in OF_A_TASK:
        return DOMAINS + _domain_of(call.text("taskToken") or "")
    if call.action in OF_AN_ARN:
        return call.text("resourceArn") or "*"
    return DOMAINS + (call.text("domain") or "*")


def _domain_of(token: str) -> str:
    """SWF itself refuses a token that it did not make."""
    try:
        return str(pages.place(token)[1])
    except (Fault, TypeError, IndexError, KeyError):
        return "*"


def _keys(action: str, asked: Any) -> Iterator[tuple[str, str]]:
    for name in TYPED:
        if isinstance(said := asked.get(name), dict):
            yield from ((f"swf:{name}.{part}", str(said[part])) for part in PARTS if part in said)
    if isinstance(tags := asked.get("tagList"), list):
        yield from ((f"swf:tagList.member.{number}", str(tag)) for number, tag in enumerate(tags[:5]))
    if action in REGISTERING:
        yield from ((f"swf:{part}", str(asked[part])) for part in ("name", "version") if part in asked)
