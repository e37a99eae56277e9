"""A PostgreSQL for tests: a cluster of its own, on loopback, gone afterwards. Needs Debian's package `postgresql`."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from psycopg import sql

from continuum.database import Database

PASSWORD = "a password with spaces"


class PostgreSQL:
    """A running server, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self._programs = _programs()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.database = Database("127.0.0.1", port, "postgres", "tester", PASSWORD)
        word = folder / "word"
        word.write_text(PASSWORD)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            shutil.chown(word, "postgres")
        self._run("initdb", "-U", "tester", "-A", "scram-sha-256", f"--pwfile={word}", "--no-sync", "-D", self._data)

    def start(self) -> None:
        options = f"-p {self.database.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-o", options, "-l", self._data / "log")

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", self._data)

    def _run(self, program: str, *arguments: str | Path) -> None:
        # PostgreSQL refuses to be run by root.
        as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_user, self._programs / program, *arguments]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    assert found, "these tests need PostgreSQL: apt-get install postgresql"
    return found[-1].parent


def new_database(server: PostgreSQL) -> Iterator[Database]:
    """An empty database on that server, gone afterwards with whoever still uses it."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(**server.database.parameters(0), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield replace(server.database, database=name)
    with psycopg.connect(**server.database.parameters(0), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def cluster() -> Iterator[PostgreSQL]:
    folder = Path(mkdtemp(prefix="continuum-postgresql-"))
    server = PostgreSQL(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)
