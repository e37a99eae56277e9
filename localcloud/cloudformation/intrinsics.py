"""Intrinsic functions: what `Ref`, `Fn::Join` and their kin stand for, given a scope to look names up in."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from itertools import islice
from typing import Any, Protocol

from localcloud.cloudformation.errors import ValidationError

# What a change set shows for a value that is known only once the change is made.
LATER = "{{changeSet:KNOWN_AFTER_APPLY}}"
PLACEHOLDER = re.compile(r"\$\{([^!{}][^{}]*)\}")
LITERAL = re.compile(r"\$\{!([^{}]*)\}")
VARIABLE = re.compile(r"[A-Za-z0-9_.:]+")


class _NoValue:
    """`AWS::NoValue`: the property or the list's member that has it is left out."""

    def __repr__(self) -> str:
        return "AWS::NoValue"


NO_VALUE = _NoValue()


class Scope(Protocol):
    """Where a template's names are looked up."""

    def ref(self, name: str) -> Any: ...
    def attribute(self, logical_id: str, name: str) -> Any: ...
    def condition(self, name: str) -> bool: ...
    def mapping(self, name: str, first: str, second: str) -> Any: ...
    def exported(self, name: str) -> str: ...
    def zones(self, region: str) -> list[str]: ...


def resolve(value: Any, scope: Scope) -> Any:
    """`value` with every intrinsic function in it replaced by what it stands for.

    Raises ValidationError where a function's arguments are not of its form or a name is unknown.
    """
    if isinstance(value, Mapping):
        if (name := function_of(value)) is not None:
            return FUNCTIONS[name](value[name], scope)
        resolved = {str(key): resolve(item, scope) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}
    if isinstance(value, list):
        return [item for item in (resolve(item, scope) for item in value) if item is not NO_VALUE]
    return value


def function_of(value: Mapping[Any, Any]) -> str | None:
    """The intrinsic function's name where `value` is a call of one."""
    if len(value) != 1:
        return None
    name = next(iter(value))
    if name in FUNCTIONS:
        return str(name)
    if isinstance(name, str) and name.startswith("Fn::"):
        raise ValidationError(f"Template error: {name} is not a function that is supported here")
    return None


def text(value: Any) -> str:
    """A scalar as CloudFormation writes it into a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list) or value is NO_VALUE or value is None:
        raise ValidationError("Template error: a string was expected where a list, an object or nothing stands")
    return str(value)


def attribute_target(argument: Any) -> tuple[str, Any]:
    """Logical id and attribute of a Fn::GetAtt, whichever of its two forms it has."""
    if isinstance(argument, str) and "." in argument:
        logical_id, name = argument.split(".", 1)
        return logical_id, name
    if isinstance(argument, list) and len(argument) >= 2 and isinstance(argument[0], str):
        if len(argument) > 2:
            return argument[0], ".".join(text(part) for part in argument[1:])
        return argument[0], argument[1]
    raise ValidationError(
        "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
        "resource attribute"
    )


def sub_parts(argument: Any) -> tuple[str, Mapping[str, Any]]:
    """Text and own variables of a Fn::Sub."""
    match argument:
        case str(template):
            variables: Mapping[str, Any] = {}
        case [str(template), dict(variables)]:
            pass
        case _:
            raise _not_to_substitute()
    if not all(VARIABLE.fullmatch(match[1].strip()) for match in PLACEHOLDER.finditer(template)):
        raise ValidationError(
            "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, "
            "periods, and colons"
        )
    return template, variables


def _not_to_substitute() -> ValidationError:
    return ValidationError(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string "
        "as first argument, and an optional second argument to specify a mapping of values to replace in the string"
    )


def _ref(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, str):
        raise ValidationError("Template error: every Ref object must have a single String value.")
    return NO_VALUE if argument == "AWS::NoValue" else scope.ref(argument)


def _get_att(argument: Any, scope: Scope) -> Any:
    logical_id, name = attribute_target(argument)
    return scope.attribute(logical_id, text(resolve(name, scope)))


def _sub(argument: Any, scope: Scope) -> str:
    template, variables = sub_parts(argument)
    own = {name: resolve(value, scope) for name, value in variables.items()}

    def replaced(match: re.Match[str]) -> str:
        name = match[1].strip()
        if name in own:
            return text(own[name])
        if "." in name:
            return text(scope.attribute(*name.split(".", 1)))
        return text(scope.ref(name))

    return LITERAL.sub(r"${\1}", PLACEHOLDER.sub(replaced, template))


def _join(argument: Any, scope: Scope) -> str:
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str)):
        raise ValidationError(
            "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
            "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
        )
    members = resolve(argument[1], scope)
    if members == LATER:
        return LATER
    if not isinstance(members, list):
        raise ValidationError("Template error: the second parameter of Fn::Join must be a list of strings")
    return argument[0].join(text(member) for member in members)


def _split(argument: Any, scope: Scope) -> Any:
    if not (isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str) and argument[0]):
        raise ValidationError(
            "Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string "
            "to be split or a function that returns a string to be split."
        )
    whole = text(resolve(argument[1], scope))
    return LATER if LATER in whole else whole.split(argument[0])


def _select(argument: Any, scope: Scope) -> Any:
    if not (isinstance(argument, list) and len(argument) == 2):
        raise ValidationError(
            "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
        )
    index, members = text(resolve(argument[0], scope)), resolve(argument[1], scope)
    if members == LATER:
        return LATER
    if not index.isdigit() or not isinstance(members, list):
        raise ValidationError(
            "Template error: Fn::Select requires a list argument with two elements: an integer index and a list"
        )
    if int(index) >= len(members):
        raise ValidationError(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return members[int(index)]


def _if(argument: Any, scope: Scope) -> Any:
    if not (isinstance(argument, list) and argument and isinstance(argument[0], str)):
        raise ValidationError(
            "Template error: Fn::If requires a list argument with the first element being a condition"
        )
    if len(argument) != 3:
        raise ValidationError("Template error: Fn::If requires a list argument with three elements")
    return resolve(argument[1] if scope.condition(argument[0]) else argument[2], scope)


def _condition(argument: Any, scope: Scope) -> Any:
    # `Condition` is also a key of its own in policy statements: there its value is an object.
    return scope.condition(argument) if isinstance(argument, str) else {"Condition": resolve(argument, scope)}


def _equals(argument: Any, scope: Scope) -> bool:
    if not (isinstance(argument, list) and len(argument) == 2):
        raise ValidationError("Template error: every Fn::Equals object requires a list of 2 string parameters.")
    first, second = resolve(argument[0], scope), resolve(argument[1], scope)
    if isinstance(first, dict | list) or isinstance(second, dict | list):
        return bool(first == second)
    return text(first) == text(second)


def _truths(name: str, argument: Any, scope: Scope) -> list[bool]:
    if not (isinstance(argument, list) and 2 <= len(argument) <= 10):
        wanted = "a list of at least 2 and at most 10 boolean parameters"
        raise ValidationError(f"Template error: every {name} object requires {wanted}.")
    return [text(resolve(item, scope)) == "true" for item in argument]


def _find_in_map(argument: Any, scope: Scope) -> Any:
    if not (isinstance(argument, list) and len(argument) in (3, 4)):
        raise ValidationError(
            "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the "
            "attribute for return value"
        )
    name, first, second = (text(resolve(part, scope)) for part in argument[:3])
    try:
        return scope.mapping(name, first, second)
    except ValidationError:
        if len(argument) == 4 and isinstance(argument[3], Mapping) and "DefaultValue" in argument[3]:
            return resolve(argument[3]["DefaultValue"], scope)
        raise


def _base64(argument: Any, scope: Scope) -> str:
    plain = resolve(argument, scope)
    if isinstance(plain, dict | list) or plain is NO_VALUE or plain is None:
        raise ValidationError("Template error: every Fn::Base64 object must have a String-typed value.")
    plain = text(plain)
    return LATER if LATER in plain else base64.b64encode(plain.encode()).decode()


def _cidr(argument: Any, scope: Scope) -> Any:
    if not (isinstance(argument, list) and len(argument) in (2, 3)):
        raise ValidationError("Template error: every Fn::Cidr object requires two or three parameters")
    block, count, *bits = (text(resolve(part, scope)) for part in argument)
    if LATER in block:
        return LATER
    try:
        network = ip_network(block)
        # Without the third parameter AWS cuts IPv4 blocks of 8 host bits and IPv6 blocks of 64.
        host_bits = int(bits[0]) if bits else (8 if network.version == 4 else 64)
        blocks = [
            str(part) for part in islice(network.subnets(new_prefix=network.max_prefixlen - host_bits), int(count))
        ]
    except ValueError as error:
        raise ValidationError(f"Template error: Fn::Cidr can't cut {block} into {count} blocks: {error}") from None
    if not 1 <= int(count) <= 256 or len(blocks) < int(count):
        raise ValidationError(f"Template error: Fn::Cidr can't cut {block} into {count} blocks")
    return blocks


def _get_azs(argument: Any, scope: Scope) -> list[str]:
    return scope.zones(text(resolve(argument, scope)) or text(scope.ref("AWS::Region")))


def _import_value(argument: Any, scope: Scope) -> str:
    return scope.exported(text(resolve(argument, scope)))


def _length(argument: Any, scope: Scope) -> int:
    members = resolve(argument, scope)
    if not isinstance(members, list):
        raise ValidationError("Template error: Fn::Length requires a list")
    return len(members)


def _to_json_string(argument: Any, scope: Scope) -> str:
    return json.dumps(resolve(argument, scope), separators=(",", ":"))


def _and(argument: Any, scope: Scope) -> bool:
    return all(_truths("Fn::And", argument, scope))


def _or(argument: Any, scope: Scope) -> bool:
    return any(_truths("Fn::Or", argument, scope))


def _not(argument: Any, scope: Scope) -> bool:
    if not (isinstance(argument, list) and len(argument) == 1):
        raise ValidationError("Template error: Fn::Not requires a list argument with one element")
    return text(resolve(argument[0], scope)) != "true"


FUNCTIONS: dict[str, Callable[[Any, Scope], Any]] = {
    "Ref": _ref,
    "Condition": _condition,
    "Fn::And": _and,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::GetAZs": _get_azs,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Not": _not,
    "Fn::Or": _or,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
}
