"""What every machine is, asked over ssh; and what its converge does when things are not as they should be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from testinfra.host import Host

pytestmark = pytest.mark.machines


@pytest.fixture(scope="module")
def host(launched: Any) -> Host:
    """A basebox, converged."""
    return launched("basebox")


def converge(host: Host, *options: str, environment: str = "") -> dict[str, Any]:
    done = host.run(f"sudo {environment} continuum-highstate --json {' '.join(options)}")
    assert done.rc == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


def test_elife_logs_in_by_key_only_and_is_root_without_a_password(host: Host) -> None:
    assert host.user().name == "elife"
    assert host.run("sudo -n true").rc == 0
    effective = host.check_output("sudo sshd -T")
    assert "passwordauthentication no" in effective and "permitrootlogin no" in effective


def test_time_is_utc(host: Host) -> None:
    assert host.check_output("date +%Z") == "UTC"


def test_the_journal_survives_a_reboot(host: Host) -> None:
    assert host.file("/var/log/journal").is_directory


@pytest.mark.parametrize("timer", ["continuum-highstate.timer", "daily-system-updates.timer"])
def test_daily_timers_wait(host: Host, timer: str) -> None:
    assert host.service(timer).is_running and host.service(timer).is_enabled


def test_nothing_has_failed(host: Host) -> None:
    assert host.check_output("systemctl is-system-running --wait") == "running"


def test_the_second_converge_changes_nothing(host: Host) -> None:
    run = converge(host)
    assert (run["kind"], run["changed"], run["failed"]) == ("none", 0, 0)


def test_drift_is_put_right_and_written_down(host: Host) -> None:
    host.check_output("sudo systemctl stop daily-system-updates.timer")
    host.check_output("echo 'PasswordAuthentication yes' | sudo tee /etc/ssh/sshd_config.d/continuum.conf")
    host.check_output("sudo systemctl start continuum-highstate.service")
    run = json.loads(host.check_output("cat /run/continuum/last.json"))
    assert run["kind"] == "drift"
    told = host.check_output("sudo continuum-highstate --history -n 1")
    assert "service daily-system-updates.timer: stopped -> running" in told
    assert "-PasswordAuthentication yes" in told and "+PasswordAuthentication no" in told
    assert "-PasswordAuthentication yes" in host.check_output("sudo tail -40 /var/log/daily-system-update.log")


def test_a_test_says_what_would_change_and_changes_nothing(host: Host) -> None:
    host.check_output("sudo rm /etc/logrotate.d/continuum")
    run = converge(host, "--test")
    assert [state["id"] for state in run["changes"]] == ["/etc/logrotate.d/continuum"]
    assert not host.file("/etc/logrotate.d/continuum").exists
    assert converge(host)["changed"] == 1


def test_a_second_run_waits_for_the_first(host: Host) -> None:
    host.check_output("sudo systemctl start --no-block continuum-highstate.service; sleep 0.3")
    assert "waiting for it" in host.check_output("sudo continuum-highstate")


def test_without_aws_the_last_good_tree_is_run(host: Host) -> None:
    run = converge(host, environment="AWS_ENDPOINT_URL=http://127.0.0.1:9")
    assert run["failed"] == 0
    assert any("the last good one is used" in note for note in run["notes"])


def test_salt_call_by_hand_does_the_same(host: Host) -> None:
    done = host.run("sudo salt-call --local state.highstate --out=json")
    assert done.rc == 0
    assert all(state["result"] and not state["changes"] for state in json.loads(done.stdout)["local"].values())
