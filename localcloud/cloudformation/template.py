"""A template: JSON or YAML text read as plain data, never as objects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from localcloud.cloudformation.errors import ValidationError

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
# `!Condition x` is the one short form that stands for a key without the `Fn::` in front, as `!Ref` does.
SHORT_FORMS = {
    "Ref": "Ref",
    "Condition": "Condition",
    **{
        name: f"Fn::{name}"
        for name in [
            "And",
            "Base64",
            "Cidr",
            "Contains",
            "EachMemberEquals",
            "EachMemberIn",
            "Equals",
            "FindInMap",
            "GetAtt",
            "GetAZs",
            "If",
            "ImportValue",
            "Join",
            "Length",
            "Not",
            "Or",
            "RefAll",
            "Select",
            "Split",
            "Sub",
            "ToJsonString",
            "ValueOf",
            "ValueOfAll",
        ]
    },
}
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


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms as data; dates stay text, and a key may stand only once."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    if suffix not in SHORT_FORMS:
        raise ValidationError(f"Template format error: YAML not well-formed. Unknown tag !{suffix}{_at(node)}")
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {SHORT_FORMS[suffix]: value}


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool):
            raise ValidationError(f"Template format error: YAML not well-formed. A key is no text{_at(key_node)}")
        key = key_node.value if isinstance(key, bool) else key
        if key in seen:
            raise ValidationError(f"Template format error: duplicate mapping key '{key}'{_at(key_node)}")
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


def _at(node: yaml.Node) -> str:
    return f" (line {node.start_mark.line + 1}, column {node.start_mark.column + 1})"


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise ValidationError(f"Template format error: duplicate mapping key '{key}'")
        seen[key] = value
    return seen


def load(body: str) -> Any:
    """The data that a template's text stands for. Raises ValidationError where it is neither JSON nor YAML."""
    if body.lstrip().startswith("{"):
        try:
            return json.loads(body, object_pairs_hook=_once)
        except json.JSONDecodeError as error:
            json_error = error
        try:
            return yaml.load(body, _Loader)  # flow-style YAML starts with a brace too
        except (yaml.YAMLError, RecursionError):
            where = f"(line {json_error.lineno}, column {json_error.colno})"
            raise ValidationError(f"Template format error: JSON not well-formed. {where}") from None
    try:
        return yaml.load(body, _Loader)
    except yaml.MarkedYAMLError as error:
        where = _mark(error.problem_mark)
        raise ValidationError(f"Template format error: YAML not well-formed. {where}".rstrip()) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ValidationError(f"Template format error: YAML not well-formed. {error}") from None


def _mark(mark: yaml.Mark | None) -> str:
    return f"(line {mark.line + 1}, column {mark.column + 1})" if mark else ""


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
