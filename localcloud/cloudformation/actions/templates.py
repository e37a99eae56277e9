"""Actions about templates: the one a stack has, and what one says before it is used."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from localcloud.cloudformation import validation
from localcloud.cloudformation.actions import Asked, action
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.loading import load
from localcloud.cloudformation.resources import find
from localcloud.cloudformation.service import CloudFormation
from localcloud.cloudformation.template import Template, parse


@action
def get_template(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    if asked.get("ChangeSetName"):
        version = service.change_set(asked["ChangeSetName"], asked.get("StackName")).version
    elif asked.get("StackName"):
        version = service.stack(asked["StackName"]).version
    else:
        raise ValidationError("StackName is required if ChangeSetName is not specified.")
    original = asked.get("TemplateStage", "Original") == "Original" and version.original
    return {"TemplateBody": original or version.template, "StagesAvailable": ["Original", "Processed"]}


@action
def validate_template(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    template = service.template(asked)
    needed, reason = validation.needed_capabilities(template)
    return {
        "Parameters": [
            {
                "ParameterKey": name,
                "DefaultValue": _default(declared),
                "NoEcho": text(declared.get("NoEcho", False)) == "true",
                "Description": declared.get("Description"),
            }
            for name, declared in template.parameters.items()
        ],
        "Description": template.description,
        **({"Capabilities": needed, "CapabilitiesReason": reason} if needed else {}),
    }


@action
def get_template_summary(service: CloudFormation, asked: Asked) -> dict[str, Any]:
    if asked.get("StackName"):
        version = service.live_stack(asked["StackName"]).version
        template = replace(parse(version.template), original=version.original)
    else:
        template = service.template(asked)
    needed, reason = validation.needed_capabilities(template)
    return {
        "Parameters": [_parameter(name, declared) for name, declared in template.parameters.items()],
        "Description": template.description,
        "ResourceTypes": sorted({spec.type for spec in template.resources.values()}),
        "Version": str(template.data.get("AWSTemplateFormatVersion", "2010-09-09")),
        "Metadata": json.dumps(template.metadata) if template.metadata else None,
        "DeclaredTransforms": _transforms(template),
        "ResourceIdentifierSummaries": _identifiers(template),
        **({"Capabilities": needed, "CapabilitiesReason": reason} if needed else {}),
    }


def _identifiers(template: Template) -> list[dict[str, Any]]:
    """By which property resources of each type are named when they are imported."""
    types: dict[str, list[str]] = {}
    for name, spec in template.resources.items():
        types.setdefault(spec.type, []).append(name)
    return [
        {"ResourceType": each, "LogicalResourceIds": names, "ResourceIdentifiers": [find(each).identifier]}
        for each, names in types.items()
        if find(each).identifier
    ]


def _parameter(name: str, declared: Any) -> dict[str, Any]:
    constraints = {}
    if "AllowedValues" in declared:
        constraints = {"AllowedValues": [text(value) for value in declared["AllowedValues"]]}
    return {
        "ParameterKey": name,
        "DefaultValue": _default(declared),
        "ParameterType": declared["Type"],
        "NoEcho": text(declared.get("NoEcho", False)) == "true",
        "Description": declared.get("Description"),
        "ParameterConstraints": constraints,
    }


def _default(declared: Any) -> str | None:
    return text(declared["Default"]) if "Default" in declared else None


def _transforms(template: Template) -> list[str]:
    declared = (load(template.original) if template.original else template.data).get("Transform") or []
    return declared if isinstance(declared, list) else [declared]
