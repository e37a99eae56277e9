"""lax's machine: its tables are there before it answers, and nobody but the bot writes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from testinfra.host import Host

from tests.lax.asked import eif

pytestmark = pytest.mark.machines

API = "http://localhost/api/v1/article"


@pytest.fixture(scope="module", params=["elife-lax", "elife-lax-nonrds"])
def host(request: pytest.FixtureRequest, launched: Any) -> Host:
    return launched(request.param)


def ask(host: Host, path: str, *options: str, stdin: str = "") -> tuple[int, Any]:
    """What lax answers at its public host, through nginx: the status, and the JSON."""
    name = json.loads(host.check_output("sudo cat /var/lib/continuum/stack.json"))["cfn"]["outputs"]["Host"]
    command = f"curl -s -w '\\n%{{http_code}}' -H 'Host: {name}' {' '.join(options)} {API}/{path}"
    body, _, status = host.check_output(f"{stdin} {command}").rpartition("\n")
    return int(status), json.loads(body)


def posted(host: Host, user: str, file: str) -> tuple[int, Any]:
    """What lax answers to that file; `user` prints a line of curl's configuration, so that no process list has it."""
    options = ("-K -", "-H 'Content-Type: application/json'", f"--data-binary @{file}")
    return ask(host, "create-update/", *options, stdin=f"{user} |")


BOT = r"""sudo sed -n 's/^api_user = "\(.*\)"/user = "\1:/p; s/^api_password = "\(.*\)"/\1"/p' /srv/lax/settings.py \
    | tr -d '\n'"""


def test_the_bot_enters_a_version_and_anyone_reads_it(host: Host) -> None:
    assert ask(host, "10.7554/eLife.00353/version/")[0] in (200, 404)
    host.check_output(f"cat >/tmp/eif.json <<'END'\n{json.dumps(eif(353))}\nEND")
    for _ in range(2):
        status, record = posted(host, BOT, "/tmp/eif.json")
        assert (status, record["version"], record["title"]) == (200, 1, eif(353)["title"])
    assert ask(host, "10.7554/eLife.00353/version/") == (200, {"1": record})


def test_nobody_else_enters_anything_however_large(host: Host) -> None:
    host.check_output("head -c 3M /dev/zero >/tmp/large")
    for _ in range(3):  # an answer without reading the body is now and then lost between uWSGI and nginx
        status, answer = posted(host, """printf 'user = "elife-bot:wrong"'""", "/tmp/large")
        assert (status, answer["message"]) == (401, "the user name or the password is wrong")


def test_a_body_that_is_too_large_is_refused_as_json(host: Host) -> None:
    host.check_output("head -c 17M /dev/zero >/tmp/huge")
    status, answer = ask(host, "create/", "--data-binary @/tmp/huge")
    assert (status, answer) == (413, {"message": "the body is larger than 16 MB"})


def test_a_body_in_chunks_is_told_why_not(host: Host) -> None:
    chunked = ("-K -", "-H 'Content-Type: application/json'", "-H 'Transfer-Encoding: chunked'", "-d '{}'")
    status, answer = ask(host, "create/", *chunked, stdin=f"{BOT} |")
    assert status == 411
    assert "Content-Length" in answer["message"]


def test_migrating_again_does_nothing_and_needs_nobody(host: Host) -> None:
    done = host.check_output("cd /srv/lax && sudo runuser -u www-data -- venv/bin/python -B migrate.py")
    assert done == "lax: the database is up to date"


def test_lax_goes_on_when_its_database_was_restarted(host: Host) -> None:
    if not host.service("postgresql").is_running:
        pytest.skip("its database is RDS")
    host.check_output("sudo systemctl restart postgresql")
    assert ask(host, "10.7554/eLife.00353/version/")[0] == 200
