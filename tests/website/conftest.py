"""The website on a PostgreSQL of its own, with a CDN whose answers a test decides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from continuum.database import Database
from continuum.migrations import upgrade
from tests.postgresql import PostgreSQL, new_database
from tests.website.cdn import Cdn, serving
from tests.website.site import Running, Site

MIGRATIONS = Path(__file__).parents[2] / "website" / "migrations"
TABLES = "content, setting, maintenance, login_link, sign_in"


@pytest.fixture(scope="session")
def migrated(cluster: PostgreSQL) -> Iterator[Database]:
    for made in new_database(cluster):
        upgrade(made, MIGRATIONS)
        yield made


@pytest.fixture
def database(migrated: Database) -> Database:
    """A database with the website's tables and nothing in them."""
    with psycopg.connect(**migrated.parameters(20)) as connection:
        connection.execute(f"TRUNCATE {TABLES}")
    return migrated


@pytest.fixture
def cdn() -> Iterator[Cdn]:
    yield from serving()


@pytest.fixture
def site(database: Database, cdn: Cdn) -> Iterator[Site]:
    """The website in this process."""
    made = Site(database, cdn.url)
    yield made
    made.close()


@pytest.fixture
def running(database: Database, cdn: Cdn, tmp_path: Path) -> Iterator[Running]:
    """The website as it is unpacked on a machine, in processes that a test starts."""
    made = Running(database, cdn.url, tmp_path)
    yield made
    made.close()
