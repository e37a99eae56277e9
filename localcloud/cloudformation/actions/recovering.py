"""Actions that lead back: cancel an update, roll back, go on rolling back."""

from __future__ import annotations

import time
from typing import Any

from localcloud.cloudformation import signals
from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.records import Operation, Signal, Stack
from localcloud.cloudformation.service import CloudFormation


@action
def cancel_update_stack(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack = service.live_stack(asked["StackName"])
    if stack.status != "UPDATE_IN_PROGRESS":
        raise ValidationError("CancelUpdateStack cannot be called from current stack status")
    service.engine.cancel(stack.id, "User Initiated")
    return {}


@action
def continue_update_rollback(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack = service.live_stack(asked["StackName"])
    if stack.status != "UPDATE_ROLLBACK_FAILED":
        raise ValidationError(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
    skip, now, token = list(asked.get("ResourcesToSkip", [])), time.time(), asked.get("ClientRequestToken")
    _check_skippable(service, stack, skip)
    if stack.stable is not None:  # it was asked to roll back after its update had been left where it failed
        operation = Operation(stack.id, "restore", "forward", stack.version, stack.stable, now, token, skip=skip)
    else:
        operation = Operation(stack.id, "update", "rollback", stack.version, stack.version, now, token, skip=skip)
    service.engine.accept(stack, operation, "UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
    return {}


def _check_skippable(service: CloudFormation, stack: Stack, skip: list[str]) -> None:
    rows = service.store.resources(stack.id)
    wrong = [name for name in skip if name not in rows or rows[name].status != "UPDATE_FAILED"]
    if wrong:
        raise ValidationError(f"Resources [{', '.join(wrong)}] are not in UPDATE_FAILED state and can not be skipped.")


@action
def signal_resource(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack, name = service.live_stack(asked["StackName"]), asked["LogicalResourceId"]
    row = service.store.resources(stack.id).get(name)
    if row is None:
        raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
    if not stack.busy or stack.status.startswith("DELETE"):
        raise ValidationError(f"Stack:{stack.id} is in {stack.status} state and can not be signaled")
    if row.status not in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
        raise ValidationError(f"Resource {name} is in {row.status} state and can not be signaled")
    signal = Signal(asked["UniqueId"], asked["Status"], time.time())
    with service.store.together():
        earlier = {each.unique_id for each in service.store.signals(signals.about(row))}
        if signal.unique_id in earlier and signal.status != "FAILURE":
            raise ValidationError(
                f"Signal with ID {signal.unique_id} for resource {name} already exists. Signals may only be updated "
                "with a FAILURE status."
            )
        service.store.change_signal(signals.about(row), signal)
    return {}


@action
def rollback_stack(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    """Back to the last stable state, of a stack whose failed operation was left as it was."""
    stack, now, token = service.live_stack(asked["StackName"]), time.time(), asked.get("ClientRequestToken")
    if token and service.store.has_token(token, stack.id):
        return {"StackId": stack.id}
    if stack.status == "CREATE_FAILED":
        stack.on_failure, status = "ROLLBACK", "ROLLBACK_IN_PROGRESS"
        operation = Operation(stack.id, "create", "undo", stack.version, stack.version, now, token)
    elif stack.status == "UPDATE_FAILED" and stack.stable is not None:
        stack.on_failure, status = "ROLLBACK", "UPDATE_ROLLBACK_IN_PROGRESS"
        operation = Operation(stack.id, "restore", "forward", stack.version, stack.stable, now, token)
    else:
        raise ValidationError(f"Stack:{stack.id} is in {stack.status} state and can not be rolled back.")
    stack.retain_except_on_create = bool(asked.get("RetainExceptOnCreate"))
    with service.store.together():
        if token:
            service.store.keep_token(token, stack.id)
        service.engine.accept(stack, operation, status, "User Initiated")
    return {"StackId": stack.id}
