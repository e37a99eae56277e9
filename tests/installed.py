"""An application as it stands on a machine: its folder's files, and `continuum/` beside them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from continuum.database import Database

ROOT = Path(__file__).parents[1]

_ASK = """
import sys
sys.path.insert(0, ".")
import json, wsgi
client = wsgi.application.test_client()
answers = [client.get(path) for path in sys.argv[1:]]
print(json.dumps([[answer.status_code, answer.text] for answer in answers]))
"""


def unpack(application: str, where: Path, settings: str | None = None) -> Path:
    """Puts an application into the new folder `where`, with that text as its settings.py."""
    shutil.copytree(ROOT / application, where)
    shutil.copytree(ROOT / "continuum", where / "continuum")
    if settings is not None:
        (where / "settings.py").write_text(settings)
    return where


def web_settings(database: Database, log_file: Path) -> str:
    """The settings.py of a web application; more in it than anybody reads, and the port as text, as in 2016."""
    return f"""
preview_base_url = 'http://continuum-test.v2.elifesciences.org/'
log_level = "WARN"
log_file = "{log_file}"
database = "{database.database}"
host = "{database.host}"
port = "{database.port}"
user = "{database.user}"
password = "{database.password}"
"""


def ask(folder: Path, *paths: str) -> list[Any]:
    """What the application in that folder answers, without this checkout on its path: [[status, text]]."""
    command = [sys.executable, "-I", "-c", _ASK, *paths]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))
