"""The tables of a web application, brought up to date by the migrations in its folder `migrations/`.

A migration is a file of that folder as Alembic reads it: `revision`, `down_revision`, a docstring of one line that says
what it brings, and `upgrade()`, which calls `op.execute` with plain SQL. There is no way down: what turns out wrong is
put right by the next migration.

Only an application's `migrate.py` imports this, and with it Alembic and SQLAlchemy; never a process that serves.
"""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from continuum.database import Database

# Any two numbers would do; an application's own advisory locks have one.
_LOCK = (1_668_247_157, 1)
_ENVIRONMENT = Path(__file__).parent / "alembic_environment"


class MigrationError(Exception):
    """The database could not be brought up to date, and is as it was. Says why in one line, without secrets."""


def upgrade(database: Database, folder: Path) -> list[str]:
    """Runs the migrations that the database does not have yet; answers one line for each, such as `0001 Articles`.

    They run in one transaction, under a lock: another one who migrates at the same time waits, and finds nothing left
    to do; what fails or is killed leaves the database as it was. Raises MigrationError.
    """
    if not database.host:
        raise MigrationError("no database is configured")
    try:
        connection = psycopg.connect(**database.parameters(statement_seconds=0))
    except psycopg.Error as error:
        raise MigrationError(f"the database is away: {_one_line(error)}") from error
    done: list[str] = []
    try:
        with create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=NullPool).begin() as begun:
            begun.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", _LOCK)
            command.upgrade(_configuration(folder, {"connection": begun, "done": done}), "head")
    except DBAPIError as error:
        raise MigrationError(f"failed after {done[-1] if done else 'none'}: {_one_line(error.orig)}") from error
    except CommandError as error:
        raise MigrationError(f"{_one_line(error)} (was it migrated by a newer version of the code?)") from error
    finally:
        connection.close()
    return done


def main(name: str, database: Database, folder: Path) -> int:
    """What an application's `migrate.py` does: brings the database up to date and says so. Answers the exit code."""
    try:
        done = upgrade(database, folder)
    except MigrationError as error:
        print(f"{name}: the database was not migrated: {error}", file=sys.stderr)
        return 1
    for line in done:
        print(f"{name}: {line}")
    if not done:
        print(f"{name}: the database is up to date")
    return 0


def _configuration(folder: Path, attributes: dict[str, object]) -> Config:
    configuration = Config(attributes=attributes)
    configuration.set_main_option("script_location", _escaped(_ENVIRONMENT))
    configuration.set_main_option("version_locations", _escaped(folder))
    configuration.set_main_option("path_separator", "newline")
    return configuration


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _one_line(error: BaseException | None) -> str:
    return " ".join(str(error).split())
