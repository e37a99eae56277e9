from collections.abc import Iterator
from pathlib import Path

import pytest

from continuum.database import Database
from continuum.migrations import upgrade
from tests.postgresql import PostgreSQL, cluster, new_database

__all__ = ["cluster"]

MIGRATIONS = Path(__file__).parents[2] / "website" / "migrations"


@pytest.fixture
def database(cluster: PostgreSQL) -> Iterator[Database]:
    """An empty database with the website's tables."""
    for made in new_database(cluster):
        upgrade(made, MIGRATIONS)
        yield made
