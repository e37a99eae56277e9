"""Machines of web applications: nginx, uWSGI, the application and its database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from testinfra.host import Host

pytestmark = pytest.mark.machines


@pytest.fixture(scope="module", params=["elife-lax", "elife-lax-nonrds", "elife-dashboard"])
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


def test_settings_are_for_the_application_and_its_operator_only(host: Host) -> None:
    project = stack(host)["project"]["name"]
    settings = host.file("/srv/elife-dashboard/settings.py" if "dashboard" in project else "/srv/lax/settings.py")
    assert (settings.user, settings.group, settings.mode) == ("elife", "www-data", 0o640)
    assert settings.contains("password = ")


def test_the_password_is_in_the_settings_and_nowhere_else(host: Host) -> None:
    password = host.check_output("sudo sh -c 'grep -h ^password /srv/*/settings.py'").partition("= ")[2].strip('"')
    if password:  # without RDS there is none: the socket knows who asks
        places = "/var/lib/continuum /var/log /var/cache /etc /srv /run/continuum"
        # By grep's standard input: sudo writes the words of a command in the journal.
        found = host.run(f"printf %s '{password}' | sudo grep -rlFf - {places}")
        assert found.stdout.split() in (["/srv/lax/settings.py"], ["/srv/elife-dashboard/settings.py"])


def test_a_stopped_application_comes_back(host: Host) -> None:
    host.check_output("sudo systemctl stop uwsgi-app nginx")
    host.check_output("sudo systemctl start continuum-highstate.service")
    assert host.service("uwsgi-app").is_running and host.service("nginx").is_running
