"""Queues: made, found, listed, emptied, deleted."""

from __future__ import annotations

import re
from typing import Any

from localcloud.home import ACCOUNT
from localcloud.sqs import queues
from localcloud.sqs.calls.attributes import ensure_targets
from localcloud.sqs.calls.table import Request, call
from localcloud.sqs.calls.tags import check_tags
from localcloud.sqs.faults import no_queue, refused, wrong
from localcloud.sqs.queues import ARN, Queue
from localcloud.sqs.settings import checked, differing, merged
from localcloud.sqs.store import Change

NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
FIFO_NAME = re.compile(r"(?=.{6,80}$)[A-Za-z0-9_-]+\.fifo")
NAME_RULE = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
FIFO_NAME_RULE = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo "
    "suffix and be 1 to 80 in length."
)
MOST = 1000  # queues in an answer


@call
def create_queue(change: Change, request: Request) -> dict[str, Any]:
    name, asked = request.asked["QueueName"], request.asked.get("Attributes") or {}
    fifo = asked.get("FifoQueue") == "true"
    if not (FIFO_NAME if fifo else NAME).fullmatch(name):
        raise wrong(FIFO_NAME_RULE if fifo or name.endswith(".fifo") else NAME_RULE)
    tags = request.asked.get("tags") or {}
    check_tags(tags, name)
    settings = merged({}, checked(asked, fifo))
    standing = queues.by_name(change, name)
    if standing is not None:
        _ensure_same(standing, checked(asked, fifo))
    else:
        _ensure_name_is_free(change, name)
        ensure_targets(change, ARN + name, settings)
        queues.add(change, name, {}, tags)
        made = queues.by_name(change, name)
        assert made is not None
        queues.keep_settings(change, made, settings)
    return {"QueueUrl": request.url(name)}


@call
def get_queue_url(change: Change, request: Request) -> dict[str, Any]:
    name, owner = request.asked["QueueName"], request.asked.get("QueueOwnerAWSAccountId") or ACCOUNT
    if owner != ACCOUNT or queues.by_name(change, name) is None:
        raise no_queue()
    return {"QueueUrl": request.url(name)}


@call
def list_queues(change: Change, request: Request) -> dict[str, Any]:
    prefix = request.asked.get("QueueNamePrefix") or ""
    most, after = page(request)
    found = queues.queues(change, prefix, after, most + 1)
    answer: dict[str, Any] = {"QueueUrls": [request.url(name) for name in found[:most]]} if found else {}
    return answer | _more(request, found, most)


@call
def list_dead_letter_source_queues(change: Change, request: Request) -> dict[str, Any]:
    queue = request.queue(change)
    most, after = page(request)
    rows = change.rows(
        "SELECT name FROM queues WHERE dead=? AND name>? ORDER BY name LIMIT ?", queue.name, after, most + 1
    )
    found = [row["name"] for row in rows]
    return {"queueUrls": [request.url(name) for name in found[:most]]} | _more(request, found, most)


@call
def purge_queue(change: Change, request: Request) -> None:
    queue = request.queue(change)
    if queue.purged is not None and change.now < queue.purged + change.limits.purge:
        message = f"Only one PurgeQueue operation on {queue.name} is allowed every {change.limits.purge} seconds."
        raise refused("PurgeQueueInProgress", message)
    queues.purge(change, queue)


@call
def delete_queue(change: Change, request: Request) -> None:
    queues.remove(change, request.queue(change))


def page(request: Request) -> tuple[int, str]:
    """How many are asked for, and the name after which to go on."""
    most = request.asked.get("MaxResults")
    if most is not None and not 1 <= most <= MOST:
        raise wrong(f"Value for parameter MaxResults is invalid. Reason: Must be between 1 and {MOST}, if provided.")
    return most or MOST, request.asked.get("NextToken") or ""


def _more(request: Request, found: list[str], most: int) -> dict[str, str]:
    """AWS gives a token only to those who said how many they want."""
    return {"NextToken": found[most - 1]} if len(found) > most and request.asked.get("MaxResults") else {}


def _ensure_same(standing: Queue, asked: dict[str, str]) -> None:
    attributes = standing.attributes
    for name, value in asked.items():
        if differing(name, attributes.get(name, ""), value):
            message = f"A queue already exists with the same name and a different value for attribute {name}"
            raise refused("QueueNameExists", message)


def _ensure_name_is_free(change: Change, name: str) -> None:
    row = change.row("SELECT at FROM deleted WHERE name=?", name)
    if row is not None and change.now < row["at"] + change.limits.reuse:
        raise refused(
            "QueueDeletedRecently",
            f"You must wait {change.limits.reuse} seconds after deleting a queue before you can create another with "
            "the same name.",
        )
