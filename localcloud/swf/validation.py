"""Whether a request is one that SWF takes: judged by botocore's description of the service, told as AWS tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from localcloud.swf.faults import invalid, unreadable

# Names that AWS keeps free of the characters its ARNs and messages are built with.
NAMES = {"DomainName", "Name", "Version", "WorkflowId", "ActivityId", "TimerId"}
NAME_RULE = "Member must not be 'arn', contain : / | or control characters, or begin or end with a space"
FORBIDDEN = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
NEVER_NONE = {"executionStartToCloseTimeout", "defaultExecutionStartToCloseTimeout"}
YEAR = 31_536_000
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,), "list": (list,), "string": (str,), "boolean": (bool,),
    "integer": (int,), "long": (int,), "timestamp": (int, float),
}  # fmt: skip


@cache
def model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("swf", "service-2"), "swf")


def check(operation: str, asked: Any) -> None:
    """Raise a ValidationException with every mistake of the request, or return."""
    shape = model().operation_model(operation).input_shape
    if shape is None:
        return
    mistakes = list(_mistakes(shape, asked, ""))
    if mistakes:
        number = f"{len(mistakes)} validation error{'s' if len(mistakes) > 1 else ''} detected: "
        raise invalid(number + "; ".join(mistakes))


def _mistakes(shape: Any, value: Any, where: str) -> Iterator[str]:
    _ensure_type(shape.type_name, value, where)
    if shape.type_name == "structure":
        yield from _members(shape, value, where)
    elif shape.type_name == "list":
        yield from _length(shape, value, where)
        for number, item in enumerate(value, 1):
            yield from _mistakes(shape.member, item, f"{where}.{number}.member")
    elif shape.type_name == "string":
        yield from _length(shape, value, where)
        yield from _text(shape, value, where)
    elif shape.type_name in ("integer", "long"):
        yield from _bounds(shape, value, where)


def _ensure_type(name: str, value: Any, where: str) -> None:
    if not isinstance(value, JSON_TYPES[name]) or (isinstance(value, bool) and name != "boolean"):
        raise unreadable(f"{where or 'The request'}: expected {name}, got {type(value).__name__}")


def _members(shape: Any, value: dict[str, Any], where: str) -> Iterator[str]:
    for name, member in shape.members.items():
        place = f"{where}.{name}" if where else name
        if value.get(name) is not None:
            yield from _mistakes(member, value[name], place)
        elif name in shape.required_members:
            yield _wrong(None, place, "Member must not be null")


def _length(shape: Shape, value: Any, where: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield _wrong(value, where, f"Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield _wrong(value, where, f"Member must have length less than or equal to {most}")


def _bounds(shape: Shape, value: int, where: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield _wrong(value, where, f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield _wrong(value, where, f"Member must have value less than or equal to {most}")


def _text(shape: Any, value: str, where: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _wrong(value, where, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    elif shape.name in NAMES and _bad_name(value):
        yield _wrong(value, where, NAME_RULE)
    elif shape.name.startswith("DurationIn") and not _good_duration(shape.name, value, where):
        none = " or NONE" if _none_allowed(shape.name, where) else ""
        yield _wrong(value, where, f"Member must be a non-negative number{none}")
    elif shape.name == "TaskPriority" and not re.fullmatch(r"-?\d{1,10}", value):
        yield _wrong(value, where, "Member must be an integer from -2147483648 to 2147483647")


def _bad_name(value: str) -> bool:
    return value == "arn" or value != value.strip() or bool(FORBIDDEN.search(value))


def _none_allowed(shape: str, where: str) -> bool:
    return shape != "DurationInSeconds" and where.rpartition(".")[2] not in NEVER_NONE


def _good_duration(shape: str, value: str, where: str) -> bool:
    if value == "NONE":
        return _none_allowed(shape, where)
    if not re.fullmatch(r"\d+", value):
        return False
    if shape == "DurationInDays":
        return int(value) <= 90
    return int(value) <= YEAR or where.rpartition(".")[2] not in NEVER_NONE


def _wrong(value: Any, where: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{where}' failed to satisfy constraint: {constraint}"
