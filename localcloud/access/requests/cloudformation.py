"""AWS CloudFormation: the resource is the stack's ARN, which a name alone is looked up for."""

from __future__ import annotations

from localcloud.access.policy import Ask
from localcloud.access.requests.call import Call, form_tags, tag_keys
from localcloud.home import ACCOUNT, REGION

STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/"
OF_NO_STACK = frozenset(
    (
        "DescribeAccountLimits", "DescribeStackDriftDetectionStatus", "DescribeType", "EstimateTemplateCost",
        "ListExports", "ListImports", "ListStackSets", "ListStacks", "ListTypes", "ValidateTemplate",
    )
)  # fmt: skip


def asks(call: Call) -> list[Ask]:
    set_ = call.text("ChangeSetName")
    keys = call.with_keys(
        cloudformation__TemplateUrl=call.text("TemplateURL"),
        cloudformation__StackPolicyUrl=call.text("StackPolicyURL"),
        cloudformation__RoleArn=call.text("RoleARN"),
        cloudformation__ChangeSetName=set_.split("/")[1] if set_ and set_.startswith("arn:") else set_,
    ) | tag_keys(form_tags(call, "Tags"))
    types = tuple(value for name, value in call.asked.items() if name.startswith("ResourceTypes.member."))
    if types:
        keys["cloudformation:resourcetypes"] = types
    return [Ask(f"cloudformation:{call.action}", resource, keys) for resource in _resources(call, set_)]


def _resources(call: Call, change_set: str | None) -> list[str]:
    """The stacks that a request names: one, but a change set's ARN may be of another than the one it names beside."""
    if call.action in OF_NO_STACK or (call.action == "GetTemplateSummary" and not call.text("StackName")):
        return ["*"]
    found = [_stack(call, name) for name in (call.text("StackName"),) if name]
    if change_set and change_set.startswith("arn:"):
        found.append(call.lookup.stack(change_set) or STACK + "*/*")
    return found or [STACK + "*/*"]


def _stack(call: Call, name: str) -> str:
    return name if name.startswith("arn:") else call.lookup.stack(name) or f"{STACK}{name}/*"
