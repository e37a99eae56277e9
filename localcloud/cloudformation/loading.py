"""A template's text, JSON or YAML, read as plain data: no tag makes an object, no alias multiplies."""

from __future__ import annotations

import json
from typing import Any

import yaml

from localcloud.cloudformation.errors import ValidationError

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
DEEPEST = 100  # levels of lists and objects: far over any template, far under Python's own limit


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms as data; dates stay text, and a key may stand only once."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):  # nine lines of them can stand for more than any memory holds
            raise ValidationError("Template format error: YAML aliases are not allowed in CloudFormation templates")
        return super().compose_node(parent, index)


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
for _unsupported in ("binary", "omap", "pairs", "set", "timestamp"):
    del _Loader.yaml_constructors[f"tag:yaml.org,2002:{_unsupported}"]
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
    """The data that a template's text stands for: at most DEEPEST levels of it.

    Raises ValidationError where it is neither JSON nor YAML. What AWS refuses of YAML is refused ("Template formats":
    aliases, merges, tags of other types than text, numbers and booleans).
    """
    data = _load(body)
    _check_depth(data)
    return data


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise ValidationError(f"Template format error: more than {DEEPEST} levels of lists and objects")
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth(item, depth + 1)


def _load(body: str) -> Any:
    if body.lstrip().startswith("{"):
        try:
            return json.loads(body, object_pairs_hook=_once)
        except json.JSONDecodeError as error:
            json_error = error
        except RecursionError:
            raise ValidationError("Template format error: JSON not well-formed. Nested too deeply") from None
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
