"""Event notifications: which are wanted, and what they say (page "Event message structure")."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote

from localcloud.home import REGION
from localcloud.s3 import buckets
from localcloud.s3.buckets import Bucket
from localcloud.s3.request import CUSTOMER_ID, Origin
from localcloud.s3.store import Change
from localcloud.s3.versions import NULL

SETTING = "notification"
TARGETS = {
    "QueueConfigurations": "QueueArn",
    "TopicConfigurations": "TopicArn",
}
NEWER = ("ObjectTagging:", "ObjectAcl:", "LifecycleExpiration:")  # S3 tells these in version 2.3, all else in 2.1


def tell(change: Change, bucket: Bucket, event: str, origin: Origin, key: str, version_id: str, **facts: Any) -> None:
    """Put a notification into the outbox, in the change that it tells of, for whoever wants this event.

    `event` is without "s3:"; `facts` are of the object: size, eTag.
    """
    found = buckets.setting(change, bucket, SETTING)
    for configuration, destination in wanting(found or {}, event, key):
        thing: dict[str, Any] = {"key": quote_plus(key, safe="/"), **facts}
        if version_id != NULL:
            thing["versionId"] = version_id
        thing["sequencer"] = sequencer(change)
        record = _record(event, change.now, origin, configuration.get("Id", ""), bucket, thing)
        send(change, destination, bucket, {"Records": [record]})


def tell_test(change: Change, bucket: Bucket, destination: str, origin: Origin) -> None:
    """What S3 sends to a destination when it is set."""
    message = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": _stamp(change.now),
        "Bucket": bucket.name,
        "RequestId": origin.id,
        "HostId": origin.host_id,
    }
    send(change, destination, bucket, message)


def send(change: Change, destination: str, bucket: Bucket, message: Mapping[str, Any]) -> None:
    statement = "INSERT INTO outbox (destination, source, body, token) VALUES (?, ?, ?, ?)"
    body = json.dumps(message, separators=(",", ":"))
    change.insert(statement, destination, bucket.arn, body, f"s3-{secrets.token_hex(16)}")
    change.told = True


def wanting(found: Mapping[str, Any], event: str, key: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The configurations that an event fits, each with its destination's ARN."""
    for section, target in TARGETS.items():
        for configuration in found.get(section, []):
            if any(covers(wanted, f"s3:{event}") for wanted in configuration["Events"]):
                prefix, suffix = filters(configuration)
                if key.startswith(prefix) and key.endswith(suffix):
                    yield configuration, configuration[target]


def covers(wanted: str, event: str) -> bool:
    return wanted == event or (wanted.endswith("*") and event.startswith(wanted[:-1]))


def filters(configuration: Mapping[str, Any]) -> tuple[str, str]:
    """Prefix and suffix. Special characters stand URL-encoded in a rule."""
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    named = {rule["Name"].lower(): unquote(rule["Value"]) for rule in rules}
    return named.get("prefix", ""), named.get("suffix", "")


def sequencer(change: Change) -> str:
    """A number in hexadecimal that is greater for each later change."""
    return f"{change.sequence:018X}"


def _record(
    event: str, now: float, origin: Origin, configuration_id: str, bucket: Bucket, thing: dict[str, Any]
) -> dict[str, Any]:
    return {
        "eventVersion": "2.3" if event.startswith(NEWER) else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": _stamp(now),
        "eventName": event,
        "userIdentity": {"principalId": origin.principal},
        "requestParameters": {"sourceIPAddress": origin.source},
        "responseElements": {"x-amz-request-id": origin.id, "x-amz-id-2": origin.host_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration_id,
            "bucket": {"name": bucket.name, "ownerIdentity": {"principalId": CUSTOMER_ID}, "arn": bucket.arn},
            "object": thing,
        },
    }


def _stamp(now: float) -> str:
    moment = datetime.fromtimestamp(now, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
