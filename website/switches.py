"""What people with the right set on an admin page: where the articles' files are."""

from __future__ import annotations

from psycopg import Connection
from psycopg.rows import DictRow

from website import assets


def cdn(connection: Connection[DictRow], default: str) -> str:
    """The CDN path, with a slash at its end; '' where there is none at all."""
    row = connection.execute("SELECT value FROM setting WHERE name = %s", (assets.SETTING,)).fetchone()
    return assets.normal(row["value"] if row else default)


def set_cdn(connection: Connection[DictRow], path: str) -> None:
    """Sets the CDN path, or, with '', goes back to that of the machine's settings."""
    if not path.strip():
        connection.execute("DELETE FROM setting WHERE name = %s", (assets.SETTING,))
        return
    connection.execute(
        "INSERT INTO setting (name, value) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (assets.SETTING, assets.normal(path)),
    )
