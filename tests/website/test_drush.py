"""`drush`, as an operator types it on the machine."""

from __future__ import annotations

import re
import sys

import pytest

from tests.website.site import Running, Site, eif


def test_uli_prints_a_link_that_signs_in(running: Running, site: Site) -> None:
    done = running.drush("uli")
    assert (done.returncode, done.stderr) == (0, "")
    link = re.fullmatch(r"(http://localhost)(/user/reset/[\w-]{43})\n", done.stdout)
    assert link
    assert site.client().get(link[2]).headers["Location"] == "/admin"


def test_uli_leads_where_it_is_told(running: Running, site: Site) -> None:
    done = running.drush("uli", "content/1/e00777v1", "--uri", "v2.example.org/", "--name", "ada")
    link = re.fullmatch(r"http://v2.example.org(/user/reset/.*)\n", done.stdout)
    assert link
    assert site.client().get(link[1]).headers["Location"] == "/content/1/e00777v1"
    assert [row["name"] for row in site.rows("SELECT name FROM sign_in")] == ["ada"]


def test_each_holder_of_the_site_lets_go_for_himself(running: Running) -> None:
    assert running.drush("maintenance", "status").stdout == "maintenance is off\n"
    assert running.drush("maintenance", "on").stdout == "maintenance is on\n"
    assert running.drush("maintenance", "on", "--by", "deploy", "--minutes", "15").returncode == 0
    status = running.drush("maintenance", "status")
    assert (status.returncode, len(status.stdout.splitlines())) == (3, 2)
    assert "by operator since" in status.stdout
    off = running.drush("maintenance", "off", "--by", "deploy")
    assert (off.returncode, "by operator" in off.stdout, "by deploy" in off.stdout) == (0, True, False)
    assert running.drush("maintenance", "off").stdout == "maintenance is off\n"
    assert running.drush("maintenance", "off").returncode == 0


def test_a_hold_ends_by_itself(running: Running, site: Site) -> None:
    running.drush("maintenance", "on", "--minutes", "1")
    assert site.post(eif()).status_code == 503
    site.rows("UPDATE maintenance SET until = now() RETURNING holder")
    assert site.post(eif()).status_code == 200
    assert running.drush("maintenance", "status").returncode == 0


def test_status_counts(running: Running, site: Site) -> None:
    site.post(eif(publish=True))
    site.post(eif(title="Newer"))
    said = running.drush("status").stdout
    assert "article versions: 1 published, 1 drafts; 2 without their XML" in said
    assert re.search(r"article assets source: http://127.0.0.1:\d+/\n", said)


@pytest.mark.parametrize(
    "words",
    [[], ["sql"], ["maintenance"], ["maintenance", "on", "--minutes", "0"], ["maintenance", "on", "--wait", "x"]],
)
def test_asked_wrongly(running: Running, words: list[str]) -> None:
    done = running.drush(*words)
    assert (done.returncode, "usage: drush" in done.stderr) == (2, True)


def test_help_has_examples(running: Running) -> None:
    assert "drush maintenance on --by deploy --minutes 15" in running.drush("--help").stdout


def test_without_a_database_it_says_so(running: Running) -> None:
    settings = running.folder / "settings.py"
    settings.write_text(settings.read_text() + "port = '1'\n")
    done = running.drush("uli")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("drush: ")
    assert "Traceback" not in done.stderr
    assert "a password" not in done.stderr
    assert sys.executable not in done.stderr
