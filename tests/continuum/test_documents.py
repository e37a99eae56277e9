"""JSON from outside: read as the RFC has it, and what PostgreSQL can't keep is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from continuum.documents import NotJson, read, unkeepable
from tests.postgresql import PostgreSQL

TEXTS = st.text(st.characters()) | st.sampled_from(["\0", "\ud800", "a\udfffb"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(-1e15, 1e15) | TEXTS,
    lambda part: st.lists(part, max_size=4) | st.dictionaries(TEXTS, part, max_size=4),
)


@pytest.fixture(scope="module")
def connection(cluster: PostgreSQL) -> Iterator[psycopg.Connection]:
    with psycopg.connect(**cluster.database.parameters(0), autocommit=True) as made:
        yield made


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DOCUMENTS)
def test_what_is_not_named_is_kept(connection: psycopg.Connection, document: Any) -> None:
    read_again = read(json.dumps(document).encode())
    try:
        row = connection.execute("SELECT %s::jsonb", [Jsonb(read_again)]).fetchone()
    except (psycopg.Error, UnicodeEncodeError):
        assert list(unkeepable(read_again))
    else:
        assert row == (read_again,)
        assert not list(unkeepable(read_again))


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ("\0", [""]),
        ({"a": ["b", {"c": "\ud800"}]}, ["a.1.c"]),
        ({"\0": 1, "b": "\0"}, ["\0", "b"]),
        ({"a": "\U0001f600"}, []),
    ],
)
def test_the_field_is_named(document: Any, fields: list[str]) -> None:
    assert sorted(problem.field for problem in unkeepable(document)) == fields


def test_what_is_nested_too_deeply_is_named() -> None:
    assert [problem.message for problem in unkeepable(read(b"[" * 500 + b"]" * 500))] == ["is nested too deeply"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{'a': 1}", b"\xff", b"NaN", b"[Infinity]", b"-Infinity", b"1e999", b"9" * 5000, b"[" * 100_000,
     b'{"a": 1,}', b"[1] 2"],
)  # fmt: skip
def test_what_is_no_json_is_not_read(body: bytes) -> None:
    with pytest.raises(NotJson):
        read(body)
