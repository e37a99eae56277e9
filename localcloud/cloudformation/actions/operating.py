"""Actions that make stacks and change them."""

from __future__ import annotations

import time
from typing import Any

from localcloud.cloudformation import validation
from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.actions.policies import policy_body
from localcloud.cloudformation.changes import compare
from localcloud.cloudformation.errors import AlreadyExists, ValidationError
from localcloud.cloudformation.nested import NOTHING_TO_DO
from localcloud.cloudformation.records import Operation, Stack, Version
from localcloud.cloudformation.resources.kind import plain
from localcloud.cloudformation.service import CloudFormation
from localcloud.cloudformation.template import Template

UPDATABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "CREATE_FAILED", "UPDATE_FAILED",
             "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE")  # fmt: skip


@action
def create_stack(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    name, token = asked["StackName"], asked.get("ClientRequestToken")
    service.check_name(name)
    if (existing := _known(service, name, token)) is not None:
        return {"StackId": existing.id}
    return {"StackId": new_stack(service, asked, None).id}


def new_stack(service: CloudFormation, asked: Asked, parent: Stack | None) -> Stack:
    """Begin to make a stack of that name, which must be free."""
    name = asked["StackName"]
    template = service.template(asked)
    validation.check_capabilities(template, asked.get("Capabilities", []))
    version = service.version(asked, template)
    stack = Stack(
        service.new_stack_id(name),
        name,
        "CREATE_IN_PROGRESS",
        time.time(),
        version,
        notification_arns=list(asked.get("NotificationARNs", [])),
        role_arn=asked.get("RoleARN"),
        timeout_minutes=asked.get("TimeoutInMinutes"),
        on_failure=on_failure(asked),
        termination_protection=bool(asked.get("EnableTerminationProtection")),
        policy=policy_body(service, asked, "StackPolicy"),
        retain_except_on_create=bool(asked.get("RetainExceptOnCreate")),
        parent_id=parent.id if parent else None,
        root_id=(parent.root_id or parent.id) if parent else None,
    )
    _check_now(service, version, template, stack)
    begin_create(service, stack, version, asked.get("ClientRequestToken"))
    return stack


def _known(service: CloudFormation, name: str, token: str | None) -> Stack | None:
    """The stack that the same request made before. Raises AlreadyExists for any other of that name."""
    existing = service.store.stack(name)
    if existing is None:
        return None
    if token and service.store.has_token(token, existing.id):
        return existing
    raise AlreadyExists(f"Stack [{name}] already exists")


def _check_now(service: CloudFormation, version: Version, template: Template, stack: Stack) -> None:
    """Evaluate what can be evaluated before anything is made, so that a mistake is refused and not rolled back."""
    evaluation = service.evaluate(version, template, stack)
    compare({}, evaluation, version.tags)
    evaluation.outputs()


def on_failure(asked: Asked) -> str:
    if "OnFailure" in asked and "DisableRollback" in asked:
        raise ValidationError("Either DisableRollback or OnFailure can be specified, not both.")
    return str(asked.get("OnFailure") or ("DO_NOTHING" if asked.get("DisableRollback") else "ROLLBACK"))


def begin_create(service: CloudFormation, stack: Stack, version: Version, token: str | None) -> None:
    operation = Operation(stack.id, "create", "forward", Version(), version, time.time(), token)
    stack.version = version
    with service.store.together():
        if (other := service.store.stack(stack.name)) is not None and other.id != stack.id:
            raise AlreadyExists(f"Stack [{stack.name}] already exists")
        if token:
            service.store.keep_token(token, stack.id)
        service.engine.accept(stack, operation, "CREATE_IN_PROGRESS", "User Initiated")


@action
def update_stack(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack, token = service.live_stack(asked["StackName"]), asked.get("ClientRequestToken")
    if token and service.store.has_token(token, stack.id):
        return {"StackId": stack.id}
    change_stack(service, stack, asked)
    return {"StackId": stack.id}


def change_stack(service: CloudFormation, stack: Stack, asked: Asked, *, deferred: bool = False) -> None:
    """Begin to update a stack. Raises ValidationError where there is nothing to do."""
    check_updatable(stack)
    template = service.template(asked, stack.version)
    validation.check_capabilities(template, asked.get("Capabilities", []))
    version = service.version(asked, template, stack.version)
    check_types_kept(service, stack, template)
    if not differs(service, stack, version, template):
        raise ValidationError(NOTHING_TO_DO)
    new_policy = policy_body(service, asked, "StackPolicy")
    during = policy_body(service, asked, "StackPolicyDuringUpdate")
    if asked.get("NotificationARNs") is not None:
        stack.notification_arns = list(asked["NotificationARNs"])
    stack.on_failure = "DO_NOTHING" if asked.get("DisableRollback") else "ROLLBACK"
    stack.retain_except_on_create = bool(asked.get("RetainExceptOnCreate"))
    token = asked.get("ClientRequestToken")
    begin_update(service, stack, version, token, during=during, new_policy=new_policy, deferred=deferred)


def check_updatable(stack: Stack) -> None:
    if stack.status not in UPDATABLE:
        raise ValidationError(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def check_types_kept(service: CloudFormation, stack: Stack, template: Template) -> None:
    rows = service.store.resources(stack.id)
    turned = [
        name for name, spec in template.resources.items()
        if name in rows and rows[name].body is not None and rows[name].type != spec.type
    ]  # fmt: skip
    if turned:
        raise ValidationError(
            "Update of resource type is not permitted. The new template modifies resource type of the "
            f"following resources: [{', '.join(turned)}]"
        )


def differs(service: CloudFormation, stack: Stack, version: Version, template: Template) -> bool:
    """Whether there is anything to do. A change of the top-level Metadata or Description alone is nothing."""
    evaluation = service.evaluate(version, template, stack)
    rows = service.store.resources(stack.id)
    if compare(rows, evaluation, version.tags) or version.tags != stack.version.tags:
        return True
    standing = {name: row for name, row in rows.items() if row.body is not None}
    return bool(plain(evaluation.with_made(standing).outputs()) != plain(stack.outputs))


def begin_update(
    service: CloudFormation,
    stack: Stack,
    version: Version,
    token: str | None,
    *,
    during: str | None = None,
    new_policy: str | None = None,
    deferred: bool = False,
) -> None:
    """Begin an update, judged by the policy `during` instead of the stack's own where one is given.

    One that is `deferred` keeps what it replaces until its parent stack's update has come through.
    """
    operation = Operation(
        stack.id, "update", "forward", stack.version, version, time.time(), token,
        policy=during or stack.policy, new_policy=new_policy, deferred=deferred,
    )  # fmt: skip
    with service.store.together():
        check_updatable(service.stack(stack.id))  # two requests at the same moment: the second finds it busy
        stack.version, stack.updated = version, time.time()
        if token:
            service.store.keep_token(token, stack.id)
        service.engine.accept(stack, operation, "UPDATE_IN_PROGRESS", "User Initiated")
