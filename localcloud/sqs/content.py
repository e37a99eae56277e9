"""What a message says: its body, its attributes, how large they are, their digests, and what is no message.

After SendMessage of the Amazon SQS API reference and "Message attributes" of the Amazon SQS Developer Guide.
"""

from __future__ import annotations

import base64
import hashlib
import re
from binascii import Error as NotBase64
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from localcloud.sqs.faults import refused, wrong, wrong_value
from localcloud.sqs.limits import ATTRIBUTES

Attributes = Mapping[str, Mapping[str, Any]]
"""By name: {"DataType": "String" | "Number.int" | …, "StringValue": text} or with "BinaryValue": base64."""

FORBIDDEN = re.compile("[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ALLOWED = "#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
NAME = re.compile(r"(?!aws\.|amazon\.)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.IGNORECASE)
LONGEST_NAME = 256
TYPES = ("Binary", "Number", "String")


def check_text(text: str, where: str = "message body") -> None:
    """Raise InvalidMessageContents for a character that XML can't say."""
    if found := FORBIDDEN.search(text):
        raise refused(
            "InvalidMessageContents",
            f"Invalid binary character '#x{ord(found[0]):X}' was found in the {where}, the set of allowed characters "
            f"is {ALLOWED}",
        )


def check_attributes(attributes: Attributes) -> None:
    if len(attributes) > ATTRIBUTES:
        raise wrong(f"Number of message attributes [{len(attributes)}] exceeds the allowed maximum [{ATTRIBUTES}].")
    for name, value in attributes.items():
        _check_name(name)
        _check_value(name, value)


def check_system(attributes: Attributes) -> None:
    for name, value in attributes.items():
        if name != "AWSTraceHeader":
            raise wrong_value(name, "MessageSystemAttributes", "AWSTraceHeader is the only one that can be sent.")
        if value.get("DataType") != "String" or not value.get("StringValue"):
            raise wrong("The type of message system attribute 'AWSTraceHeader' is invalid. It must be String.")


def size(body: str, attributes: Attributes) -> int:
    """Bytes that count for the limit: body, and name, type and value of each attribute."""
    total = len(body) if body.isascii() else len(body.encode())
    return total + sum(
        len(name.encode()) + len(value["DataType"].encode()) + len(_bytes(value)) for name, value in attributes.items()
    )


def digest(body: str) -> str:
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def digest_of(attributes: Attributes) -> str | None:
    """MD5 of attributes, as the Developer Guide lays them out; None for none."""
    if not attributes:
        return None
    md5 = hashlib.md5(usedforsecurity=False)
    for name in sorted(attributes):
        value = attributes[name]
        for part in (name.encode(), value["DataType"].encode()):
            md5.update(len(part).to_bytes(4, "big") + part)
        data = _bytes(value)
        md5.update((b"\x02" if _is_binary(value) else b"\x01") + len(data).to_bytes(4, "big") + data)
    return md5.hexdigest()


def chosen(attributes: Attributes, names: Collection[str]) -> Attributes:
    """Those asked for: by name, by prefix (`order.*`), or all (`All`, `.*`)."""
    if not names or not attributes:
        return {}
    if "All" in names or ".*" in names:
        return attributes
    prefixes = tuple(name[:-2] for name in names if name.endswith(".*"))
    return {
        name: value
        for name, value in attributes.items()
        if name in names or (prefixes and name.startswith(prefixes))
    }  # fmt: skip


def kept(attributes: Attributes) -> dict[str, dict[str, Any]]:
    """Attributes as they are stored and told again: without what SQS does not know."""
    return {name: dict(_told(value.items())) for name, value in attributes.items()}


def _told(items: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    return ((key, value) for key, value in items if key in ("DataType", "StringValue", "BinaryValue") and value)


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME or not NAME.fullmatch(name):
        raise wrong(
            f"Message (user) attribute name '{name}' is invalid. It can contain alphanumeric characters, underscore, "
            "hyphen and single periods within, must not start with AWS. or Amazon., and is at most 256 long."
        )


def _check_value(name: str, value: Mapping[str, Any]) -> None:
    type_ = str(value.get("DataType") or "")
    kind = type_.partition(".")[0]
    if kind not in TYPES or len(type_) > LONGEST_NAME:
        raise wrong(
            f"The type of message (user) attribute '{name}' is invalid. You must use only the following supported "
            "type prefixes: Binary, Number, String."
        )
    given = value.get("BinaryValue" if kind == "Binary" else "StringValue")
    if not given:
        raise wrong(f"Message (user) attribute '{name}' must contain a non-empty value of type '{kind}'.")
    if kind == "Binary":
        _check_binary(name, given)
    else:
        check_text(given, f"message attribute '{name}'")
    if kind == "Number":
        _check_number(name, given)


def _check_binary(name: str, given: str) -> None:
    try:
        base64.b64decode(given, validate=True)
    except (NotBase64, ValueError):
        raise wrong(f"The value of message (user) attribute '{name}' is not Base64.") from None


def _check_number(name: str, given: str) -> None:
    try:
        Decimal(given)
    except InvalidOperation:
        raise wrong(f"Can't cast the value of message (user) attribute '{name}' to a number.") from None


def _is_binary(value: Mapping[str, Any]) -> bool:
    return str(value["DataType"]).startswith("Binary")


def _bytes(value: Mapping[str, Any]) -> bytes:
    return base64.b64decode(value["BinaryValue"]) if _is_binary(value) else str(value["StringValue"]).encode()
