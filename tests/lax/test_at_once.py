"""Several who write at once, in processes of their own and in threads: one version, one date, nothing lost."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import psycopg
from werkzeug.test import TestResponse

from continuum.database import Connections, Database
from tests.lax.asked import Lax, eif


def at_once(calls: Sequence[Callable[[], TestResponse]]) -> list[TestResponse]:
    barrier = Barrier(len(calls))

    def one(call: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


def test_the_same_eif_twice_at_once_is_one_version(lax: Lax, article: int) -> None:
    for version in range(1, 7):
        answers = at_once([partial(lax.send, eif(article, version))] * 8)
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.text for answer in answers}) == 1
    with psycopg.connect(**lax.database.parameters(0)) as connection:
        query = "SELECT count(*), count(DISTINCT version) FROM received WHERE article_id = %s"
        assert connection.execute(query, [article]).fetchone() == (6, 6)


def test_several_who_create_the_same_version_differently_one_wins(lax: Lax, article: int) -> None:
    for version in range(1, 7):
        send = [partial(lax.send, eif(article, version, title=f"by {n}"), "create") for n in range(8)]
        answers = at_once(send)
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        (won,) = (answer.get_json() for answer in answers if answer.status_code == 200)
        assert lax.get(f"10.7554/eLife.{article}/version/{version}/").get_json() == won


def test_whatever_the_order_the_earliest_date_stays(lax: Lax, article: int) -> None:
    days = [f"2013-01-{day:02}T00:00:00Z" for day in (5, 3, 8, 2, 7, 4, 9, 6)]
    answers = at_once([partial(lax.send, eif(article, pub_date=day)) for day in days])
    assert {answer.status_code for answer in answers} == {200}
    assert lax.get(f"10.7554/eLife.{article}/").get_json()["datetime_published"] == "2013-01-02T00:00:00Z"


def test_more_at_once_than_there_are_connections(lax: Lax, article: int) -> None:
    calls = [partial(lax.send, eif(article, version)) for version in range(1, 21)]
    assert {answer.status_code for answer in at_once(calls)} == {200}
    assert len(lax.get(f"10.7554/eLife.{article}/version/").get_json()) == 20


def test_a_process_that_was_forked_makes_connections_of_its_own(lax_database: Database) -> None:
    connections = Connections(lax_database)

    def backend() -> Any:
        with connections.transaction() as connection:
            row = connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
        assert row is not None
        return row["pid"]

    mine = backend()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writer, str(backend()).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as said:
        theirs = int(said.read() or 0)
    assert theirs not in (0, mine)
    assert backend() == mine, "the child's end did not close the parent's connection"
    connections.close()
    assert backend() != mine
    connections.close()


def test_a_transaction_that_fails_leaves_nothing(lax: Lax, lax_database: Database) -> None:
    connections = Connections(lax_database)
    try:
        with connections.transaction() as connection:
            connection.execute("CREATE TABLE half (a int)")
            raise KeyError
    except KeyError:
        pass
    with connections.transaction() as connection:
        row = connection.execute("SELECT to_regclass('half') AS half").fetchone()
    assert row == {"half": None}
    connections.close()
