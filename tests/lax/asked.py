"""lax asked as a client would, without a server in between; and an EIF to send it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from continuum.database import Database
from continuum.login import Login
from continuum.migrations import upgrade
from lax import application
from tests.postgresql import PostgreSQL, new_database

LOGIN = Login("bot", "a word")
API = "/api/v1/article"
_MIGRATIONS = Path(__file__).parents[2] / "lax/migrations"


class Lax:
    """lax, asked as a client would: `lax.send(eif)`, `lax.get("10.7554/eLife.00353/version/")`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.app: Flask = application.create(application.Settings(database, LOGIN))

    def client(self) -> FlaskClient:
        return self.app.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client().get(f"{API}/{path}", headers=headers)

    def send(self, eif: Any, verb: str = "create-update") -> TestResponse:
        auth = (LOGIN.api_user, LOGIN.api_password)
        return self.client().post(f"{API}/{verb}/", json=eif, auth=auth)

    def post(self, body: bytes, content_type: str | None = "application/json") -> TestResponse:
        auth = (LOGIN.api_user, LOGIN.api_password)
        return self.client().post(f"{API}/create-update/", data=body, content_type=content_type, auth=auth)


def eif(article: int, version: int = 1, **other: Any) -> dict[str, Any]:
    """A small EIF, valid by the schema; `pub_date=…` for `pub-date`, None leaves a field out."""
    fields: dict[str, Any] = {
        "title": "Of what is <italic>tested</italic> – ünïcode",
        "version": version,
        "doi": f"10.7554/eLife.{article:05}",
        "volume": 1,
        "elocation-id": f"e{article:05}",
        "article-id": f"{article:05}",
        "article-version-id": f"{article:05}.{version}",
        "path": f"content/1/e{article:05}v{version}",
        "article-type": "research-article",
        "status": "VOR",
        "publish": True,
        "pub-date": "2012-12-13T00:00:00Z",
    }
    fields.update({name.replace("_", "-"): value for name, value in other.items()})
    return {name: value for name, value in fields.items() if value is not None}


def migrated(server: PostgreSQL) -> Iterator[Database]:
    """A database of lax's own, its tables made, gone afterwards."""
    for database in new_database(server):
        upgrade(database, _MIGRATIONS)
        yield database
