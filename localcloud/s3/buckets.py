"""Buckets as the store has them: found by name, with what was set on them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localcloud.s3.faults import Fault
from localcloud.s3.store import Change, Reading

# The page "General purpose bucket naming rules".
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")
KEPT_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
KEPT_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")

# What S3 sets on a new bucket since 2023.
PUBLIC_ACCESS_BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
DEFAULTS: dict[str, Any] = {
    "encryption": {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    },
    "publicAccessBlock": PUBLIC_ACCESS_BLOCKED,
    "ownershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
}


@dataclass(frozen=True)
class Bucket:
    id: int
    name: str
    created: datetime

    @property
    def arn(self) -> str:
        return f"arn:aws:s3:::{self.name}"


def check_name(name: str) -> None:
    """Raise InvalidBucketName."""
    wrong = (
        not NAME.fullmatch(name)
        or ".." in name
        or ADDRESS.fullmatch(name)
        or name.startswith(KEPT_PREFIXES)
        or name.endswith(KEPT_SUFFIXES)
    )
    if wrong:
        raise Fault("InvalidBucketName", BucketName=name)


def find(reading: Reading, name: str) -> Bucket:
    """The bucket of that name. Raises NoSuchBucket."""
    row = reading.row("SELECT id, name, created FROM buckets WHERE name = ?", name)
    if row is None:
        raise Fault("NoSuchBucket", BucketName=name)
    return of_row(row)


def of_row(row: Any) -> Bucket:
    return Bucket(row["id"], row["name"], datetime.fromtimestamp(int(row["created"]), UTC))


def setting(reading: Reading, bucket: Bucket, name: str) -> Any:
    """What was set under that name; None if nothing."""
    row = reading.row("SELECT document FROM settings WHERE bucket = ? AND name = ?", bucket.id, name)
    return None if row is None else json.loads(row["document"])


def put_setting(change: Change, bucket: Bucket, name: str, document: Any) -> None:
    text = json.dumps(document, default=_plain)
    change.run("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", bucket.id, name, text)


def drop_setting(change: Change, bucket: Bucket, name: str) -> None:
    change.run("DELETE FROM settings WHERE bucket = ? AND name = ?", bucket.id, name)


def versioning(reading: Reading, bucket: Bucket) -> str | None:
    """Enabled, Suspended, or None where it never was."""
    found: str | None = (setting(reading, bucket, "versioning") or {}).get("Status")
    return found


def ownership(reading: Reading, bucket: Bucket) -> str:
    """Who owns objects, and whether ACLs mean anything. ObjectWriter where the controls were taken away."""
    rules = (setting(reading, bucket, "ownershipControls") or {}).get("Rules")
    return str(rules[0]["ObjectOwnership"]) if rules else "ObjectWriter"


def _plain(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
