"""S3's notifications: an object was put into a bucket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from continuum.fields import FieldError, build
from continuum.messages.body import MessageError, load


@dataclass(frozen=True)
class ObjectEvent:
    """What happened to an object; `key` is the object's real key (the notification has it URL-encoded)."""

    event_name: str
    event_time: str
    bucket: str
    key: str
    etag: str
    size: int = 0


def parse(body: str) -> list[ObjectEvent]:
    """The events of a notification; none for the test event that S3 sends once, when a bucket is connected.

    Raises MessageError.
    """
    values = load(body)
    if values.get("Event") == "s3:TestEvent":
        return []
    records = values.get("Records")
    if not isinstance(records, list) or not records:
        raise MessageError("not a notification of S3: it has no Records")
    return [_event(record) for record in records]


def _event(record: Any) -> ObjectEvent:
    try:
        thing = record["s3"]["object"]
        values = {
            "event_name": record["eventName"],
            "event_time": record["eventTime"],
            "bucket": record["s3"]["bucket"]["name"],
            "key": unquote_plus(thing["key"]),
            "etag": thing.get("eTag", ""),  # a removal has none, and no size
            "size": thing.get("size", 0),
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise MessageError(f"not a notification of S3: a record has no {error}") from error
    try:
        return build(ObjectEvent, values, "a record of S3's notification")
    except FieldError as error:
        raise MessageError(str(error)) from error
