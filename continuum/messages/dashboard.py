"""Messages of the event monitor queue: what the bot tells the dashboard about an article."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

from continuum.fields import FieldError, build
from continuum.messages.body import MessageError, dump, load

STATUSES = ("start", "end", "error")


def _new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Event:
    """An activity started, ended or failed. `timestamp` is ISO 8601 in UTC; the same message_id counts once."""

    item_identifier: str
    version: int
    run: str
    event_type: str
    timestamp: str
    status: str
    message: str
    message_id: str = field(default_factory=_new_id)

    def body(self) -> str:
        return _body("event", asdict(self))


@dataclass(frozen=True)
class Property:
    """A property of an article's version; version 0 holds what belongs to the article."""

    item_identifier: str
    version: int
    name: str
    value: str
    property_type: str = "text"
    message_id: str = field(default_factory=_new_id)

    def body(self) -> str:
        return _body("property", asdict(self))


_KINDS: dict[str, type[Event] | type[Property]] = {"event": Event, "property": Property}


def parse(body: str) -> Event | Property:
    """Reads a message, bare or wrapped by SNS; raises MessageError."""
    values = load(body)
    if "TopicArn" in values:
        if not isinstance(values.get("Message"), str):
            raise MessageError("wrapped by SNS, but without a Message")
        values = load(values["Message"])
    kind = _KINDS.get(str(values.get("message_type")))
    if kind is None:
        raise MessageError(f"message_type is {values.get('message_type')!r}, neither 'event' nor 'property'")
    try:
        message = build(kind, values, f"not a message of type {values['message_type']}")
    except FieldError as error:
        raise MessageError(str(error)) from error
    if isinstance(message, Event) and message.status not in STATUSES:
        raise MessageError(f"status is {message.status!r}, none of {', '.join(STATUSES)}")
    return message


def _body(message_type: str, values: dict[str, Any]) -> str:
    return dump({"message_type": message_type, **values, "version": str(values["version"])})
