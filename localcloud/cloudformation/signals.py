"""Signals to stacks: addresses that can be told of success or failure, and how long a resource waits for that."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.errors import Refused, ValidationError
from localcloud.cloudformation.records import Resource, Signal
from localcloud.cloudformation.store import Store

# Below this path lie the handles of wait conditions: whoever knows an address may tell it. Its last part is random.
PATH = "/cloudformation-waitcondition-us-east-1/"
LIMIT = 16_384  # bytes of a signal
LONGEST = 12 * 3600  # seconds
DURATION = re.compile(r"PT(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


class NoSuchHandle(Refused):
    code = "AccessDenied"


def seconds(duration: str) -> int:
    """Seconds of an ISO 8601 duration as `PT1H30M`. Raises ValidationError; twelve hours are the most."""
    match = DURATION.fullmatch(duration)
    if match is None:
        raise ValidationError(f"Invalid timeout {duration}: it must be an ISO8601 duration, as PT#H#M#S")
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return min(hours * 3600 + minutes * 60 + rest, LONGEST)


def subject(path: str) -> str:
    """What a handle's address, or the path of it, stands for in the store."""
    return path.partition("?")[0].partition(PATH)[2]


def about(row: Resource) -> str:
    """What signals to a resource itself are kept under."""
    return f"{row.stack_id}#{row.logical_id}"


def receive(store: Store, path: str, body: bytes) -> None:
    """Keep what was put to a handle's address. Raises NoSuchHandle where there is no such handle.

    As on AWS anything is taken; what can't be read fails the wait condition later.
    """
    handle = subject(path)
    stack_id, logical_id, seed = _parts(handle)
    stack = store.stack(stack_id)
    row = store.resources(stack_id).get(logical_id) if stack and stack.deleted is None else None
    if row is None or seed not in (row.seed, row.body.seed if row.body else None):
        raise NoSuchHandle("Access Denied")
    store.keep_signal(handle, _read(body))


def _parts(handle: str) -> tuple[str, str, str]:
    parts = handle.split("/")
    if len(parts) != 6:
        raise NoSuchHandle("Access Denied")
    region, account, name, unique, logical_id, seed = parts
    return f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{unique}", logical_id, seed


def _read(body: bytes) -> Signal:
    try:
        said: Mapping[str, Any] = json.loads(body[: LIMIT + 1])
        status, unique_id = said["Status"], str(said["UniqueId"])
        if status not in ("SUCCESS", "FAILURE") or not unique_id or len(body) > LIMIT:
            raise ValueError
        data = said.get("Data", "")
        told = data if isinstance(data, str) else json.dumps(data)
        return Signal(unique_id, status, time.time(), str(said.get("Reason", "")), told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return Signal("", "UNPARSABLE", time.time())
