"""Deleting a stack, and forgetting the keys of its machines."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError
from rich.text import Text

from builder import ask, cloud, events, machines, report, ssh, stacks
from builder.stacks import Stack

KEPT = {"Retain": "stays", "Snapshot": "a snapshot of it stays"}


def delete(stack: Stack, *, yes: bool = False) -> None:
    """Show what will go, ask, delete it and follow that. One that is being deleted already is followed."""
    gone = machines.of_stack(stack.name)
    if stack.status != "DELETE_IN_PROGRESS":
        _show(stack)
        if not ask.confirm(f"Delete {stack.name}?", yes):
            report.say("Nothing was deleted.")
            return
        before = events.newest(stack.id)
        cloud.client("cloudformation").delete_stack(StackName=stack.name)
        events.follow(stack.id, f"deleting {stack.name}", after=before)
    else:
        events.follow(stack.id, f"deleting {stack.name}")
    ssh.forget(gone, stack.outputs.get("KeyPairId"))
    report.result(f"{stack.name} is gone")


def _show(stack: Stack) -> None:
    policies = _deletion_policies(stack.name)
    for each in stacks.resources(stack.name):
        if each["ResourceStatus"] == "DELETE_COMPLETE":
            continue
        stays = KEPT.get(policies.get(each["LogicalResourceId"], ""))
        line = f"  {'=' if stays else '-'} {each['LogicalResourceId']:24} "
        kind = each["ResourceType"].removeprefix("AWS::")
        style = report.COLOURS["quiet" if stays else "gone"]
        report.err().print(Text.assemble((line, style), (f"{kind:32} ", "dim"), stays or ""))


def _deletion_policies(name: str) -> dict[str, str]:
    try:
        body: Any = cloud.client("cloudformation").get_template(StackName=name)["TemplateBody"]
    except ClientError:  # a stack that never came to have one
        return {}
    template = json.loads(body) if isinstance(body, str) else body
    return {key: each["DeletionPolicy"] for key, each in template["Resources"].items() if "DeletionPolicy" in each}
