"""Stacks as CloudFormation keeps them. It is the only record of what was launched: nothing is remembered elsewhere."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from botocore.exceptions import ClientError

from builder import cloud
from builder.errors import UsageError

# A stack in one of these is being worked on, by us or by somebody else.
IN_PROGRESS = "_IN_PROGRESS"
# What a failed launch leaves: nothing of use, and nothing that could be updated.
LEFT_OVER = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@dataclass(frozen=True)
class Stack:
    """One stack: `id` is its ARN, `status` and `reason` CloudFormation's; `tags` ours: Project, Instance …"""

    name: str
    id: str
    status: str
    reason: str
    created: datetime.datetime
    updated: datetime.datetime | None
    tags: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> str:
        return self.tags["Project"]

    @property
    def instance_id(self) -> str:
        return self.tags["Instance"]

    @property
    def branch(self) -> str | None:
        return self.tags.get("Branch")

    @property
    def revision(self) -> str | None:
        return self.tags.get("Revision")

    @property
    def is_ours(self) -> bool:
        return "Project" in self.tags and "Instance" in self.tags

    @property
    def is_busy(self) -> bool:
        return self.status.endswith(IN_PROGRESS) and self.status != "REVIEW_IN_PROGRESS"

    @property
    def exists(self) -> bool:
        """There is something in it that can be updated."""
        return not self.is_busy and self.status not in (*LEFT_OVER, "REVIEW_IN_PROGRESS")


def find(name: str) -> Stack | None:
    """The stack of that name (or ARN, for one that is gone), None when there is none."""
    try:
        answer = cloud.client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    return _stack(answer["Stacks"][0])


def get(name: str) -> Stack:
    """The stack of that name, or UsageError naming the ones with names like it."""
    stack = find(name)
    if stack is None:
        raise absent(name)
    if not stack.is_ours:
        raise UsageError(
            f"the stack {name} was not made by ./bldr (it has no tags Project and Instance): it is left alone"
        )
    return stack


def absent(name: str) -> UsageError:
    """The error for a stack that is not there."""
    names = [stack.name for stack in all_ours()]
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return UsageError(f"there is no stack {name}. Did you mean {' or '.join(near)}?")
    return UsageError(
        f"there is no stack {name}. ./bldr aws_stack_list lists {'all of them' if names else 'none: nothing runs'}."
    )


def all_ours() -> list[Stack]:
    """All stacks made by ./bldr, by name; one request a page."""
    pages = cloud.client("cloudformation").get_paginator("describe_stacks").paginate()
    stacks = [_stack(each) for page in pages for each in page["Stacks"]]
    return sorted((stack for stack in stacks if stack.is_ours), key=lambda stack: stack.name)


def description(name: str) -> dict[str, Any]:
    """The project's description as this stack was made from it: the template's own Metadata, `{}` when it has none."""
    summary = cloud.client("cloudformation").get_template_summary(StackName=name)
    metadata = json.loads(summary.get("Metadata") or "{}")
    found = metadata.get("Continuum", {})
    return found if isinstance(found, dict) else {}


def resources(name: str) -> list[dict[str, Any]]:
    """The stack's resources, as ListStackResources says them."""
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=name)
    return [each for page in pages for each in page["StackResourceSummaries"]]


def _stack(said: dict[str, Any]) -> Stack:
    return Stack(
        name=said["StackName"],
        id=said["StackId"],
        status=said["StackStatus"],
        reason=said.get("StackStatusReason", ""),
        created=said["CreationTime"],
        updated=said.get("LastUpdatedTime"),
        tags={tag["Key"]: tag["Value"] for tag in said.get("Tags", [])},
        outputs={out["OutputKey"]: out["OutputValue"] for out in said.get("Outputs", [])},
        parameters={each["ParameterKey"]: each["ParameterValue"] for each in said.get("Parameters", [])},
    )
