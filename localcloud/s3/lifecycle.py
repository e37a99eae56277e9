"""What a bucket's lifecycle rules let expire (page "Managing the lifecycle of objects"), once a day, at midnight UTC.

Expiration of objects, of versions that are not current, of lone delete markers, and of uploads that nobody completes.
Transitions are kept and not done: a storage class is a word here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from localcloud.s3 import buckets, events, parsing, versions
from localcloud.s3.buckets import Bucket
from localcloud.s3.listing import successor
from localcloud.s3.request import Origin
from localcloud.s3.store import Change, Reading, Store
from localcloud.s3.versions import Version

DAY = 86_400
BATCH = 200  # versions looked at in one change: nobody who writes waits long
S3_ITSELF = "s3.amazonaws.com"


@dataclass(frozen=True)
class Filter:
    """Which objects a rule is about."""

    prefix: str
    tags: tuple[tuple[str, str], ...]
    least: int  # bytes, itself excluded
    most: float

    def fits(self, version: Version) -> bool:
        return self.covers(version.key, self.least + 1 if version.marker else version.size, version.tags)

    def covers(self, key: str, size: int, tags: Iterable[Mapping[str, str]]) -> bool:
        wanted = set(self.tags) <= {(tag["Key"], tag["Value"]) for tag in tags}
        return wanted and key.startswith(self.prefix) and self.least < size < self.most


def filter_of(rule: Mapping[str, Any]) -> Filter:
    said = rule.get("Filter") or {}
    inner = {**said, **said.get("And", {})}
    tags = [*inner.get("Tags", []), *([said["Tag"]] if "Tag" in said else [])]
    return Filter(
        prefix=inner.get("Prefix") or rule.get("Prefix") or "",
        tags=tuple((tag["Key"], tag["Value"]) for tag in tags),
        least=inner.get("ObjectSizeGreaterThan", -1),
        most=inner.get("ObjectSizeLessThan", float("inf")),
    )


def rules_of(reading: Reading, bucket: Bucket) -> list[dict[str, Any]]:
    """The bucket's rules that are switched on."""
    found = (buckets.setting(reading, bucket, "lifecycle") or {}).get("Rules", [])
    return [rule for rule in found if rule["Status"] == "Enabled"]


def expiration(
    rules: Iterable[Mapping[str, Any]], key: str, size: int, tags: Iterable[Mapping[str, str]], made: float
) -> dict[str, str]:
    """Expiration, as an answer's header tells of an object when it will go and why; empty where it stays."""
    ends = {}
    for rule in rules:
        said = rule.get("Expiration", {})
        if ("Days" in said or "Date" in said) and filter_of(rule).covers(key, size, tags):
            ends[_end(made, said)] = rule["ID"]
    if not ends:
        return {}
    day = format_datetime(datetime.fromtimestamp(min(ends), UTC), usegmt=True)
    return {"Expiration": f'expiry-date="{day}", rule-id="{quote(ends[min(ends)])}"'}


class Lifecycle:
    """Lets expire what is due. `happen` is what a `Clock` wants; `now` is seconds since 1970."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    def happen(self, going: Callable[[], bool]) -> float:
        """Apply every rule of every bucket; the next midnight."""
        midnight = self._now() // DAY * DAY
        for bucket, rules in self._with_rules():
            for rule in rules:
                self._apply(bucket, rule, midnight, going)
        return midnight + DAY

    def _with_rules(self) -> list[tuple[Bucket, list[dict[str, Any]]]]:
        with self._store.reading() as reading:
            statement = "SELECT * FROM buckets WHERE id IN (SELECT bucket FROM settings WHERE name = 'lifecycle')"
            found = [buckets.of_row(row) for row in reading.rows(statement)]
            return [(bucket, rules_of(reading, bucket)) for bucket in found]

    def _apply(self, bucket: Bucket, rule: dict[str, Any], midnight: float, going: Callable[[], bool]) -> None:
        chosen = filter_of(rule)
        if "AbortIncompleteMultipartUpload" in rule:
            days = rule["AbortIncompleteMultipartUpload"].get("DaysAfterInitiation", 0)
            self._abort_uploads(bucket, chosen.prefix, midnight - days * DAY)
        for batch in self._batches(bucket, chosen.prefix):
            if not going():
                return
            with self._store.change() as change:
                for key in batch:
                    _expire(change, bucket, rule, chosen, midnight, key)

    def _batches(self, bucket: Bucket, prefix: str) -> Iterator[list[str]]:
        """Every key with that prefix."""
        after, end = prefix, successor(prefix)
        statement = "SELECT DISTINCT key FROM versions WHERE bucket = ? AND key >= ? ORDER BY key LIMIT ?"
        while True:
            with self._store.reading() as reading:
                keys = [row["key"] for row in reading.rows(statement, bucket.id, after, BATCH)]
            yield [key for key in keys if end is None or key < end]
            if len(keys) < BATCH or (end is not None and keys[-1] >= end):
                return
            after = keys[-1] + "\0"

    def _abort_uploads(self, bucket: Bucket, prefix: str, before: float) -> None:
        with self._store.change() as change:
            statement = "SELECT id, key FROM uploads WHERE bucket = ? AND started <= ?"
            for row in change.rows(statement, bucket.id, before):
                if row["key"].startswith(prefix):
                    versions.drop_pieces(change, row["id"])
                    change.run("DELETE FROM uploads WHERE id = ?", row["id"])


def _expire(change: Change, bucket: Bucket, rule: dict[str, Any], chosen: Filter, midnight: float, key: str) -> None:
    rows = change.rows("SELECT * FROM versions WHERE bucket = ? AND key = ? ORDER BY number DESC", bucket.id, key)
    history = [versions.of_row(row) for row in rows]
    for older in _noncurrent(history, rule.get("NoncurrentVersionExpiration"), midnight):
        if chosen.fits(older):
            _remove(change, bucket, older)
            history.remove(older)
    if not history or not chosen.fits(history[0]):
        return
    current, expiration = history[0], rule.get("Expiration", {})
    if current.marker:
        due = expiration.get("ExpiredObjectDeleteMarker") or _due(current, expiration, midnight)
        if due and len(history) == 1:
            _remove(change, bucket, current)
    elif _due(current, expiration, midnight):
        if buckets.versioning(change, bucket) is None:
            _remove(change, bucket, current)
        else:
            marker = versions.put(change, bucket, key, None)
            events.tell(change, bucket, "LifecycleExpiration:DeleteMarkerCreated", _itself(), key, marker)


def _due(version: Version, expiration: Mapping[str, Any], midnight: float) -> bool:
    return ("Days" in expiration or "Date" in expiration) and _end(version.modified.timestamp(), expiration) <= midnight


def _end(made: float, expiration: Mapping[str, Any]) -> float:
    """The midnight at which something goes: the first after so many days, or the date's own."""
    if "Date" in expiration:
        return float(parsing.moment(expiration["Date"]).timestamp())
    return float(math.ceil(made / DAY + expiration["Days"]) * DAY)


def _noncurrent(history: list[Version], said: Mapping[str, Any] | None, midnight: float) -> list[Version]:
    """The versions that stopped being current so many days ago, but for the newest few that are kept."""
    if said is None:
        return []
    days, kept = said.get("NoncurrentDays", 0), said.get("NewerNoncurrentVersions", 0)
    return [
        older
        for newer, older in list(itertools.pairwise(history))[kept:]
        if newer.modified.timestamp() + days * DAY <= midnight
    ]


def _remove(change: Change, bucket: Bucket, version: Version) -> None:
    versions.remove(change, bucket, version)
    events.tell(change, bucket, "LifecycleExpiration:Delete", _itself(), version.key, version.id)


def _itself() -> Origin:
    return Origin(S3_ITSELF, S3_ITSELF)
