"""Actions about drift: what somebody has changed behind CloudFormation's back."""

from __future__ import annotations

import json
from typing import Any

from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.actions.pages import page
from localcloud.cloudformation.actions.times import moment
from localcloud.cloudformation.detection import standing
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.records import Drift, Stack
from localcloud.cloudformation.service import CloudFormation

DETECTABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED",
              "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE")  # fmt: skip


@action
def detect_stack_drift(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack = _detectable(service, asked["StackName"])
    return {"StackDriftDetectionId": service.detections.begin(stack, list(asked.get("LogicalResourceIds", [])))}


def _detectable(service: CloudFormation, name: str) -> Stack:
    stack = service.live_stack(name)
    if stack.status not in DETECTABLE:
        raise ValidationError(
            f"Drift detection cannot be performed on stack [{stack.id}] while it is in status {stack.status}"
        )
    return stack


@action
def detect_stack_resource_drift(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    stack, name = _detectable(service, asked["StackName"]), asked["LogicalResourceId"]
    found = standing(service.store.resources(stack.id)).get(name)
    if found is None:
        raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
    drift = service.detections.look(stack, *found)
    if drift.status == "NOT_CHECKED":
        raise ValidationError(f"Drift detection is not supported for resource type {drift.type}")
    return {"StackResourceDrift": _shown(drift)}


@action
def describe_stack_drift_detection_status(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    detection = service.store.detection(asked["StackDriftDetectionId"])
    if detection is None:
        raise ValidationError(f"Drift detection with id {asked['StackDriftDetectionId']} does not exist")
    told: dict[str, Any] = {
        "StackId": detection.stack_id,
        "StackDriftDetectionId": detection.id,
        "DetectionStatus": detection.status,
        "DetectionStatusReason": detection.reason,
        "Timestamp": moment(detection.started),
    }
    if detection.status != "DETECTION_IN_PROGRESS":
        told |= {"StackDriftStatus": detection.drift_status, "DriftedStackResourceCount": detection.drifted}
    return told


@action
def describe_stack_resource_drifts(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    """Only resources that were looked at; by AWS's rule those that can't be checked are listed when asked for."""
    stack = service.live_stack(asked["StackName"])
    wanted = asked.get("StackResourceDriftStatusFilters") or ["IN_SYNC", "MODIFIED", "DELETED"]
    rows = standing(service.store.resources(stack.id))
    found = [drift for name, drift in service.store.drifts(stack.id).items() if name in rows and drift.status in wanted]
    shown, more = page(found, asked.get("NextToken"), asked.get("MaxResults") or 100)
    return {"StackResourceDrifts": [_shown(drift) for drift in shown], **more}


def _shown(drift: Drift) -> dict[str, Any]:
    told: dict[str, Any] = {
        "StackId": drift.stack_id,
        "LogicalResourceId": drift.logical_id,
        "PhysicalResourceId": drift.physical_id,
        "ResourceType": drift.type,
        "StackResourceDriftStatus": drift.status,
        "Timestamp": moment(drift.time),
    }
    if drift.status != "NOT_CHECKED":
        told["ExpectedProperties"] = json.dumps(drift.expected, separators=(",", ":"))
    if drift.actual is not None:
        told["ActualProperties"] = json.dumps(drift.actual, separators=(",", ":"), default=str)
        told["PropertyDifferences"] = drift.differences
    return told
