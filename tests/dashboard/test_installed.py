"""dashboard as it stands on a machine."""

from dataclasses import replace
from pathlib import Path

from tests.installed import ask, unpack, web_settings
from tests.postgresql import PostgreSQL


def test_it_answers_with_its_database(cluster: PostgreSQL, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    ping, front = ask(unpack("dashboard", tmp_path / "dashboard", web_settings(cluster.database, log)), "/ping", "/")
    assert ping == [200, "pong"]
    assert front[0] == 200
    assert "does not show articles yet" in front[1]
    assert log.exists()


def test_it_says_that_the_database_is_away(cluster: PostgreSQL, tmp_path: Path) -> None:
    settings = web_settings(replace(cluster.database, port=1), tmp_path / "app.log")
    assert ask(unpack("dashboard", tmp_path / "dashboard", settings), "/ping") == [[503, "the database is away\n"]]


def test_it_answers_as_it_comes_without_a_database(tmp_path: Path) -> None:
    assert ask(unpack("dashboard", tmp_path / "dashboard"), "/ping") == [[200, "pong"]]
