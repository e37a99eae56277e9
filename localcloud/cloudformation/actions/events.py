"""DescribeEvents: a stack's events once more, in the newer shape and where wanted only those of failures."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.actions.pages import PAGE, number
from localcloud.cloudformation.actions.times import moment
from localcloud.cloudformation.errors import UnsupportedOperation, ValidationError
from localcloud.cloudformation.records import Event
from localcloud.cloudformation.service import CloudFormation


@action
def describe_events(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    """Newest first. Events of change sets and of single operations are not kept apart here, and refused."""
    if "ChangeSetName" in asked or "OperationId" in asked:
        raise UnsupportedOperation("DescribeEvents is supported here with StackName alone")
    if "StackName" not in asked:
        raise ValidationError("You must specify one of StackName, ChangeSetName or OperationId")
    stack = service.stack(asked["StackName"])
    events, more = service.store.events(stack.id, number(asked.get("NextToken")), PAGE)
    failed_only = bool(asked.get("Filters", {}).get("FailedEvents"))
    shown = [_shown(event) for event in events if not failed_only or event.status.endswith("_FAILED")]
    return {"OperationEvents": shown, **({"NextToken": str(more)} if more is not None else {})}


def _shown(event: Event) -> dict[str, Any]:
    return {
        "EventId": event.id,
        "StackId": event.stack_id,
        "EventType": "STACK_EVENT",
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": moment(event.time),
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
    }
