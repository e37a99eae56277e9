"""AddPermission and RemovePermission: statements of a queue's policy that SQS writes itself."""

from __future__ import annotations

import json
import re
from typing import Any

from localcloud.sqs import queues
from localcloud.sqs.calls.table import Request, call
from localcloud.sqs.faults import refused, wrong_value
from localcloud.sqs.limits import ACTIONS
from localcloud.sqs.queues import Queue
from localcloud.sqs.settings import merged
from localcloud.sqs.store import Change
from localcloud.text import text

SHARED = (
    "*", "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes",
    "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue",
)  # fmt: skip
OWNERS = (
    "AddPermission", "RemovePermission", "CreateQueue", "DeleteQueue", "ListQueues", "SetQueueAttributes",
    "ListQueueTags", "TagQueue", "UntagQueue", "StartMessageMoveTask", "ListMessageMoveTasks", "CancelMessageMoveTask",
)  # fmt: skip
OWNERS_ONLY = "Only the queue owner is allowed to invoke this action."
UNKNOWN = "Please refer to the appropriate WSDL for a list of valid actions."


@call
def add_permission(change: Change, request: Request) -> None:
    queue, asked = request.queue(change), request.asked
    label, accounts, actions = asked["Label"], asked["AWSAccountIds"], asked["Actions"]
    _check(label, accounts, actions)
    policy = _policy(queue)
    if any(statement.get("Sid") == label for statement in policy["Statement"]):
        raise wrong_value(label, "Label", "Already exists.")
    policy["Statement"].append(
        {
            "Sid": label,
            "Effect": "Allow",
            "Principal": {"AWS": _one_or_many([f"arn:aws:iam::{account}:root" for account in accounts])},
            "Action": _one_or_many([f"SQS:{action}" for action in actions]),
            "Resource": queue.arn,
        }
    )
    _keep(change, queue, policy)


@call
def remove_permission(change: Change, request: Request) -> None:
    queue, label = request.queue(change), request.asked["Label"]
    policy = _policy(queue)
    left = [statement for statement in policy["Statement"] if statement.get("Sid") != label]
    if len(left) == len(policy["Statement"]):
        raise wrong_value(label, "Label", "can't find label.")
    _keep(change, queue, {**policy, "Statement": left})


def _check(label: str, accounts: list[str], actions: list[str]) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", label):
        raise wrong_value(label, "Label", "Can only include alphanumeric characters, hyphens, or underscores.")
    for account in accounts:
        if not re.fullmatch(r"\d{12}", account):
            raise wrong_value(account, "PrincipalId", "Unable to verify.")
    if len(actions) > ACTIONS:
        raise refused("OverLimit", f"{len(actions)} Actions were found, maximum allowed is {ACTIONS}.")
    for action in actions:
        if action not in SHARED:
            reason = OWNERS_ONLY if action in OWNERS else UNKNOWN
            raise wrong_value(f"SQS:{action}", "ActionName", reason)


def _policy(queue: Queue) -> dict[str, Any]:
    said = queue.settings.get("Policy")
    policy: dict[str, Any] = json.loads(said) if said else {
        "Version": "2008-10-17", "Id": f"{queue.arn}/SQSDefaultPolicy", "Statement": [],
    }  # fmt: skip
    statements = policy.get("Statement", [])
    return {**policy, "Statement": statements if isinstance(statements, list) else [statements]}


def _keep(change: Change, queue: Queue, policy: dict[str, Any]) -> None:
    said = text(policy) if policy["Statement"] else ""
    queues.keep_settings(change, queue, merged(queue.settings, {"Policy": said}))


def _one_or_many(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
