"""Parameters of a template: what was given, its defaults, and whether the template allows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.parameter_types import SSM_VALUE
from localcloud.cloudformation.template import Template

MASK = "****"

# Name of an SSM parameter -> its value; raises ValidationError where there is none.
ReadParameter = Callable[[str], str]


def given_values(
    template: Template, wanted: Sequence[Mapping[str, Any]], previous: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Value of every parameter, by name, as `{"value": text}`: given now, kept from before, or the default.

    Raises ValidationError where one is missing, unknown, or not allowed by its declaration.
    """
    given: dict[str, str] = {}
    for entry in wanted:
        name = entry["ParameterKey"]
        if entry.get("UsePreviousValue"):
            if name not in previous:
                raise ValidationError(
                    f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true "
                    "for a parameter key not in the previous template"
                )
            given[name] = previous[name]["value"]
        elif "ParameterValue" in entry:
            given[name] = entry["ParameterValue"]
    if unknown := sorted(given.keys() - template.parameters.keys()):
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values: dict[str, dict[str, Any]] = {}
    missing: list[str] = []
    for name, declared in template.parameters.items():
        if name in given:
            values[name] = {"value": given[name]}
        elif "Default" in declared:
            default = declared["Default"]
            values[name] = {"value": ",".join(map(text, default)) if isinstance(default, list) else text(default)}
        else:
            missing.append(name)
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, value in values.items():
        check(name, template.parameters[name], value["value"])
    return values


def look_up(template: Template, values: Mapping[str, dict[str, Any]], read: ReadParameter) -> dict[str, dict[str, Any]]:
    """The values with `resolved` added for those that name a parameter in SSM."""
    return {
        name: {**value, "resolved": read(value["value"])} if is_ssm(template.parameters[name]) else dict(value)
        for name, value in values.items()
    }


def is_ssm(declared: Mapping[str, Any]) -> bool:
    return bool(SSM_VALUE.match(str(declared.get("Type"))))


def referred(declared: Mapping[str, Any], value: Mapping[str, Any]) -> Any:
    """What a Ref of the parameter gives: a text, or a list where its type is one."""
    kind = str(declared.get("Type", "String"))
    if match := SSM_VALUE.match(kind):
        kind = match[1]
    plain = value.get("resolved", value["value"])
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [part.strip() for part in plain.split(",")] if plain else []
    return plain


def shown(declared: Mapping[str, Any], name: str, value: Mapping[str, Any]) -> dict[str, str]:
    """The parameter as DescribeStacks shows it."""
    if text(declared.get("NoEcho", False)) == "true":
        return {"ParameterKey": name, "ParameterValue": MASK}
    entry = {"ParameterKey": name, "ParameterValue": value["value"]}
    if "resolved" in value:
        entry["ResolvedValue"] = value["resolved"]
    return entry


def check(name: str, declared: Mapping[str, Any], value: str) -> None:
    """Raise ValidationError where the declaration does not allow `value`."""
    explained = declared.get("ConstraintDescription")

    def refuse(rule: str) -> None:
        raise ValidationError(
            f"Parameter {name} failed to satisfy constraint: {explained}" if explained else f"Parameter '{name}' {rule}"
        )

    kind = str(declared.get("Type", "String"))
    parts = [part.strip() for part in value.split(",")] if kind.startswith(("List<", "CommaDelimited")) else [value]
    for part in parts:
        if kind in ("Number", "List<Number>"):
            _check_number(name, declared, part, refuse)
        if "AllowedValues" in declared and part not in [text(each) for each in declared["AllowedValues"]]:
            refuse(f"must be one of AllowedValues [{', '.join(text(each) for each in declared['AllowedValues'])}]")
        if "AllowedPattern" in declared and not re.fullmatch(str(declared["AllowedPattern"]), part):
            refuse(f"must match pattern {declared['AllowedPattern']}")
    if "MinLength" in declared and len(value) < int(declared["MinLength"]):
        refuse(f"must contain at least {declared['MinLength']} characters")
    if "MaxLength" in declared and len(value) > int(declared["MaxLength"]):
        refuse(f"must contain at most {declared['MaxLength']} characters")


def _check_number(name: str, declared: Mapping[str, Any], value: str, refuse: Callable[[str], None]) -> None:
    try:
        number = float(value)
    except ValueError:
        raise ValidationError(f"Parameter '{name}' must be a number") from None
    if "MinValue" in declared and number < float(declared["MinValue"]):
        refuse(f"must be a number not less than {declared['MinValue']}")
    if "MaxValue" in declared and number > float(declared["MaxValue"]):
        refuse(f"must be a number not greater than {declared['MaxValue']}")
