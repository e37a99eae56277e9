"""lax on a PostgreSQL of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from continuum.database import Database
from tests.lax.asked import Lax, migrated
from tests.postgresql import PostgreSQL

_numbers = itertools.count(20_001)


@pytest.fixture(scope="session")
def lax_database(cluster: PostgreSQL) -> Iterator[Database]:
    yield from migrated(cluster)


@pytest.fixture(scope="session")
def lax(lax_database: Database) -> Lax:
    return Lax(lax_database)


@pytest.fixture
def article() -> int:
    """An article that no other test has."""
    return next(_numbers)
