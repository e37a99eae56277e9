"""Migrations on a real PostgreSQL: from nothing, again, two at once, failing, killed, and newer than the code."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from continuum.database import Database
from continuum.migrations import MigrationError, main, upgrade
from tests.postgresql import PASSWORD, PostgreSQL, new_database

_MIGRATION = '''
"""{doc}"""
from alembic import op
revision = "{number}"
down_revision = {before}

def upgrade():
    op.execute("""{sql}""")
'''
_MAIN = """
import sys
from pathlib import Path
from continuum.database import Database
from continuum.migrations import main
host, port, name, user, password, folder = sys.argv[1:]
raise SystemExit(main("test", Database(host, int(port), name, user, password), Path(folder)))
"""


class Folder:
    """A folder of migrations."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.numbers: list[str] = []

    def add(self, sql: str, doc: str = "Something") -> None:
        number = f"{len(self.numbers) + 1:04}"
        before = repr(self.numbers[-1]) if self.numbers else "None"
        text = _MIGRATION.format(doc=doc, number=number, before=before, sql=sql)
        (self.path / f"m{number}.py").write_text(text)
        self.numbers.append(number)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "50% of it; all: here"  # what configuration files give a meaning
    path.mkdir()
    return Folder(path)


@pytest.fixture
def database(cluster: PostgreSQL) -> Iterator[Database]:
    yield from new_database(cluster)


def tables(database: Database) -> set[str]:
    with psycopg.connect(**database.parameters(0)) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {name for (name,) in rows}


def start(database: Database, folder: Folder) -> subprocess.Popen[str]:
    where = (database.host, str(database.port), database.database, database.user, database.password)
    command = [sys.executable, "-c", _MAIN, *where, str(folder.path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(database: Database, condition: str) -> None:
    """Until some session of the database is as the SQL condition says."""
    query = sql.SQL("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND {}").format(
        sql.SQL(condition)
    )
    with psycopg.connect(**database.parameters(0), autocommit=True) as connection:
        end = time.monotonic() + 60
        while connection.execute(query).fetchone() is None:
            assert time.monotonic() < end, condition
            time.sleep(0.02)


def test_from_nothing_then_nothing_more_then_what_is_new(
    database: Database, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.add("CREATE TABLE one (a int)", "The first table")
    folder.add("ALTER TABLE one ADD b int", "Another column")
    assert main("test", database, folder.path) == 0
    assert capsys.readouterr().out == "test: 0001 The first table\ntest: 0002 Another column\n"
    assert main("test", database, folder.path) == 0
    assert capsys.readouterr().out == "test: the database is up to date\n"
    folder.add("CREATE TABLE two (a int)", "A third")
    assert upgrade(database, folder.path) == ["0003 A third"]
    assert tables(database) == {"one", "two", "alembic_version"}


def test_two_at_once_do_it_once(database: Database, folder: Folder) -> None:
    folder.add("CREATE TABLE one (a int); SELECT pg_sleep(0.5)")
    both = [start(database, folder) for _ in range(2)]
    said = sorted(process.communicate(timeout=60)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said == ["test: 0001 Something\n", "test: the database is up to date\n"]


def test_one_that_fails_leaves_the_database_as_it_was(
    database: Database, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.add("CREATE TABLE one (a int)")
    folder.add("CREATE TABLE two (a nothing)")
    assert main("test", database, folder.path) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "failed after 0001 Something" in said.err and 'type "nothing" does not exist' in said.err
    assert len(said.err.splitlines()) == 1
    assert tables(database) == set()


def test_one_that_is_killed_leaves_the_database_as_it_was(database: Database, folder: Folder) -> None:
    folder.add("CREATE TABLE one (a int)")
    folder.add("CREATE TABLE two (a int); SELECT pg_sleep(60)")
    process = start(database, folder)
    wait_for(database, "wait_event = 'PgSleep'")
    process.kill()
    process.communicate()
    with psycopg.connect(**database.parameters(0), autocommit=True) as connection:
        # The server notices at the end of the statement; a real one is shorter than a minute's sleep.
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    folder.path.joinpath("m0002.py").unlink()
    assert upgrade(database, folder.path) == ["0001 Something"]
    assert tables(database) == {"one", "alembic_version"}


def test_a_database_that_is_away_is_one_clear_line_without_the_password(
    database: Database, folder: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.add("CREATE TABLE one (a int)")
    for wrong in (replace(database, port=1), replace(database, password="wrong word"), replace(database, host="")):
        assert main("test", wrong, folder.path) == 1
        said = capsys.readouterr().err
        assert said.startswith("test: the database was not migrated: ") and len(said.splitlines()) == 1
        assert PASSWORD not in said and "wrong word" not in said


def test_code_that_is_older_than_its_database_does_not_touch_it(database: Database, folder: Folder) -> None:
    folder.add("CREATE TABLE one (a int)")
    folder.add("CREATE TABLE two (a int)")
    upgrade(database, folder.path)
    folder.path.joinpath("m0002.py").unlink()
    with pytest.raises(MigrationError, match=r"0002.*newer version"):
        upgrade(database, folder.path)
    assert tables(database) == {"one", "two", "alembic_version"}
