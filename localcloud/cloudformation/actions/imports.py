"""What an import change set may ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.actions import Asked
from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.records import Json, Resource
from localcloud.cloudformation.resources import find
from localcloud.cloudformation.template import Template


def imported(asked: Asked, template: Template) -> dict[str, str]:
    """Physical ids of what is to be imported, by logical id. Raises ValidationError, in AWS's words."""
    wanted = {entry["LogicalResourceId"]: entry for entry in asked.get("ResourcesToImport", [])}
    if not wanted:
        raise ValidationError("You must specify ResourcesToImport parameter when specifying ChangeSetType IMPORT")
    if unknown := sorted(wanted.keys() - template.resources.keys()):
        raise ValidationError(f"Resources [{', '.join(unknown)}] to import do not exist in the template")
    bare = sorted(name for name in wanted if not template.resources[name].deletion_policy)
    if bare:
        raise ValidationError(
            f"The following resources to import [{', '.join(bare)}] must have DeletionPolicy attribute specified in "
            "the template."
        )
    return {name: _physical_id(template.resources[name].type, entry) for name, entry in wanted.items()}


def _physical_id(type_name: str, entry: Mapping[str, Any]) -> str:
    kind, given = find(type_name), entry["ResourceIdentifier"]
    if entry["ResourceType"] != type_name:
        raise ValidationError(
            f"Resource {entry['LogicalResourceId']} is of type {type_name} in the template, not {entry['ResourceType']}"
        )
    if not kind.identifier:
        raise ValidationError(f"ResourceTypes [{type_name}] are not supported for Import")
    if set(given) != {kind.identifier}:
        raise ValidationError(
            f"Resource identifier for {entry['LogicalResourceId']} must have the property [{kind.identifier}]"
        )
    return str(given[kind.identifier])


def check_nothing_else(
    rows: Mapping[str, Resource], template: Template, changes: list[Json], wanted: Mapping[str, str], outputs: bool
) -> None:
    """Raise ValidationError where the template does more than import; `outputs` says whether it has other outputs."""
    other = [each["ResourceChange"]["LogicalResourceId"] for each in changes]
    other = sorted(name for name in other if name not in wanted)
    if other:
        raise ValidationError(
            f"You have modified resources [{', '.join(other)}] in your template that are not being imported. Update, "
            "create or delete operations cannot be executed during import operations."
        )
    there = sorted(name for name in wanted if name in rows and rows[name].body is not None)
    if there:
        raise ValidationError(f"Resources [{', '.join(there)}] already exist in the stack and can not be imported")
    if outputs:
        raise ValidationError("As part of the import operation, you cannot modify or add [Outputs]")


def shown(template: Template, wanted: Mapping[str, str]) -> list[Json]:
    """The changes of an import, as DescribeChangeSet lists them."""
    return [
        {
            "Type": "Resource",
            "ResourceChange": {
                "Action": "Import",
                "LogicalResourceId": name,
                "PhysicalResourceId": physical_id,
                "ResourceType": template.resources[name].type,
                "Scope": [],
                "Details": [],
            },
        }
        for name, physical_id in wanted.items()
    ]
