"""The website as the bot and an editor use it: in this process, or in processes as on a machine."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import requests
from flask.testing import FlaskClient
from psycopg.rows import DictRow, dict_row
from werkzeug.test import TestResponse

from continuum.database import Connections, Database
from tests.conftest import eventually
from tests.installed import unpack, web_settings
from website import accounts
from website.application import create
from website.configuration import Configuration
from website.store import Store

AUTH = ("bot", "a word")
_SERVE = """
import sys
sys.path.insert(0, ".")
from werkzeug.serving import run_simple
from wsgi import application
run_simple("127.0.0.1", int(sys.argv[1]), application, threaded=True)
"""


def eif(article_id: str = "00777", version: int = 1, **other: Any) -> dict[str, Any]:
    """A small EIF, valid by the schema; `pub_date=…` for `pub-date`, None leaves a field out."""
    fields: dict[str, Any] = {
        "title": "Of <italic>what</italic> is tested – ünïcode",
        "version": version,
        "doi": f"10.7554/eLife.{article_id}",
        "volume": 1,
        "elocation-id": f"e{article_id}",
        "article-id": article_id,
        "article-version-id": f"{article_id}.{version}",
        "path": f"content/1/e{article_id}v{version}",
        "article-type": "research-article",
        "status": "VOR",
        "publish": False,
        "pub-date": "2012-12-13T00:00:00Z",
    }
    fields.update({name.replace("_", "-"): value for name, value in other.items()})
    return {name: value for name, value in fields.items() if value is not None}


class Site:
    """The website, asked in this process."""

    def __init__(self, database: Database, cdn: str = "", **settings: str) -> None:
        self.database = database
        self.app = create(database, Configuration(*AUTH, cdn_url=cdn, **settings))
        self.store: Store = self.app.extensions["store"]

    def close(self) -> None:
        self.app.extensions["accounts"].close()

    def client(self) -> FlaskClient:
        """A browser of its own."""
        return self.app.test_client()

    def editor(self) -> FlaskClient:
        """A browser that is signed in."""
        client = self.client()
        answer = client.get(f"/user/reset/{self.link()}")
        assert answer.status_code == 303, answer.text
        return client

    def link(self, name: str = "admin") -> str:
        connections = Connections(self.database, most=1)
        with connections.transaction() as connection:
            secret = accounts.new_link(connection, name)
        connections.close()
        return secret

    def post(self, document: Any) -> TestResponse:
        return self.client().post("/api/article.json", json=document, auth=AUTH)

    def call(self, method: str, path: str, **request: Any) -> TestResponse:
        return self.client().open(f"/api/{path}", method=method, auth=AUTH, **request)

    def publish(self, version_id: str, flag: str = "1") -> TestResponse:
        return self.call("PUT", f"publish/{version_id}.json", json={"publish": flag})

    def rows(self, query: str, *values: object) -> list[DictRow]:
        """What the database has."""
        return rows(self.database, query, *values)


class Running:
    """The website in processes; several work on one database, as several machines do."""

    def __init__(self, database: Database, cdn: str, folder: Path) -> None:
        self.database = database
        log = folder / "app.log"
        settings = web_settings(database, log) + f"api_user, api_password = {AUTH!r}\ncdn_url = {cdn!r}\n"
        self.folder = unpack("website", folder / "website", settings + 'secret_key = "a key"\n')
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> Process:
        """One more process, answering."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-I", "-c", _SERVE, str(port)]
        popen = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL)
        self._processes.append(popen)
        process = Process(popen, f"http://127.0.0.1:{port}")
        eventually(process.answers, 60)
        return process

    def drush(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-B", "drush.py", *words]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()


class Process:
    """One process of the website, over real HTTP."""

    def __init__(self, popen: subprocess.Popen[bytes], url: str) -> None:
        self.popen = popen
        self.url = url

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/ping", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def post(self, document: Any, timeout: float = 60) -> requests.Response:
        return requests.post(f"{self.url}/api/article.json", json=document, auth=AUTH, timeout=timeout)

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}/{path}", auth=AUTH, timeout=60)

    def kill(self) -> None:
        """kill -9"""
        self.popen.kill()
        self.popen.wait()


def rows(database: Database, query: str, *values: object) -> list[DictRow]:
    with psycopg.connect(**database.parameters(20), row_factory=dict_row) as connection:
        return connection.execute(query, values).fetchall()


@contextmanager
def locked(database: Database, statement: str = "LOCK TABLE content IN SHARE MODE") -> Iterator[None]:
    """While somebody else's transaction holds a lock: of itself, that nobody may write articles."""
    with psycopg.connect(**database.parameters(0)) as connection:
        connection.execute(statement)
        yield
