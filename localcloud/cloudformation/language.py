"""The transform AWS::LanguageExtensions: Fn::ForEach written out, and functions where only text may stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.intrinsics import Scope, resolve, text

NAME = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach::"
LOOPED = ("Conditions", "Resources", "Outputs")
POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


def is_extended(data: Any) -> bool:
    """Whether a template asks for the transform."""
    declared = data.get("Transform") if isinstance(data, Mapping) else None
    return NAME in (declared if isinstance(declared, list) else [declared])


def expand(data: Mapping[str, Any], scope: Scope) -> dict[str, Any]:
    """The template without the transform: what CloudFormation calls processed. `scope` knows the parameters.

    Raises ValidationError where a loop is not of its form or makes a name twice.
    """
    processed = {key: value for key, value in data.items() if key != "Transform"}
    others = [name for name in _many(data["Transform"]) if name != NAME]
    if others:
        processed["Transform"] = others
    for section in LOOPED:
        if isinstance(data.get(section), Mapping):
            processed[section] = _written_out(data[section], {}, scope)
    for entry in processed.get("Resources", {}).values():
        for key in POLICIES:
            if isinstance(entry, dict) and isinstance(entry.get(key), Mapping):
                entry[key] = resolve(entry[key], scope)
    return processed


def _written_out(value: Any, names: Mapping[str, str], scope: Scope) -> Any:
    """`value` with its loops written out and the loops' identifiers replaced by what they stand for."""
    if isinstance(value, str):
        return _replaced(value, names)
    if isinstance(value, list):
        return [_written_out(item, names, scope) for item in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) == {"Ref"} and value["Ref"] in names:
        return names[value["Ref"]]
    result: dict[str, Any] = {}
    for key, item in value.items():
        more = _loop(item, names, scope) if str(key).startswith(LOOP) else None
        if more is None:
            more = {_replaced(str(key), names): _written_out(item, names, scope)}
        for name, made in more.items():
            if name in result:
                raise _wrong(f"Duplicate key '{name}' when merging keys to parent object in Fn::ForEach")
            result[name] = made
    return result


def _loop(argument: Any, names: Mapping[str, str], scope: Scope) -> dict[str, Any]:
    if not (isinstance(argument, list) and len(argument) == 3 and isinstance(argument[0], str)
            and isinstance(argument[2], Mapping)):  # fmt: skip
        raise _wrong("Fn::ForEach layout is incorrect")
    identifier, collection, body = argument
    if identifier in names:
        raise _wrong(f"Fn::ForEach identifier '{identifier}' is used twice")
    found = resolve(_written_out(collection, names, scope), scope)
    members = [member for each in found for member in _many(each)] if isinstance(found, list) else None
    if members is None:
        raise _wrong("Fn::ForEach could not resolve its collection to a list")
    result: dict[str, Any] = {}
    for member in members:
        for name, made in _written_out(body, {**names, identifier: text(member)}, scope).items():
            if name in result:
                raise _wrong(f"Duplicate key '{name}' when merging keys to parent object in Fn::ForEach")
            result[name] = made
    return result


def _replaced(value: str, names: Mapping[str, str]) -> str:
    for name, stands_for in names.items():
        value = value.replace(f"${{{name}}}", stands_for)
        value = value.replace(f"&{{{name}}}", re.sub(r"[^A-Za-z0-9]", "", stands_for))
    return value


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _wrong(message: str) -> ValidationError:
    return ValidationError(f"Transform {NAME} failed with: {message}")
