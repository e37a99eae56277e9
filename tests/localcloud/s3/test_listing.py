"""Lists in pages are what a small model says: every key once, in order, rolled up at the delimiter."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.s3.listing import successor
from tests.localcloud.s3.cloud import BUCKET, Cloud, refusal

TEXT = st.text("ab/\U0001f600￿é", max_size=5)
KEYS = st.sets(TEXT.filter(bool), max_size=12)
WORDS = st.text("ab/é", max_size=2)
NAMES = (f"bucket-{number}" for number in itertools.count())
SETTINGS = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def filled(s3: Any, keys: set[str]) -> str:
    name = next(NAMES)
    s3.create_bucket(Bucket=name)
    for key in keys:
        s3.put_object(Bucket=name, Key=key, Body=b"")
    return name


def model(keys: set[str], prefix: str, delimiter: str) -> tuple[list[str], list[str]]:
    """The keys told themselves, and what the others are rolled up into."""
    alone, rolled = [], set()
    for key in sorted(key for key in keys if key.startswith(prefix)):
        place = key.find(delimiter, len(prefix)) if delimiter else -1
        if place < 0:
            alone.append(key)
        else:
            rolled.add(key[: place + len(delimiter)])
    return alone, sorted(rolled)


def walked(pages: Any, size: int) -> tuple[list[str], list[str]]:
    keys: list[str] = []
    prefixes: list[str] = []
    for page in pages:
        here = [each["Key"] for each in page.get("Contents", [])]
        rolled = [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        assert len(here) + len(rolled) <= size
        assert len(here) + len(rolled) == size or not page["IsTruncated"]
        keys += here
        prefixes += rolled
    return keys, prefixes


@SETTINGS
@given(keys=KEYS, prefix=WORDS, delimiter=WORDS, size=st.integers(1, 5))
def test_both_lists_of_objects(cloud: Cloud, keys: set[str], prefix: str, delimiter: str, size: int) -> None:
    s3 = cloud.client
    asked = {"Bucket": filled(s3, keys), "Prefix": prefix, "Delimiter": delimiter}
    for action in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(action).paginate(**asked, PaginationConfig={"PageSize": size})
        assert walked(pages, size) == model(keys, prefix, delimiter)


@SETTINGS
@given(keys=KEYS, start=TEXT, prefix=WORDS)
def test_after_a_key(cloud: Cloud, keys: set[str], start: str, prefix: str) -> None:
    asked = {"Bucket": filled(cloud.client, keys), "Prefix": prefix, "StartAfter": start}
    found = [each["Key"] for each in cloud.client.list_objects_v2(**asked).get("Contents", [])]
    assert found == sorted(key for key in keys if key > start and key.startswith(prefix))


@settings(parent=SETTINGS, max_examples=15)
@given(moves=st.lists(st.tuples(st.sampled_from("ab/"), st.booleans()), max_size=12), size=st.integers(1, 4))
def test_versions(cloud: Cloud, moves: list[tuple[str, bool]], size: int) -> None:
    s3, name = cloud.client, filled(cloud.client, set())
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    history: dict[str, list[str]] = {}
    for key, written in moves:
        made = s3.put_object(Bucket=name, Key=key, Body=b"") if written else s3.delete_object(Bucket=name, Key=key)
        history.setdefault(key, []).insert(0, made["VersionId"])
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=name, PaginationConfig={"PageSize": size})
    found: dict[str, list[str]] = {}
    for page in pages:
        told = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        assert len(told) <= size
        for each in told:
            found.setdefault(each["Key"], []).append(each["VersionId"])
            assert each["IsLatest"] == (each["VersionId"] == history[each["Key"]][0])
    assert {key: sorted(ids) for key, ids in found.items()} == {key: sorted(ids) for key, ids in history.items()}


def test_what_a_page_says_of_itself(s3: Any) -> None:
    for key in ("a b", "c/d", "e"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    page = s3.list_objects_v2(Bucket=BUCKET, MaxKeys=2, Delimiter="/", FetchOwner=True)
    assert (page["KeyCount"], page["MaxKeys"], page["IsTruncated"], page["Name"]) == (2, 2, True, BUCKET)
    assert len(page["Contents"][0]["Owner"]["ID"]) == 64
    assert s3.list_objects_v2(Bucket=BUCKET, MaxKeys=0)["IsTruncated"] is False
    assert s3.list_objects(Bucket=BUCKET)["Contents"][0]["Owner"]
    assert refusal(s3.list_objects_v2, Bucket=BUCKET, MaxKeys=-1) == ("InvalidArgument", 400)
    assert refusal(s3.list_objects_v2, Bucket=BUCKET, ContinuationToken="a") == ("InvalidArgument", 400)
    refused = refusal(s3.list_object_versions, Bucket=BUCKET, VersionIdMarker="x")
    assert refused == ("InvalidArgument", 400)


def test_names_are_encoded_when_asked(cloud: Cloud, s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="a b/\x01+", Body=b"x")
    body = cloud.call("GET", f"/{BUCKET}?list-type=2&encoding-type=url&prefix=a%20b/")[2]
    assert b"<Key>a%20b/%01%2B</Key>" in body
    assert b"<Prefix>a%20b/</Prefix>" in body
    assert s3.list_objects_v2(Bucket=BUCKET)["Contents"][0]["Key"] == "a b/\x01+"


def test_the_string_after_a_prefix() -> None:
    assert [successor(text) for text in ("a", "a\U0010ffff", "\ud7ff", "\U0010ffff", "")] == [
        "b",
        "b",
        "\ue000",
        None,
        None,
    ]
