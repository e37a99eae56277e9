"""Actions that remove stacks, and that keep them from being removed."""

from __future__ import annotations

import time
from typing import Any

from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.records import Operation, Stack
from localcloud.cloudformation.service import CloudFormation


@action
def delete_stack(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack, token = service.store.stack(asked["StackName"]), asked.get("ClientRequestToken")
    if stack is None or stack.deleted is not None or stack.status == "DELETE_IN_PROGRESS":
        return {}  # as on AWS, deleting what is not there succeeds
    if token and service.store.has_token(token, stack.id):
        return {}
    if stack.termination_protection:
        raise ValidationError(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    if stack.status.startswith("UPDATE") and stack.busy:
        raise ValidationError(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")
    _check_exports_free(service, stack)
    retain = list(asked.get("RetainResources", []))
    if unknown := sorted(set(retain) - service.store.resources(stack.id).keys()):
        raise ValidationError(f"Stack [{stack.id}] does not have the resources to retain: [{', '.join(unknown)}]")
    if retain and stack.status != "DELETE_FAILED":
        raise ValidationError(
            "Invalid operation on stack [" + stack.id + "]. When you delete stacks, specify which resources "
            "to retain only when the stack is in the DELETE_FAILED state."
        )
    force = _mode(asked, stack) == "FORCE_DELETE_STACK"
    operation = Operation(
        stack.id, "delete", "remove", stack.version, stack.version, time.time(), token, retain, force=force
    )
    with service.store.together():
        stack.deletion_mode = asked.get("DeletionMode")
        for change_set in service.store.change_sets(stack.id):
            service.store.forget_change_set(change_set.id)
        if token:
            service.store.keep_token(token, stack.id)
        service.engine.accept(stack, operation, "DELETE_IN_PROGRESS", "User Initiated")
    return {}


def _mode(asked: Asked, stack: Stack) -> str:
    mode = str(asked.get("DeletionMode", "STANDARD"))
    if mode == "FORCE_DELETE_STACK" and stack.status != "DELETE_FAILED":
        raise ValidationError(
            f"Invalid operation on stack [{stack.id}]. When you delete stacks, specify DeletionMode FORCE_DELETE_STACK "
            "only when the stack is in the DELETE_FAILED state."
        )
    return mode


def _check_exports_free(service: CloudFormation, stack: Stack) -> None:
    for name, owner, _ in service.store.exports():
        if owner == stack.id and (users := service.store.importers(name)):
            raise ValidationError(f"Export {name} cannot be deleted as it is in use by {' and '.join(users)}")


@action
def update_termination_protection(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    with service.store.together():
        stack = service.live_stack(asked["StackName"])
        if stack.status.startswith("DELETE"):
            raise ValidationError(f"Stack [{stack.name}] is in {stack.status} state: its protection can't be changed")
        stack.termination_protection = asked["EnableTerminationProtection"]
        service.store.keep_stack(stack)
    return {"StackId": stack.id}
