"""The bot's machine: four kinds of processes that stay up, settings and cron lines that come back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from testinfra.host import Host

from tests.conftest import Cloud

pytestmark = pytest.mark.machines

UNITS = ["elife-bot-decider@1", "elife-bot-worker@1", "elife-bot-worker@2", "elife-bot-queue-worker@1"]
UNITS += ["elife-bot-queue-workflow-starter@1"]


@pytest.fixture(scope="module")
def host(launched: Any) -> Host:
    return launched("elife-bot")


@pytest.mark.parametrize("unit", UNITS)
def test_the_processes_run_as_units(host: Host, unit: str) -> None:
    assert host.service(unit).is_running and host.service(unit).is_enabled


def test_they_run_as_elife(host: Host) -> None:
    for process in ("decider", "worker", "queue_worker", "queue_workflow_starter"):
        assert host.run(f"pgrep -u elife -f 'python {process}.py'").rc == 0


def test_a_killed_process_comes_back(host: Host) -> None:
    host.check_output("sudo systemctl kill --signal=KILL elife-bot-decider@1; sleep 7")
    assert host.service("elife-bot-decider@1").is_running


@pytest.mark.parametrize("process", ["decider", "worker", "queue_worker", "queue_workflow_starter"])
def test_log_files_are_where_people_look(host: Host, process: str) -> None:
    assert host.file(f"/opt/elife-bot/{process}.log").user == "elife"


def test_what_was_changed_by_hand_comes_back_and_the_history_shows_it(host: Host) -> None:
    host.check_output("sudo systemctl stop nginx")
    host.check_output("sudo sed -i s/INFO/DEBUG/ /opt/elife-bot/settings.py")
    host.check_output("crontab -l | grep -v run_cron_env | crontab -")
    host.check_output("sudo systemctl start continuum-highstate.service")
    run = json.loads(host.check_output("cat /run/continuum/last.json"))
    assert run["kind"] == "drift"
    assert {"nginx", "settings", "elife-bot-cron"} <= {state["id"] for state in run["changes"]}
    assert host.service("nginx").is_running
    assert not host.file("/opt/elife-bot/settings.py").contains("DEBUG")
    assert "run_cron_env.sh" in host.check_output("crontab -l")
    assert host.check_output("curl -s http://localhost/ping") == "pong"


def test_edited_code_and_a_damaged_virtualenv_come_back(host: Host) -> None:
    host.check_output("echo '# edited' | sudo tee -a /opt/elife-bot/decider.py")
    host.check_output("sudo sh -c 'rm -r /opt/elife-bot/venv/lib/python3*/site-packages/six-*'")
    host.check_output("sudo systemctl start continuum-highstate.service")
    assert not host.file("/opt/elife-bot/decider.py").contains("# edited")
    assert host.run("/opt/elife-bot/venv/bin/python -c 'import importlib.metadata as m; m.version(\"six\")'").rc == 0


def test_run_env_restarts_the_units_and_makes_no_second_set(host: Host) -> None:
    before = host.service("elife-bot-decider@1").systemd_properties["MainPID"]
    host.check_output("cd /opt/elife-bot && ./scripts/run_env.sh continuum; sleep 3")
    assert host.service("elife-bot-decider@1").systemd_properties["MainPID"] != before
    assert host.check_output("pgrep -c -u elife -f 'python decider.py'") == "1"


def test_what_was_started_is_where_people_look(host: Host) -> None:
    host.check_output("cd /opt/elife-bot && ./scripts/run_cron_env.sh")
    assert host.file("/opt/elife-bot/starter.log").linked_to == "/opt/elife-bot/cron.log"


@pytest.mark.parametrize("unit", UNITS)
def test_no_process_takes_the_whole_machine(host: Host, unit: str) -> None:
    most = host.service(unit).systemd_properties["MemoryMax"]
    assert int(most) < 2 * 1024**3  # a t3.small's


def test_settings_name_secrets_and_hold_none(host: Host) -> None:
    settings = host.file("/opt/elife-bot/settings.py")
    assert settings.contains("website_secret = 'elife-website-continuum-test/api'")
    assert settings.contains("lax_secret = 'elife-lax-continuum-test/api'")
    assert not settings.contains("password")


def test_the_role_reads_the_secrets_that_it_is_given_and_no_others(host: Host, cloud: Cloud) -> None:
    cloud.launch("elife-lax", "continuum-test")
    ask = "import boto3, sys; boto3.client('secretsmanager').get_secret_value(SecretId=sys.argv[1])"
    read = f'/opt/elife-bot/venv/bin/python -c "{ask}"'
    assert host.run(f"{read} elife-lax-continuum-test/api").rc == 0
    other = cloud.client("secretsmanager").create_secret(Name="elife-lax-other/api", SecretString="{}")
    assert "AccessDenied" in host.run(f"{read} {other['ARN']}").stderr
