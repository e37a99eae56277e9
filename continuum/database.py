"""Whether the PostgreSQL of a web application answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg

from continuum.web import NotWell

_SECONDS = 3


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
            with psycopg.connect(
                host=self.host,
                port=self.port,
                dbname=self.database,
                user=self.user,
                password=self.password,
                connect_timeout=_SECONDS,
                options=f"-c statement_timeout={_SECONDS * 1000}",
            ) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error as error:
            raise NotWell("the database is away") from error
