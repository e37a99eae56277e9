"""lax killed in the middle of entering an EIF: nothing of it is there, and the same again enters it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import astuple

import psycopg

from continuum.database import Database
from tests.conftest import eventually
from tests.lax.asked import Lax, eif

_SEND = """
import json, sys
from continuum.database import Database
from tests.lax.asked import Lax
lax = Lax(Database(*json.loads(sys.argv[1])))
print(lax.send(json.loads(sys.argv[2])).status_code)
"""


def received(database: Database, article: int) -> int:
    with psycopg.connect(**database.parameters(0)) as connection:
        row = connection.execute("SELECT count(*) FROM received WHERE article_id = %s", [article]).fetchone()
    assert row is not None
    return int(row[0])


def test_half_of_it_is_nothing_and_the_same_again_is_all(lax: Lax, article: int) -> None:
    with psycopg.connect(**lax.database.parameters(0)) as holding:
        holding.execute("LOCK TABLE article_version IN EXCLUSIVE MODE")  # it may be read, not written
        command = [sys.executable, "-c", _SEND, json.dumps(astuple(lax.database)), json.dumps(eif(article))]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO article_v%'"
        with psycopg.connect(**lax.database.parameters(0), autocommit=True) as looking:
            eventually(lambda: looking.execute(waits).fetchone(), 60)
            process.kill()
            assert process.communicate()[0] == b""
        holding.rollback()
    with psycopg.connect(**lax.database.parameters(0), autocommit=True) as looking:
        others = "SELECT 1 FROM pg_locks WHERE relation = 'article_version'::regclass AND pid <> pg_backend_pid()"
        eventually(lambda: not looking.execute(others).fetchone(), 60)
    assert received(lax.database, article) == 0
    assert lax.get(f"10.7554/eLife.{article}/").status_code == 404
    assert lax.send(eif(article)).status_code == 200
    assert received(lax.database, article) == 1
