"""One ingest after another, all of it or nothing: over real HTTP, in several processes, cut off and killed."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from continuum.database import Connections
from tests.conftest import eventually
from tests.website.cdn import Cdn
from tests.website.site import Running, Site, eif, locked
from website import maintenance
from website.ingest import Held, ingest


def test_while_one_is_taken_in_others_are_told_to_come_again(running: Running, site: Site, cdn: Cdn) -> None:
    first, second = running.start(), running.start()  # as two machines
    cdn.open.clear()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(first.post, eif())
        cdn.wait_until_asked()
        for process in (first, second):
            busy = process.post(eif("00888"))
            assert (busy.status_code, int(busy.headers["Retry-After"]) > 0) == (429, True)
            assert busy.json()["message"]
        assert second.get("api/article/00777.1.json").status_code == 404  # nothing of it is there before all of it is
        assert second.get("").status_code == 200  # readers go on reading
        cdn.open.set()
        assert slow.result().status_code == 200
    assert second.post(eif("00888")).status_code == 200
    assert [row["id"] for row in site.rows("SELECT id FROM content ORDER BY id")] == ["00777.1", "00888.1"]


def test_publishing_does_not_wait_for_an_ingest(running: Running, site: Site, cdn: Cdn) -> None:
    site.post(eif("00888"))
    process = running.start()
    cdn.asked.clear()
    cdn.open.clear()
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(process.post, eif())
        cdn.wait_until_asked()
        assert site.publish("00888.1").status_code == 200
        cdn.open.set()
        assert slow.result().status_code == 200


def test_killed_in_the_middle_nothing_is_half_done_and_the_next_may(running: Running, site: Site, cdn: Cdn) -> None:
    site.post(eif(title="Old", publish=True))
    process = running.start()
    cdn.asked.clear()
    cdn.open.clear()
    with ThreadPoolExecutor(1) as pool:
        lost = pool.submit(process.post, eif(title="New", publish=True))
        cdn.wait_until_asked()
        process.kill()
        with pytest.raises(requests.ConnectionError):
            lost.result()
    cdn.open.set()
    assert [row["title"] for row in site.rows("SELECT title FROM content")] == ["Old"]
    eventually(lambda: site.post(eif(title="New", publish=True)).status_code == 200)
    assert [row["title"] for row in site.rows("SELECT title FROM content")] == ["New"]


def test_killed_while_the_database_waits_the_lock_is_let_go(running: Running, site: Site) -> None:
    process = running.start()
    with locked(site.database):
        with ThreadPoolExecutor(1) as pool:
            lost = pool.submit(process.post, eif())
            eventually(lambda: site.rows("SELECT FROM pg_locks WHERE NOT granted"))
            process.kill()
            with pytest.raises(requests.ConnectionError):
                lost.result()
        # Still locked: it is the connection's end that the server has noticed.
        eventually(lambda: not site.rows("SELECT FROM pg_locks WHERE locktype = 'advisory'"))
    assert not site.rows("SELECT FROM content")
    assert site.post(eif()).status_code == 200


def test_who_is_cut_off_finds_the_article_later(running: Running, site: Site) -> None:
    process = running.start()
    with locked(site.database):
        with pytest.raises(requests.ReadTimeout):
            process.post(eif(), timeout=0.5)
        assert process.post(eif("00888")).status_code == 429
        assert process.get("api/article/00777.1.json").status_code == 404
    eventually(lambda: process.get("api/article/00777.1.json").status_code == 200)
    assert process.post(eif()).json() == eif()
    assert len(site.rows("SELECT FROM content")) == 1


def test_the_same_ten_times_at_once_is_one(running: Running, site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    processes = [running.start(), running.start()]

    def post(number: int) -> int:
        return processes[number % 2].post(eif()).status_code

    with ThreadPoolExecutor(10) as pool:
        answers = Counter(pool.map(post, range(10)))
    assert set(answers) <= {200, 429}
    assert answers[200] >= 1
    assert len(site.rows("SELECT FROM content")) == 1


def test_each_comes_through_in_the_end(running: Running, site: Site) -> None:
    process = running.start()

    def until_taken(number: int) -> None:
        eventually(lambda: process.post(eif(f"{number:05}")).status_code == 200, 60)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(until_taken, range(100, 112)))
    assert len(site.rows("SELECT FROM content")) == 12


def test_in_maintenance_nothing_is_taken_in(running: Running, site: Site) -> None:
    process = running.start()
    assert running.drush("maintenance", "on").returncode == 0
    for answer in (process.post(eif()), process.get("api/article/00777.1.json")):
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
        assert answer.json()["message"]
    assert process.get("").status_code == 200
    assert running.drush("maintenance", "off").returncode == 0
    assert process.post(eif()).status_code == 200


def test_maintenance_begins_when_the_ingest_that_runs_is_over(running: Running, cdn: Cdn) -> None:
    process = running.start()
    cdn.open.clear()
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(process.post, eif())
        cdn.wait_until_asked()
        gave_up = running.drush("maintenance", "on", "--wait", "1")
        assert (gave_up.returncode, "still being taken in" in gave_up.stderr) == (1, True)
        waiting = pool.submit(running.drush, "maintenance", "on")
        eventually(lambda: process.post(eif("00888")).status_code == 503)
        assert not waiting.done()
        cdn.open.set()
        assert slow.result().status_code == 200
        assert waiting.result().returncode == 0


@pytest.mark.parametrize("publish", [True, False])
def test_an_ingest_and_a_publication_of_the_same_at_once(running: Running, site: Site, publish: bool) -> None:
    site.post(eif(title="0", publish=True))
    process = running.start()

    def post(number: int) -> int:
        return process.post(eif(title=str(number), publish=publish)).status_code

    def publishing(_: int) -> int:
        return site.publish("00777.1").status_code

    with ThreadPoolExecutor(6) as pool:
        posted, published = pool.map(post, range(12)), pool.map(publishing, range(12))
        assert set(posted) <= {200, 429}
        assert set(published) == {200}
    assert [row["live"] for row in site.rows("SELECT live FROM content ORDER BY live DESC")] in ([True], [True, False])


def test_a_publication_that_comes_while_the_version_is_written_loses_nothing(running: Running, site: Site) -> None:
    site.post(eif(title="Old", publish=True))
    site.post(eif(title="Draft"))
    process = running.start()

    def waiting() -> int:
        return len(site.rows("SELECT FROM pg_locks WHERE NOT granted"))

    with ThreadPoolExecutor(2) as pool:
        with locked(site.database):
            posting = pool.submit(process.post, eif(title="New", publish=True))
            eventually(lambda: waiting() == 1)
            publishing = pool.submit(site.publish, "00777.1")
            eventually(lambda: waiting() == 2)
        assert (posting.result().status_code, publishing.result().status_code) == (200, 200)
    assert site.rows("SELECT title, live FROM content") == [{"title": "New", "live": True}]


def test_an_ingest_that_was_let_in_just_before_maintenance_began_is_not_begun(site: Site) -> None:
    connections = Connections(site.database, most=1)
    with connections.transaction() as connection:
        maintenance.hold(connection, "deploy", None)
    with pytest.raises(Held):
        ingest(connections, eif(), "")
    connections.close()
    assert not site.rows("SELECT FROM content")
