"""The journal's website for tests: the real one, on PostgreSQL, behind a real nginx that cuts requests early."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from werkzeug.serving import BaseWSGIServer, make_server

from continuum.database import Connections, Database
from tests.conftest import eventually
from website import publication
from website.application import create
from website.configuration import Configuration

USER, PASSWORD = "bot", "a word"
CUT_SECONDS = 1
# As on the machine, with a shorter time; at /silent/ it closes the connection without a word (BadStatusLine).
_NGINX = """
daemon off; pid nginx.pid; error_log error.log; worker_processes 1; {user}
events {{ worker_connections 100; }}
http {{
    log_format it '$request_method $request_uri $status'; access_log access.log it;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    client_max_body_size 20m; proxy_read_timeout {cut}s; proxy_ignore_client_abort on;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{behind}; }}
        location /silent/ {{ error_page 504 = @cut; proxy_pass http://127.0.0.1:{behind}/; }}
        location @cut {{ return 444; }}
    }}
}}
"""


@dataclass
class Site:
    """The website at `address`; `asked("POST")` is what came of it: `["POST 200", …]`."""

    address: str
    database: Database
    folder: Path
    forgotten: int = 0

    def asked(self, method: str = "") -> list[str]:
        """Method and status of each request since `forget`, that of a cut one as well."""
        lines = self._log()[self.forgotten :]
        return [f"{line.split()[0]} {line.split()[-1]}" for line in lines if line.startswith(method)]

    def forget(self) -> None:
        """What was asked until now."""
        self.forgotten = len(self._log())

    def _log(self) -> list[str]:
        """nginx logs a request after it has answered it, and before it reads another: with one more, all are there."""
        mark = f"/ping?{uuid.uuid4().hex}"
        with urllib.request.urlopen(self.address + mark) as answer:
            answer.read()
        lines = eventually(lambda: mark in (log := (self.folder / "access.log").read_text()) and log.splitlines())
        return [line for line in lines if "/ping?" not in line]

    def rows(self) -> list[Mapping[str, Any]]:
        """What the website has: each article version, whether readers see it, and when it was taken in."""
        with psycopg.connect(**self.database.parameters(10), row_factory=psycopg.rows.dict_row) as connection:
            return connection.execute("SELECT id, live, eif, posted_at FROM content ORDER BY id, live").fetchall()

    def withdraw(self, version_id: str) -> None:
        """What an editor does on the website: readers don't see that article version any more."""
        connections = Connections(self.database)
        publication.withdraw(connections, version_id)
        connections.close()

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Whatever is taken in meanwhile does not get further before the block ends; what is there can be read."""
        with psycopg.connect(**self.database.parameters(60)) as connection:
            connection.execute("LOCK TABLE content IN SHARE ROW EXCLUSIVE MODE")
            yield

    def ingesting(self) -> bool:
        """Whether an article is being taken in."""
        with psycopg.connect(**self.database.parameters(10)) as connection:
            row = connection.execute(
                """SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
                WHERE locktype = 'advisory' AND granted AND datname = current_database())"""
            ).fetchone()
        return bool(row and row[0])


def run_site(database: Database, folder: Path, cdn: str) -> Iterator[Site]:
    """The website on a database that has its tables, for as long as the caller likes."""
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        pytest.skip("needs nginx: apt-get install nginx-light")
    app = create(database, Configuration(USER, PASSWORD, "a key", cdn))
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    user = "user root;" if os.geteuid() == 0 else ""
    settings = _NGINX.format(user=user, cut=CUT_SECONDS, port=port, behind=server.server_port)
    (folder / "nginx.conf").write_text(re.sub(r"\n\s*", "\n", settings))
    path = f"{os.environ['PATH']}:/usr/sbin"
    command = [str(shutil.which("nginx", path=path)), "-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]
    nginx = subprocess.Popen(command)
    try:
        eventually(lambda: _answers(port))
        yield Site(f"http://127.0.0.1:{port}", database, folder)
    finally:
        nginx.terminate()
        nginx.wait()
        server.shutdown()
        server.server_close()


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
