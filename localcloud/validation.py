"""Whether a request is one that a service takes: judged by botocore's description of it, told as AWS tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from localcloud.protocol import invalid, unreadable

JSON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,), "map": (dict,), "list": (list,), "string": (str,), "blob": (str,), "boolean": (bool,),
    "integer": (int,), "long": (int,), "timestamp": (int, float),
}  # fmt: skip

Rule = Callable[[Any, Any, str], Iterable[str]]
"""What a service asks of a string beyond its model: shape, value, where it stands -> mistakes."""


@cache
def model(service: str) -> ServiceModel:
    """botocore's own description of a service, which it keeps by names as "swf"."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def check(shape: Any, asked: Any, rule: Rule = lambda shape, value, where: ()) -> None:
    """Raise a ValidationException with every mistake of the request, a SerializationException for a wrong type."""
    mistakes = list(_mistakes(shape, asked, "", rule))
    if mistakes:
        number = f"{len(mistakes)} validation error{'s' if len(mistakes) > 1 else ''} detected: "
        raise invalid(number + "; ".join(mistakes))


def ensure_types(shape: Any, value: Any, where: str = "") -> None:
    """Raise a SerializationException where anything in a request is not of its type; nothing else is judged."""
    kind = shape.type_name
    _ensure_type(kind, value, where)
    if kind == "structure":
        members = shape.members
        for name, item in value.items():
            if item is not None and name in members:
                ensure_types(members[name], item, f"{where}.{name}" if where else name)
    elif kind == "list":
        for number, item in enumerate(value, 1):
            ensure_types(shape.member, item, f"{where}.{number}.member")
    elif kind == "map":
        for key, item in value.items():
            ensure_types(shape.value, item, f"{where}.{key}")


def wrong(value: Any, where: str, constraint: str) -> str:
    """One mistake as AWS words it."""
    shown = "null" if value is None else f"'{value}'"
    return f"Value {shown} at '{where}' failed to satisfy constraint: {constraint}"


def _mistakes(shape: Any, value: Any, where: str, rule: Rule) -> Iterator[str]:
    kind = shape.type_name
    _ensure_type(kind, value, where)
    if kind == "structure":
        yield from _members(shape, value, where, rule)
    elif kind == "list":
        yield from _length(shape, value, where)
        for number, item in enumerate(value, 1):
            yield from _mistakes(shape.member, item, f"{where}.{number}.member", rule)
    elif kind == "map":
        for key, item in value.items():
            yield from _mistakes(shape.value, item, f"{where}.{key}", rule)
    elif kind == "string":
        yield from _length(shape, value, where)
        if shape.enum and value not in shape.enum:
            yield wrong(value, where, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
        else:
            yield from rule(shape, value, where)
    elif kind in ("integer", "long"):
        yield from _bounds(shape, value, where)


def _ensure_type(name: str, value: Any, where: str) -> None:
    if not isinstance(value, JSON_TYPES[name]) or (isinstance(value, bool) and name != "boolean"):
        raise unreadable(f"{where or 'The request'}: expected {name}, got {type(value).__name__}")


def _members(shape: Any, value: dict[str, Any], where: str, rule: Rule) -> Iterator[str]:
    for name, member in shape.members.items():
        place = f"{where}.{name}" if where else name
        if value.get(name) is not None:
            yield from _mistakes(member, value[name], place, rule)
        elif name in shape.required_members:
            yield wrong(None, place, "Member must not be null")


def _length(shape: Shape, value: Any, where: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield wrong(value, where, f"Member must have length greater than or equal to {least}")
    if most is not None and len(value) > most:
        yield wrong(value, where, f"Member must have length less than or equal to {most}")


def _bounds(shape: Shape, value: int, where: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield wrong(value, where, f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield wrong(value, where, f"Member must have value less than or equal to {most}")
