"""A template: its sections and resources, their form checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.loading import load

SECTIONS = frozenset(
    [
        "AWSTemplateFormatVersion",
        "Description",
        "Metadata",
        "Parameters",
        "Rules",
        "Mappings",
        "Conditions",
        "Transform",
        "Resources",
        "Outputs",
    ]
)
RESOURCE_KEYS = frozenset(
    [
        "Type",
        "Properties",
        "DependsOn",
        "Condition",
        "Metadata",
        "DeletionPolicy",
        "UpdateReplacePolicy",
        "CreationPolicy",
        "UpdatePolicy",
    ]
)
BODY_LIMIT = 51_200  # bytes of a TemplateBody
URL_LIMIT = 1_048_576  # bytes of a template fetched from S3


@dataclass(frozen=True)
class ResourceSpec:
    """One entry of a template's Resources, its intrinsic functions still in it."""

    logical_id: str
    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: str = ""
    update_replace_policy: str = "Delete"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    creation_policy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Template:
    body: str
    data: Mapping[str, Any]
    resources: Mapping[str, ResourceSpec]
    original: str = ""  # the text before the transform was applied; empty where there is none

    @property
    def parameters(self) -> Mapping[str, Mapping[str, Any]]:
        return self._section("Parameters")

    @property
    def mappings(self) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        return self._section("Mappings")

    @property
    def rules(self) -> Mapping[str, Any]:
        return self._section("Rules")

    @property
    def conditions(self) -> Mapping[str, Any]:
        return self._section("Conditions")

    @property
    def outputs(self) -> Mapping[str, Mapping[str, Any]]:
        return self._section("Outputs")

    @property
    def metadata(self) -> Mapping[str, Any]:
        return self._section("Metadata")

    @property
    def description(self) -> str | None:
        text = self.data.get("Description")
        return None if text is None else str(text)

    def _section(self, name: str) -> Mapping[str, Any]:
        return self.data.get(name) or {}


@lru_cache(maxsize=64)  # every description of a stack asks for its template; nobody writes into what it gets
def parse(body: str) -> Template:
    """Read a template and check its form; what it means is `validation`'s business."""
    data = load(body)
    if not isinstance(data, dict):
        raise ValidationError("Template format error: unsupported structure.")
    if unknown := sorted(str(key) for key in data.keys() - SECTIONS):
        raise ValidationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    for section in ("Parameters", "Mappings", "Conditions", "Resources", "Outputs", "Metadata"):
        if not isinstance(data.get(section) or {}, dict):
            raise ValidationError(f"Template format error: {section} must be an object.")
    if not data.get("Resources"):
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    resources = {str(name): _resource(str(name), entry) for name, entry in data["Resources"].items()}
    return Template(body, data, resources)


def _resource(name: str, entry: Any) -> ResourceSpec:
    where = f"[/Resources/{name}]"
    if not name.isalnum() or not name.isascii():
        raise ValidationError(f"Template format error: Resource name {name} is non alphanumeric.")
    if not isinstance(entry, dict):
        raise ValidationError(f"Template format error: {where} Every Resources object must be an object.")
    if not isinstance(entry.get("Type"), str):
        raise ValidationError(f"Template format error: {where} Every Resources object must contain a Type member.")
    if unknown := sorted(str(key) for key in entry.keys() - RESOURCE_KEYS):
        raise ValidationError(f"Invalid template resource property '{unknown[0]}'")
    if not isinstance(entry.get("Properties") or {}, dict):
        raise ValidationError(f"Template format error: {where} Properties must be an object.")
    depends_on = entry.get("DependsOn") or []
    return ResourceSpec(
        name,
        entry["Type"],
        entry.get("Properties") or {},
        (depends_on,) if isinstance(depends_on, str) else tuple(depends_on),
        entry.get("Condition"),
        _policy(entry, name, "DeletionPolicy", ""),
        _policy(entry, name, "UpdateReplacePolicy", "Delete"),
        entry.get("Metadata") or {},
        entry.get("CreationPolicy") or {},
    )


def _policy(entry: Mapping[str, Any], name: str, key: str, default: str) -> str:
    value = entry.get(key, default)
    allowed = ["Delete", "Retain", "Snapshot", *(["RetainExceptOnCreate"] if key == "DeletionPolicy" else [])]
    if value != default and value not in allowed:
        raise ValidationError(f"Template format error: Unrecognized {key} {value} for resource {name}")
    return str(value)
