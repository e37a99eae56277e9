"""Reads a request's parameters as botocore's shapes describe them: from address, headers and XML body."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from localcloud.s3.faults import Fault, invalid
from localcloud.s3.model import input_shape, members
from localcloud.s3.routing import Address

OWN_ERRORS = {"BucketLocationConstraint", "FilterRuleName"}
ANY_TEXT = {"Expires"}  # kept as it was given, date or not


def parameters(action: str, address: Address, headers: Mapping[str, str]) -> dict[str, Any]:
    """All but the body. `headers` by lower-case name. Raises InvalidArgument."""
    shape = input_shape(action)
    if shape is None:
        return {}
    found: dict[str, Any] = {}
    for name, member in members(shape).items():
        place = member.serialization
        location = place.get("location")
        if location == "headers":
            found[name] = {key.removeprefix(place["name"]): value for key, value in headers.items()
                           if key.startswith(place["name"])}  # fmt: skip
        elif location == "header" and (value := headers.get(place["name"].lower())) is not None:
            found[name] = _header(name, member, value)
        elif location == "querystring" and (value := address.query.get(place["name"])) is not None:
            found[name] = _argument(member, value, place["name"])
    return found


def _header(name: str, member: Any, value: str) -> Any:
    if name in ANY_TEXT:
        return value
    try:
        return _argument(member, value, member.serialization["name"])
    except Fault:
        if member.type_name == "timestamp":  # what is no date is no condition, as HTTP has it
            return None
        raise


def payload(action: str) -> tuple[str, Any] | None:
    """The member that is the request's body, and its shape; None where the action takes no body."""
    shape = input_shape(action)
    if shape is None or not (name := shape.serialization.get("payload")):
        return None
    return name, members(shape)[name]


def from_xml(shape: Any, text: bytes) -> Any:
    """Read an XML document. Raises MalformedXML for what the shape does not allow."""
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise Fault("MalformedXML")
    try:
        root = ET.fromstring(text)
    except (ET.ParseError, ValueError, LookupError):
        raise Fault("MalformedXML") from None
    return _structure(shape, root)


def _structure(shape: Any, node: ET.Element) -> dict[str, Any]:
    children: dict[str, list[ET.Element]] = {}
    for child in node:
        children.setdefault(_local(child.tag), []).append(child)
    found: dict[str, Any] = {}
    for name, member in members(shape).items():
        place = member.serialization
        if place.get("xmlAttribute"):
            value = next((text for key, text in node.attrib.items() if _local(key) == _plain(place["name"])), None)
            if value is not None:
                found[name] = value
        elif nodes := children.pop(_element_of(name, member), None):
            found[name] = _member(member, nodes)
    if children or any(name not in found for name in shape.required_members):
        raise Fault("MalformedXML")
    return found


def _member(shape: Any, nodes: list[ET.Element]) -> Any:
    if shape.type_name == "list" and shape.serialization.get("flattened"):
        return [_value(shape.member, node) for node in nodes]
    if len(nodes) > 1:
        raise Fault("MalformedXML")
    return _value(shape, nodes[0])


def _value(shape: Any, node: ET.Element) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, node)
    if shape.type_name == "list":
        wanted = shape.member.serialization.get("name", "member")
        if any(_local(child.tag) != wanted for child in node):
            raise Fault("MalformedXML")
        return [_value(shape.member, child) for child in node]
    text = node.text or ""
    try:
        value = _scalar(shape, text if shape.type_name == "string" else text.strip())
    except ValueError:
        raise Fault("MalformedXML") from None
    if _is_listed(shape) and value not in shape.enum:
        raise Fault("MalformedXML")
    return value


def _is_listed(shape: Any) -> bool:
    """Whether the schema lists a string's values, and has the last word on them."""
    return shape.type_name == "string" and bool(shape.enum) and shape.name not in OWN_ERRORS


def _argument(shape: Any, text: str, name: str) -> Any:
    try:
        return _scalar(shape, text)
    except ValueError:
        kind = "an integer or within integer range" if shape.type_name in ("integer", "long") else shape.type_name
        raise invalid(name, text, f"Provided {name} not {kind}") from None


def _scalar(shape: Any, text: str) -> Any:
    kind = shape.type_name
    if kind in ("integer", "long"):
        if not re.fullmatch(r"[+-]?\d{1,19}", text):
            raise ValueError(text)
        return int(text)
    if kind == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    if kind == "timestamp":
        return moment(text)
    return text.split(",") if kind == "list" else text


def moment(text: str) -> datetime:
    """A time as a header or XML says it, to the second. Raises ValueError."""
    if re.match(r"\d{4}-", text):
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    else:
        found = parsedate_to_datetime(text)
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def _element_of(name: str, member: Any) -> str:
    place = member.serialization
    return str(place.get("name", name))


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _plain(name: str) -> str:
    return name.rpartition(":")[2]
