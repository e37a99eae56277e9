"""lax as it stands on a machine."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuum.database import Database
from tests.installed import ask, unpack, web_settings
from tests.postgresql import PostgreSQL, new_database

_LOADED = """
import sys
sys.path.insert(0, ".")
import wsgi
print(*sorted({"alembic", "sqlalchemy"} & set(sys.modules)))
"""


@pytest.fixture
def empty(cluster: PostgreSQL) -> Iterator[Database]:
    yield from new_database(cluster)


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in that folder, as on the machine; this checkout is not on its path."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, timeout=60, check=False)


def test_it_answers_with_its_database(cluster: PostgreSQL, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    ping, front = ask(unpack("lax", tmp_path / "lax", web_settings(cluster.database, log)), "/ping", "/")
    assert ping == [200, "pong"]
    assert front[0] == 200
    assert "The journal's register of articles" in front[1]
    assert "create-update" in front[1]
    assert log.exists()


def test_its_tables_are_made_by_migrate_py(empty: Database, tmp_path: Path) -> None:
    folder = unpack("lax", tmp_path / "lax", web_settings(empty, tmp_path / "app.log"))
    page = "/api/v1/article/10.7554/eLife.00353/"
    first, second = run(folder, "migrate.py"), run(folder, "migrate.py")
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("lax: 0001 ")
    assert (second.returncode, second.stdout) == (0, "lax: the database is up to date\n")
    assert ask(folder, page) == [[404, '{"message":"there is no article 10.7554/eLife.00353"}\n']]


def test_migrate_py_says_in_one_line_that_the_database_is_away(empty: Database, tmp_path: Path) -> None:
    folder = unpack("lax", tmp_path / "lax", web_settings(replace(empty, port=1), tmp_path / "app.log"))
    done = run(folder, "migrate.py")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the database is away" in done.stderr and len(done.stderr.splitlines()) == 1


def test_what_serves_does_not_load_what_migrates(tmp_path: Path) -> None:
    done = run(unpack("lax", tmp_path / "lax"), "-I", "-c", _LOADED)
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr


def test_it_says_that_the_database_is_away(cluster: PostgreSQL, tmp_path: Path) -> None:
    settings = web_settings(replace(cluster.database, port=1), tmp_path / "app.log")
    assert ask(unpack("lax", tmp_path / "lax", settings), "/ping") == [[503, "the database is away\n"]]


def test_it_answers_as_it_comes_without_a_database(tmp_path: Path) -> None:
    assert ask(unpack("lax", tmp_path / "lax"), "/ping") == [[200, "pong"]]
