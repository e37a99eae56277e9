"""A queue's attributes: which there are, what each may be, and what it is where nobody said.

After SetQueueAttributes and CreateQueue of the Amazon SQS API reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from localcloud.sqs.faults import Refused, refused, wrong_value
from localcloud.text import text

DEFAULTS = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
}
FIFO_DEFAULTS = {
    "FifoQueue": "true",
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}
NUMBERS = {
    "VisibilityTimeout": (0, 43_200),
    "MaximumMessageSize": (1_024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "DelaySeconds": (0, 900),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "KmsDataKeyReusePeriodSeconds": (60, 86_400),
}
CHOICES = {
    "FifoQueue": ("true", "false"),
    "ContentBasedDeduplication": ("true", "false"),
    "SqsManagedSseEnabled": ("true", "false"),
    "DeduplicationScope": ("queue", "messageGroup"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
}
DOCUMENTS = ("Policy", "RedrivePolicy", "RedriveAllowPolicy")
PERMISSIONS = ("allowAll", "denyAll", "byQueue")
SOURCES = 10  # queues named in a RedriveAllowPolicy
TOLD = {
    "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp", "LastModifiedTimestamp", "QueueArn",
}  # fmt: skip
SETTABLE = {*NUMBERS, *CHOICES, *DOCUMENTS, "KmsMasterKeyId"}
KNOWN = SETTABLE | TOLD | {"All"}
ONE_KEY = "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE."


def checked(asked: Mapping[str, str], fifo: bool) -> dict[str, str]:
    """What was asked, each attribute as it is kept; an empty value takes it away. Raises what SQS refuses."""
    if asked.get("KmsMasterKeyId") and asked.get("SqsManagedSseEnabled") == "true":
        raise refused("InvalidAttributeName", ONE_KEY)
    return {name: _checked(name, value, fifo) for name, value in asked.items()}


def merged(standing: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The settings after a change. One kind of encryption ends the other."""
    settings = {**standing, **new}
    if new.get("KmsMasterKeyId"):
        settings["SqsManagedSseEnabled"] = "false"
    elif new.get("SqsManagedSseEnabled") == "true":
        settings["KmsMasterKeyId"] = ""
    return {name: value for name, value in settings.items() if value != ""}


def differing(name: str, one: str, other: str) -> bool:
    return json.loads(one or "null") != json.loads(other or "null") if name in DOCUMENTS else one != other


def unknown(name: str) -> Refused:
    return refused("InvalidAttributeName", f"Unknown Attribute {name}.")


def _checked(name: str, value: str, fifo: bool) -> str:
    if name not in SETTABLE or (name in FIFO_DEFAULTS and not fifo):
        raise unknown(name)
    if name in NUMBERS:
        return _number(name, value)
    if name in CHOICES:
        if value.lower() in ("true", "false"):
            value = value.lower()
        if value not in CHOICES[name]:
            raise _bad(name)
    elif name in DOCUMENTS and value:
        return _DOCUMENT[name](value)
    return value


def _number(name: str, value: str) -> str:
    least, most = NUMBERS[name]
    if value == "" and name not in DEFAULTS:
        return value
    if not re.fullmatch(r"\d{1,9}", value) or not least <= int(value) <= most:
        raise _bad(name)
    return str(int(value))


def _policy(value: str) -> str:
    _object(value, _bad("Policy"))
    return value


def _redrive(value: str) -> str:
    def bad(reason: str) -> Refused:
        return wrong_value(value, "RedrivePolicy", reason)

    said = _object(value, bad("Redrive policy is not a valid JSON map."))
    if "deadLetterTargetArn" not in said:
        raise bad("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
    arn = said["deadLetterTargetArn"]
    if not isinstance(arn, str) or not re.fullmatch(r"arn:aws:sqs:[\w-]+:\d{12}:[\w.-]+", arn):
        raise bad("Invalid value for deadLetterTargetArn.")
    count = str(said.get("maxReceiveCount", 10))
    if not re.fullmatch(r"\d{1,4}", count) or not 1 <= int(count) <= 1000:
        raise bad(f"Invalid value for maxReceiveCount: {count}, valid values are from 1 to 1000 both inclusive.")
    if unsaid := said.keys() - {"deadLetterTargetArn", "maxReceiveCount"}:
        raise bad(f"Redrive policy contains unknown attribute: {min(unsaid)}.")
    return text({"deadLetterTargetArn": arn, "maxReceiveCount": int(count)})


def _redrive_allow(value: str) -> str:
    def bad(reason: str) -> Refused:
        return wrong_value(value, "RedriveAllowPolicy", reason)

    said = _object(value, bad("Amazon SQS can't create the redrive allow policy, as it's in an unsupported format."))
    permission, sources = said.get("redrivePermission"), said.get("sourceQueueArns")
    if permission not in PERMISSIONS:
        raise bad("Amazon SQS can't create the redrive allow policy, as redrivePermission is unsupported.")
    if (permission == "byQueue") != (sources is not None):
        raise bad("sourceQueueArns can be specified, and must be, when redrivePermission is byQueue.")
    if sources is not None and not (isinstance(sources, list) and 1 <= len(sources) <= SOURCES):
        raise bad(f"sourceQueueArns must name 1 to {SOURCES} queues.")
    return text(said)


def _object(value: str, error: Refused) -> dict[str, Any]:
    try:
        said = json.loads(value)
    except ValueError:
        raise error from None
    if not isinstance(said, dict):
        raise error
    return said


def _bad(name: str) -> Refused:
    return refused("InvalidAttributeValue", f"Invalid value for the parameter {name}.")


_DOCUMENT = {"Policy": _policy, "RedrivePolicy": _redrive, "RedriveAllowPolicy": _redrive_allow}
