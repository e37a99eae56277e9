"""Actions about change sets: what an update would do, shown before it is done."""

from __future__ import annotations

import re
import time
from typing import Any

from localcloud.cloudformation import masking, parameters, validation
from localcloud.cloudformation.actions import Asked, action, imports
from localcloud.cloudformation.actions.operating import (
    begin_create,
    begin_update,
    check_types_kept,
    check_updatable,
    differs,
)
from localcloud.cloudformation.actions.pages import page
from localcloud.cloudformation.actions.times import moment
from localcloud.cloudformation.changes import compare, without_values
from localcloud.cloudformation.errors import AlreadyExists, InvalidChangeSetStatus, ValidationError
from localcloud.cloudformation.records import ChangeSet, Operation, Stack, Version
from localcloud.cloudformation.resources.kind import plain
from localcloud.cloudformation.service import CloudFormation
from localcloud.cloudformation.template import Template, parse

NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set."


@action
def create_change_set(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    name, kind, token = asked["ChangeSetName"], asked.get("ChangeSetType", "UPDATE"), asked.get("ClientToken")
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    stack, fresh = _target(service, asked["StackName"], kind)
    for earlier in [] if fresh else service.store.change_sets(stack.id):
        if earlier.name == name:
            if token and earlier.token == token:
                return {"Id": earlier.id, "StackId": stack.id}
            raise AlreadyExists(f"ChangeSet {name} cannot be created because it already exists")
    template = service.template(asked, stack.version if stack.version.template else None)
    version = service.version(asked, template, stack.version if stack.version.template and kind != "CREATE" else None)
    change_set = _computed(service, asked, stack, kind, template, version)
    with service.store.together():
        if fresh:
            stack.version = version
            service.engine.tell(stack, "REVIEW_IN_PROGRESS", "User Initiated")
        service.store.keep_change_set(change_set)
    return {"Id": change_set.id, "StackId": stack.id}


def _target(service: CloudFormation, name: str, kind: str) -> tuple[Stack, bool]:
    """The stack a change set is for, and whether it is made for it."""
    existing = service.store.stack(name)
    if existing is not None and existing.deleted is not None:
        existing = None
    if kind in ("CREATE", "IMPORT") and existing is None:
        service.check_name(name)
        return Stack(service.new_stack_id(name), name, "REVIEW_IN_PROGRESS", time.time()), True
    if existing is not None and kind == "IMPORT" and existing.status == "REVIEW_IN_PROGRESS":
        return existing, False
    if existing is not None and kind == "CREATE":
        if existing.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                f"Stack [{existing.name}] already exists and cannot be created again with the changeSet [CREATE]."
            )
        return existing, False
    if existing is None:
        raise ValidationError(f"Stack [{name}] does not exist")
    check_updatable(existing)
    return existing, False


def _computed(
    service: CloudFormation, asked: Asked, stack: Stack, kind: str, template: Template, version: Version
) -> ChangeSet:
    validation.check_capabilities(template, version.capabilities, shown=True)
    check_types_kept(service, stack, template)
    found = compare(service.store.resources(stack.id), service.evaluate(version, template, stack), version.tags)
    wanted: dict[str, str] = {}
    if kind == "IMPORT":
        wanted = imports.imported(asked, template)
        before = parse(stack.version.template).outputs if stack.version.template else {}
        rows, outputs = service.store.resources(stack.id), plain(template.outputs) != plain(before)
        imports.check_nothing_else(rows, template, found, wanted, outputs)
        found = imports.shown(template, wanted)
    changes = masking.mask(found, masking.secrets(version, stack.version))
    change_set = ChangeSet(
        service.new_change_set_id(asked["ChangeSetName"]),
        asked["ChangeSetName"],
        stack.id,
        stack.name,
        kind,
        time.time(),
        version,
        description=asked.get("Description"),
        imports=wanted,
        changes=without_values(changes),
        changes_with_values=changes,
        notification_arns=list(asked.get("NotificationARNs", stack.notification_arns)),
        on_failure=asked.get("OnStackFailure"),
        role_arn=asked.get("RoleARN"),
        token=asked.get("ClientToken"),
    )
    if kind == "UPDATE" and not differs(service, stack, version, template):
        change_set.status, change_set.execution_status, change_set.reason = "FAILED", "UNAVAILABLE", NOTHING
    return change_set


@action
def describe_change_set(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    change_set = service.change_set(asked["ChangeSetName"], asked.get("StackName"))
    changes = change_set.changes_with_values if asked.get("IncludePropertyValues") else change_set.changes
    shown, more = page(changes, asked.get("NextToken"))
    template = parse(change_set.version.template)
    return {
        **_summary(change_set),
        "Parameters": [
            parameters.shown(template.parameters[name], name, value)
            for name, value in change_set.version.parameters.items()
        ],
        "NotificationARNs": change_set.notification_arns,
        "RollbackConfiguration": {},
        "Capabilities": change_set.version.capabilities,
        "Tags": [{"Key": key, "Value": value} for key, value in change_set.version.tags.items()],
        "Changes": shown,
        "OnStackFailure": change_set.on_failure,
        **more,
    }


def _summary(change_set: ChangeSet) -> dict[str, Any]:
    return {
        "ChangeSetName": change_set.name,
        "ChangeSetId": change_set.id,
        "StackId": change_set.stack_id,
        "StackName": change_set.stack_name,
        "Description": change_set.description,
        "CreationTime": moment(change_set.created),
        "Status": change_set.status,
        "StatusReason": change_set.reason,
        "ExecutionStatus": change_set.execution_status,
        "IncludeNestedStacks": False,
    }


@action
def list_change_sets(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack = service.live_stack(asked["StackName"])
    shown, more = page(service.store.change_sets(stack.id), asked.get("NextToken"))
    return {"Summaries": [_summary(change_set) for change_set in shown], **more}


@action
def execute_change_set(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    change_set = service.change_set(asked["ChangeSetName"], asked.get("StackName"))
    token = asked.get("ClientRequestToken")
    if token and service.store.has_token(token, change_set.stack_id):
        return {}
    if change_set.execution_status != "AVAILABLE":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]"
        )
    stack = service.live_stack(change_set.stack_id)
    stack.change_set_id, stack.notification_arns = change_set.id, change_set.notification_arns
    disabled = "DO_NOTHING" if asked.get("DisableRollback") else "ROLLBACK"
    stack.on_failure = change_set.on_failure or disabled
    stack.retain_except_on_create = bool(asked.get("RetainExceptOnCreate"))
    with service.store.together():
        for other in service.store.change_sets(stack.id):
            if other.id != change_set.id:
                service.store.forget_change_set(other.id)  # they were computed against what will be no more
        change_set.execution_status = "EXECUTE_COMPLETE"
        service.store.keep_change_set(change_set)
        if change_set.kind == "IMPORT":
            begin_import(service, stack, change_set, token)
        elif change_set.kind == "CREATE":
            begin_create(service, stack, change_set.version, token)
        else:
            begin_update(service, stack, change_set.version, token)
    return {}


def begin_import(service: CloudFormation, stack: Stack, change_set: ChangeSet, token: str | None) -> None:
    before = Version() if stack.status == "REVIEW_IN_PROGRESS" else stack.version
    operation = Operation(
        stack.id, "import", "import", before, change_set.version, time.time(), token, imports=change_set.imports
    )
    stack.version, stack.updated = change_set.version, time.time()
    if token:
        service.store.keep_token(token, stack.id)
    service.engine.accept(stack, operation, "IMPORT_IN_PROGRESS", "User Initiated")


@action
def delete_change_set(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    change_set = service.change_set(asked["ChangeSetName"], asked.get("StackName"))
    if change_set.execution_status == "EXECUTE_IN_PROGRESS":
        raise InvalidChangeSetStatus(f"ChangeSet [{change_set.id}] is being executed")
    service.store.forget_change_set(change_set.id)
    return {}
