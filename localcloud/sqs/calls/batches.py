"""Batches: up to ten entries, each of which succeeds or fails by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from localcloud.sqs.calls.table import Request
from localcloud.sqs.faults import Refused, missing, refused
from localcloud.sqs.limits import ENTRIES

Entry = dict[str, Any]
ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
BAD_ID = (
    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
    "It can be at most 80 letters long."
)


def entries(request: Request, kind: str, *needed: str) -> list[Entry]:
    """The entries of a batch. Raises what SQS refuses as a whole; `kind` is how its message names an entry."""
    found: list[Entry] = request.asked["Entries"]
    if not found:
        raise refused("EmptyBatchRequest", f"There should be at least one {kind} in the request.")
    if len(found) > ENTRIES:
        message = f"Maximum number of entries per request are {ENTRIES}. You have sent {len(found)}."
        raise refused("TooManyEntriesInBatchRequest", message)
    ids = set()
    for number, entry in enumerate(found, 1):
        for name in ("Id", *needed):
            if entry.get(name) is None:
                raise missing(f"{kind}.{number}.{name}")
        if not ID.fullmatch(entry["Id"]):
            raise refused("InvalidBatchEntryId", BAD_ID)
        if entry["Id"] in ids:
            raise refused("BatchEntryIdsNotDistinct", f"Id {entry['Id']} repeated.")
        ids.add(entry["Id"])
    return found


def each(found: list[Entry], do: Callable[[Entry], dict[str, Any] | None]) -> dict[str, Any]:
    """Do it for each entry: what succeeded and what failed."""
    answer: dict[str, list[Any]] = {"Successful": [], "Failed": []}
    for entry in found:
        try:
            answer["Successful"].append({"Id": entry["Id"], **(do(entry) or {})})
        except Refused as error:
            answer["Failed"].append(
                {"Id": entry["Id"], "SenderFault": True, "Code": error.old_code, "Message": error.message}
            )
    return answer
