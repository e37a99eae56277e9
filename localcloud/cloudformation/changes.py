"""What an update would do: per resource the action, whether it is replaced, and each value before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from localcloud.cloudformation import graph
from localcloud.cloudformation.evaluation import Evaluation
from localcloud.cloudformation.intrinsics import LATER
from localcloud.cloudformation.records import Body, Json, Resource
from localcloud.cloudformation.resources import find
from localcloud.cloudformation.resources.kind import Kind, changed
from localcloud.cloudformation.template import ResourceSpec


def compare(rows: Mapping[str, Resource], new: Evaluation, tags: Mapping[str, str]) -> list[Json]:
    """The changes from what stands to the new template, as DescribeChangeSet lists them with property values.

    Empty where nothing is to be done for any resource.
    """
    standing = {name: row for name, row in rows.items() if row.body is not None}
    made: dict[str, Resource] = {}
    scope = new.with_made(made)
    changes: list[Json] = []
    for name in graph.in_order(new.graph):
        spec = new.resources[name]
        kind = find(spec.type)
        wanted = kind.with_tags(scope.properties(spec), tags)
        row = standing.get(name)
        if row is None or row.body is None:
            changes.append(_change("Add", name, spec.type, None, after=_context(wanted)))
            continue
        change = _modification(row, row.body, spec, kind, wanted, new)
        if change is not None:
            changes.append(change)
        if change is None or (change["ResourceChange"]["Replacement"] == "False" and not kind.refreshed):
            made[name] = row
    for name, row in standing.items():
        if name not in new.resources and row.body is not None:
            removed = _change("Remove", name, row.type, row.physical_id, before=_context(row.body.properties))
            removed["ResourceChange"]["PolicyAction"] = _POLICY_ACTIONS[row.body.deletion_policy]
            changes.append(removed)
    return changes


# A nested stack that nobody has changed: its template may be another one where it lies.
AUTOMATIC: Json = {
    "Target": {"Attribute": "Properties", "RequiresRecreation": "Never"},
    "Evaluation": "Dynamic",
    "ChangeSource": "Automatic",
}
_POLICY_ACTIONS = {"Delete": "Delete", "Retain": "Retain", "Snapshot": "Snapshot", "RetainExceptOnCreate": "Retain"}


def without_values(changes: list[Json]) -> list[Json]:
    """The same changes as they are shown without IncludePropertyValues."""
    hidden = {"BeforeValue", "AfterValue", "Path", "AttributeChangeType"}
    plain = []
    for change in changes:
        resource = {key: value for key, value in change["ResourceChange"].items() if not key.endswith("Context")}
        resource["Details"] = [
            {**detail, "Target": {key: value for key, value in detail["Target"].items() if key not in hidden}}
            for detail in resource.get("Details", [])
        ]
        plain.append({**change, "ResourceChange": resource})
    return plain


def _change(
    action: str, name: str, kind: str, physical_id: str | None, *, before: str | None = None, after: str | None = None
) -> Json:
    resource: Json = {"Action": action, "LogicalResourceId": name, "ResourceType": kind, "Scope": [], "Details": []}
    for key, value in (("PhysicalResourceId", physical_id), ("BeforeContext", before), ("AfterContext", after)):
        if value is not None:
            resource[key] = value
    return {"Type": "Resource", "ResourceChange": resource}


def _modification(
    row: Resource, body: Body, spec: ResourceSpec, kind: Kind, wanted: Json, new: Evaluation
) -> Json | None:
    differing = changed(body.properties, wanted)
    details = [
        detail for name in sorted(differing) for detail in _details(name, body.properties, wanted, spec, kind, new)
    ]
    attributes = list(_attributes(row, body, spec, kind))
    if not details and kind.refreshed:
        details = [AUTOMATIC]
    if not details and not attributes:
        return None
    needed = [detail for detail in details if detail["Target"]["RequiresRecreation"] != "Never"]
    change = _change("Modify", row.logical_id, row.type, row.physical_id,
                     before=_context(body.properties), after=_context(wanted))  # fmt: skip
    resource = change["ResourceChange"]
    resource["Details"] = details + attributes
    resource["Scope"] = sorted({detail["Target"]["Attribute"] for detail in resource["Details"]})
    certain = any(detail["Evaluation"] == "Static" for detail in needed)
    resource["Replacement"] = "True" if certain else "Conditional" if needed else "False"
    if needed:
        retained = body.replace_policy == "Retain"
        resource["PolicyAction"] = "ReplaceAndRetain" if retained else "ReplaceAndDelete"
    return change


def _details(name: str, old: Json, wanted: Json, spec: ResourceSpec, kind: Kind, new: Evaluation) -> Iterator[Json]:
    replaces = kind.replaces(old, wanted, frozenset([name]))
    target: Json = {
        "Attribute": "Tags" if name == kind.tags else "Properties",
        "Path": f"/Properties/{name}",
        "AttributeChangeType": "Add" if name not in old else "Remove" if name not in wanted else "Modify",
    }
    if name != kind.tags:
        target["Name"] = name
    later = name in wanted and LATER in json.dumps(wanted[name])
    target["RequiresRecreation"] = ("Conditionally" if later else "Always") if replaces else "Never"
    if name in old:
        target["BeforeValue"] = _shown(old[name])
    if name in wanted:
        target["AfterValue"] = _shown(wanted[name])
    nobody: list[tuple[str, str | None]] = [("DirectModification", None)]
    for source, entity in list(_causes(spec.properties.get(name), new)) or nobody:
        detail: Json = {"Target": target, "Evaluation": "Dynamic" if later else "Static", "ChangeSource": source}
        if entity is not None:
            detail["CausingEntity"] = entity
        yield detail


def _causes(value: Any, new: Evaluation) -> Iterator[tuple[str, str | None]]:
    """Where the value comes from: parameters, other resources and their attributes."""
    for name, attribute in sorted(set(graph.references(value, new.condition)), key=str):
        if name in new.template.parameters:
            yield "ParameterReference", name
        elif name in new.resources:
            yield ("ResourceAttribute", f"{name}.{attribute}") if attribute else ("ResourceReference", name)


def _attributes(row: Resource, body: Body, spec: ResourceSpec, kind: Kind) -> Iterator[Json]:
    before = {
        "Metadata": row.metadata,
        "DeletionPolicy": body.deletion_policy,
        "UpdateReplacePolicy": body.replace_policy,
    }
    after = {
        "Metadata": dict(spec.metadata),
        "DeletionPolicy": spec.deletion_policy or kind.deletion_policy,
        "UpdateReplacePolicy": spec.update_replace_policy,
    }
    for name in before:
        if before[name] != after[name]:
            target = {
                "Attribute": name,
                "Path": f"/{name}",
                "AttributeChangeType": "Modify",
                "RequiresRecreation": "Never",
                "BeforeValue": _shown(before[name]),
                "AfterValue": _shown(after[name]),
            }
            yield {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return LATER if LATER in value else value
    return json.dumps(value)


def _context(properties: Mapping[str, Any]) -> str:
    return json.dumps({"Properties": properties})
