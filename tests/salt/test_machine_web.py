"""Machines of web applications: nginx, uWSGI, the application and its database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from testinfra.host import Host

pytestmark = pytest.mark.machines


FOLDERS = {
    "elife-lax": "/srv/lax",
    "elife-lax-nonrds": "/srv/lax",
    "elife-dashboard": "/srv/elife-dashboard",
    "elife-website": "/srv/website",
}


# The database's (lax-nonrds has none: the socket knows who asks), the API's, the cookies'.
SECRETS = {"elife-lax": 2, "elife-lax-nonrds": 1, "elife-dashboard": 1, "elife-website": 3}


@pytest.fixture(scope="module", params=FOLDERS)
def host(request: pytest.FixtureRequest, launched: Any) -> Host:
    return launched(request.param)


def stack(host: Host) -> dict[str, Any]:
    return dict(json.loads(host.check_output("sudo cat /var/lib/continuum/stack.json")))


def test_ping_answers_at_the_public_host_and_nowhere_else(host: Host) -> None:
    name = stack(host)["cfn"]["outputs"]["Host"]
    assert host.check_output(f"curl -s -H 'Host: {name}' http://localhost/ping") == "pong"
    assert host.run("curl -s -H 'Host: elsewhere.example' http://localhost/ping").rc != 0


@pytest.mark.parametrize("unit", ["nginx", "uwsgi-app"])
def test_services_run(host: Host, unit: str) -> None:
    assert host.service(unit).is_running and host.service(unit).is_enabled


def test_the_second_converge_changes_nothing(host: Host) -> None:
    run = json.loads(host.check_output("sudo continuum-highstate --json"))
    assert (run["changed"], run["failed"]) == (0, 0)


def settings_file(host: Host) -> str:
    return FOLDERS[stack(host)["project"]["name"]] + "/settings.py"


def test_settings_are_for_the_application_and_its_operator_only(host: Host) -> None:
    settings = host.file(settings_file(host))
    assert (settings.user, settings.group, settings.mode) == ("elife", "www-data", 0o640)
    assert settings.contains("password = ")


def test_secrets_are_in_the_settings_and_nowhere_else(host: Host) -> None:
    file = settings_file(host)
    places = "/var/lib/continuum /var/log /var/cache /etc /srv /run/continuum /run/log /proc/[0-9]*/cmdline"
    found = 0
    for name in ("password", "api_password", "secret_key"):
        # A secret never leaves the machine here, and is in no command: sudo writes those in the journal.
        value = f"sed -nE 's/^{name} = .([^\"]{{32,}}).$/\\1/p' {file}"
        found += bool(host.check_output(f"sudo {value} | wc -l") == "1")
        where = host.run(f"sudo {value} | sudo grep -rlsFf - {places} | sort -u").stdout.split()
        assert where in ([], [file])
    assert found == SECRETS[stack(host)["project"]["name"]]


def test_a_stopped_application_comes_back(host: Host) -> None:
    host.check_output("sudo systemctl stop uwsgi-app nginx")
    host.check_output("sudo systemctl start continuum-highstate.service")
    assert host.service("uwsgi-app").is_running and host.service("nginx").is_running
