"""Whether a request is one that SWF takes: what it asks of names and durations beyond botocore's description of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from botocore.model import ServiceModel

from localcloud import validation
from localcloud.validation import wrong

# Names that AWS keeps free of the characters its ARNs and messages are built with.
NAMES = {"DomainName", "Name", "Version", "WorkflowId", "ActivityId", "TimerId"}
NAME_RULE = "Member must not be 'arn', contain : / | or control characters, or begin or end with a space"
FORBIDDEN = re.compile(r"[:/|\x00-\x1f\x7f-\x9f]")
NEVER_NONE = {"executionStartToCloseTimeout", "defaultExecutionStartToCloseTimeout"}
YEAR = 31_536_000


def model() -> ServiceModel:
    return validation.model("swf")


def check(operation: str, asked: Any) -> None:
    """Raise a ValidationException with every mistake of the request, or return."""
    shape = model().operation_model(operation).input_shape
    if shape is not None:
        validation.check(shape, asked, _text)


def _text(shape: Any, value: str, where: str) -> Iterator[str]:
    if shape.name in NAMES and _bad_name(value):
        yield wrong(value, where, NAME_RULE)
    elif shape.name.startswith("DurationIn") and not _good_duration(shape.name, value, where):
        none = " or NONE" if _none_allowed(shape.name, where) else ""
        yield wrong(value, where, f"Member must be a non-negative number{none}")
    elif shape.name == "TaskPriority" and not re.fullmatch(r"-?\d{1,10}", value):
        yield wrong(value, where, "Member must be an integer from -2147483648 to 2147483647")


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
