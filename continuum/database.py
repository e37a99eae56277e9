"""The PostgreSQL of a web application: whether it answers, and connections to it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from continuum.web import NotWell

_SECONDS = 3
_AWAY = "the database is away"
_NO_ANSWER = "the database does not answer now; try again later"
# nginx cuts a request at 60 s; nothing that a page asks may take that long.
_STATEMENT_SECONDS = 20
_WAIT_SECONDS = 3
# What the connection to a server that fell silent may cost: libpq's own answer is a quarter of an hour.
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}


@dataclass(frozen=True)
class Database:
    """Where the database is, under the names of the settings. Without a host there is none configured."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)

    def check(self) -> None:
        """Asks the database for an answer; raises NotWell if it gives none. Does nothing where none is configured."""
        if not self.host:
            return
        try:
            with psycopg.connect(**self.parameters(_SECONDS)) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise NotWell(_AWAY) from error

    def parameters(self, statement_seconds: int) -> dict[str, Any]:
        """What psycopg.connect takes for a connection whose statements may last so long (0: for ever)."""
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "user": self.user,
            "password": self.password,
            "connect_timeout": _SECONDS,
            "client_encoding": "UTF8",
            "options": f"-c statement_timeout={statement_seconds * 1000} -c timezone=UTC",
            **_KEEPALIVE,
        }


class Connections:
    """Connections to a database, shared by the threads of a process. Made when first asked for, in each process anew.

    A connection must not be shared across a fork; uWSGI may fork after the application was loaded.
    """

    def __init__(self, database: Database, most: int = 8) -> None:
        """At most so many connections a process; who needs one more waits for it (3 s, then NotWell)."""
        self._database = database
        self._most = most
        self._lock = threading.Lock()
        self._pool: ConnectionPool[psycopg.Connection[DictRow]] | None = None
        self._process = 0

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[DictRow]]:
        """A connection for one transaction: committed at the end of the `with`, rolled back by any exception.

        Rows are dictionaries. Raises NotWell where the database is away, too busy, or lost on the way: a caller who
        does not know then whether it was committed tries the same again.
        """
        if not self._database.host:
            raise NotWell("no database is configured")
        try:
            with self._opened().connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            raise NotWell(_NO_ANSWER) from error

    def close(self) -> None:
        """Ends the connections; the next transaction makes new ones."""
        with self._lock:
            if self._pool is not None and self._process == os.getpid():
                self._pool.close()
            self._pool = None

    def _opened(self) -> ConnectionPool[psycopg.Connection[DictRow]]:
        with self._lock:
            if self._pool is None or self._process != os.getpid():
                self._process = os.getpid()
                self._pool = ConnectionPool(
                    kwargs={**self._database.parameters(_STATEMENT_SECONDS), "row_factory": dict_row},
                    min_size=0,
                    max_size=self._most,
                    timeout=_WAIT_SECONDS,
                    # Given up soon, so that the request that comes after the database came back connects at once.
                    reconnect_timeout=_WAIT_SECONDS,
                    # A connection that the server has closed meanwhile is found before it is handed out.
                    check=ConnectionPool.check_connection,
                    open=True,
                )
            return self._pool
