"""Actions that tell of stacks: what there is, what it is made of, what has happened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation import parameters
from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.actions.pages import PAGE, number, page
from localcloud.cloudformation.actions.times import moment
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.records import Drift, Event, Resource, Stack
from localcloud.cloudformation.service import CloudFormation
from localcloud.cloudformation.template import parse


@action
def describe_stacks(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    if asked.get("StackName"):
        return {"Stacks": [_described(service.stack(asked["StackName"]))]}
    shown, more = page(service.store.stacks(live=True), asked.get("NextToken"))
    return {"Stacks": [_described(stack) for stack in shown], **more}


def _described(stack: Stack) -> dict[str, Any]:
    template = parse(stack.version.template)
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": stack.change_set_id,
        "Description": template.description,
        "Parameters": [
            parameters.shown(template.parameters[name], name, value)
            for name, value in stack.version.parameters.items()
            if name in template.parameters
        ],
        "CreationTime": moment(stack.created),
        "LastUpdatedTime": moment(stack.updated),
        "DeletionTime": moment(stack.deleted),
        "RollbackConfiguration": {},
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.on_failure == "DO_NOTHING",
        "NotificationARNs": stack.notification_arns,
        "TimeoutInMinutes": stack.timeout_minutes,
        "Capabilities": stack.version.capabilities,
        "Outputs": stack.outputs,
        "RoleARN": stack.role_arn,
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
        "RetainExceptOnCreate": stack.retain_except_on_create,
        "DeletionMode": stack.deletion_mode,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.version.tags.items()],
        "EnableTerminationProtection": stack.termination_protection,
        "DriftInformation": _drift(stack),
    }


@action
def list_stacks(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    wanted = set(asked.get("StackStatusFilter", []))
    found = [stack for stack in service.store.stacks() if not wanted or stack.status in wanted]
    shown, more = page(found, asked.get("NextToken"))
    return {"StackSummaries": [_summary(stack) for stack in shown], **more}


def _summary(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "TemplateDescription": parse(stack.version.template).description,
        "CreationTime": moment(stack.created),
        "LastUpdatedTime": moment(stack.updated),
        "DeletionTime": moment(stack.deleted),
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
        "DriftInformation": _drift(stack),
    }


@action
def describe_stack_events(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack = service.store.stack(asked["StackName"])
    if stack is None:
        raise ValidationError(f"Stack [{asked['StackName']}] does not exist")
    events, more = service.store.events(stack.id, number(asked.get("NextToken")), PAGE)
    return {
        "StackEvents": [_event(event) for event in events],
        **({"NextToken": str(more)} if more is not None else {}),
    }


def _drift(stack: Stack) -> dict[str, Any]:
    return {"StackDriftStatus": stack.drift_status, "LastCheckTimestamp": moment(stack.drift_checked)}


def _event(event: Event) -> dict[str, Any]:
    return {
        "StackId": event.stack_id,
        "EventId": event.id,
        "StackName": event.stack_name,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": moment(event.time),
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
    }


@action
def describe_stack_resource(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack = service.stack(asked["StackName"])
    row = service.store.resources(stack.id).get(asked["LogicalResourceId"])
    if row is None:
        raise ValidationError(f"Resource {asked['LogicalResourceId']} does not exist for stack {stack.name}")
    told = _resource(row, service.store.drifts(stack.id))
    return {
        "StackResourceDetail": {
            **told,
            "StackId": stack.id,
            "StackName": stack.name,
            "LastUpdatedTimestamp": moment(row.updated),
            "Metadata": json.dumps(row.metadata) if row.metadata else None,
        }
    }


@action
def describe_stack_resources(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    if asked.get("StackName"):
        stack = service.stack(asked["StackName"])
    elif asked.get("PhysicalResourceId"):
        row = service.store.resource_by_physical_id(asked["PhysicalResourceId"])
        if row is None:
            raise ValidationError(f"Stack for {asked['PhysicalResourceId']} does not exist")
        stack = service.stack(row.stack_id)
    else:
        raise ValidationError("Either StackName or PhysicalResourceId must be specified.")
    rows, drifts = service.store.resources(stack.id).values(), service.store.drifts(stack.id)
    wanted = asked.get("LogicalResourceId")
    return {
        "StackResources": [
            {**_resource(row, drifts), "StackId": stack.id, "StackName": stack.name, "Timestamp": moment(row.updated)}
            for row in rows
            if wanted in (None, row.logical_id)
        ]
    }


@action
def list_stack_resources(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack = service.stack(asked["StackName"])
    shown, more = page(list(service.store.resources(stack.id).values()), asked.get("NextToken"))
    drifts = service.store.drifts(stack.id)
    return {
        "StackResourceSummaries": [
            {**_resource(row, drifts), "LastUpdatedTimestamp": moment(row.updated)} for row in shown
        ],
        **more,
    }


def _resource(row: Resource, drifts: Mapping[str, Drift]) -> dict[str, Any]:
    drift = drifts.get(row.logical_id)
    information: dict[str, Any] = {"StackResourceDriftStatus": drift.status if drift else "NOT_CHECKED"}
    if drift:
        information["LastCheckTimestamp"] = moment(drift.time)
    return {
        "LogicalResourceId": row.logical_id,
        "PhysicalResourceId": row.physical_id or None,
        "ResourceType": row.type,
        "ResourceStatus": row.status,
        "ResourceStatusReason": row.reason,
        "DriftInformation": information,
    }
