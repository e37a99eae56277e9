"""The website as it stands on a machine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from continuum.database import Database
from tests.installed import ask, unpack, web_settings
from tests.postgresql import PostgreSQL, new_database


@pytest.fixture
def empty(cluster: PostgreSQL) -> Iterator[Database]:
    yield from new_database(cluster)


def test_it_migrates_and_answers(empty: Database, tmp_path: Path) -> None:
    folder = unpack("website", tmp_path / "website", web_settings(empty, tmp_path / "app.log"))
    command = [sys.executable, "-B", "migrate.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "website: 0001" in done.stdout) == (0, True), done.stderr
    ping, front, search = ask(folder, "/ping", "/", "/search?q=flies")
    assert ping == [200, "pong"]
    assert (front[0], search[0]) == (200, 200)
    again = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert again.stdout == "website: the database is up to date\n"


def test_it_says_that_the_database_is_away(empty: Database, tmp_path: Path) -> None:
    settings = web_settings(replace(empty, port=1), tmp_path / "app.log")
    folder = unpack("website", tmp_path / "website", settings)
    assert [answer[0] for answer in ask(folder, "/ping", "/")] == [503, 503]


def test_it_comes_without_a_database(tmp_path: Path) -> None:
    assert [answer[0] for answer in ask(unpack("website", tmp_path / "website"), "/ping", "/")] == [200, 503]
