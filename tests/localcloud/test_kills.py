"""kill -9 of the whole daemon at random moments, under load: nothing that a caller was told is lost or undone.

KILLS=200 .venv/bin/python -m pytest tests/localcloud/test_kills.py     # a quarter of an hour; 8 kills otherwise
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from localcloud.home import CloudError
from localcloud.machines.container import Machine
from tests.conftest import ROOT, Cloud, eventually, new_cloud
from tests.localcloud.kills import kept
from tests.localcloud.kills.load import Clients, Crew, Gone, Ledger, Load
from tests.localcloud.kills.messages import Messages
from tests.localcloud.kills.objects import Objects
from tests.localcloud.kills.stacks import Stacks
from tests.localcloud.kills.workflows import Workflows

KILLS = int(os.environ.get("KILLS", "8"))
SETTLES = 90  # seconds, at the most
NAMES = ("s3", "sqs", "swf", "cloudformation", "ssm", "iam", "secretsmanager", "sns", "route53", "ec2", "machine")
IMAGE = "/aws/service/debian/release/12/latest/amd64"

pytestmark = [pytest.mark.machines, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[str]]]:
    """What went wrong, by service: one run under kills for all of them."""
    for cloud in new_cloud(tmp_path_factory.mktemp("kills") / "home"):
        ledger = Ledger()
        loads = _loads(Clients(partial(_client, cloud.home)), ledger)
        for load in loads:
            load.prepare()
        machine, booted = _machine(cloud)
        producing = {load.name: Crew(load.producers(), ledger, load.name) for load in loads}
        consuming = {load.name: Crew(load.consumers(), ledger, load.name) for load in loads}
        for number in range(KILLS):
            _kill(cloud, ledger, number)
        for crew in producing.values():
            crew.stop()
        found = {load.name: _settle(load) for load in loads}
        for load in loads:
            consuming[load.name].let_go()
            found[load.name] += load.problems()
            found[load.name] += producing[load.name].surprises + consuming[load.name].surprises
        found["machine"] = [] if _booted(machine) == booted else ["the machine was started anew"]
        acknowledged = sum(what.endswith("acknowledged") for _, _, what in ledger.events)
        print(f"{KILLS} kills, {acknowledged} answers that must hold", file=sys.stderr)
        yield found


@pytest.mark.parametrize("name", NAMES)
def test_what_was_acknowledged_holds(outcome: dict[str, list[str]], name: str) -> None:
    wrong = outcome[name]
    assert not wrong, f"{len(wrong)} things after {KILLS} kills; the first of them:\n" + "\n".join(wrong[:5])


def _loads(clients: Clients, ledger: Ledger) -> list[Load]:
    zone = clients("route53").create_hosted_zone(Name="kills.example", CallerReference="kills")["HostedZone"]["Id"]
    shelves = [
        kept.Parameters("ssm", clients),
        kept.Roles("iam", clients),
        kept.Secrets("secretsmanager", clients),
        kept.Topics("sns", clients),
        kept.Records("route53", clients, zone),
        kept.Groups("ec2", clients),
    ]
    own: list[Load] = [
        Objects(clients, ledger),
        Messages(clients, ledger),
        Workflows(clients, ledger),
        Stacks(clients, ledger),
    ]
    return [*own, *(kept.Kept(shelf, ledger) for shelf in shelves)]


def _client(home: Path, service: str, config: Config) -> Any:
    facts = json.loads((home / "endpoint.json").read_text())
    return boto3.client(  # type: ignore[call-overload]
        service, endpoint_url=facts["endpoint"], region_name=facts["region"], config=config,
        aws_access_key_id=facts["access_key"], aws_secret_access_key=facts["secret_key"],
    )  # fmt: skip


def _machine(cloud: Cloud) -> tuple[Machine, str]:
    """A machine, and when its first process began."""
    image = cloud.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    asked = {"ImageId": image, "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1}
    (made,) = cloud.client("ec2").run_instances(**asked)["Instances"]
    machine = Machine(cloud.home / "machines" / made["InstanceId"])
    eventually(machine.is_running, 60)
    machine.wait_until_up()
    return machine, _booted(machine)


def _booted(machine: Machine) -> str:
    """When its first process began, in ticks; "" where it does not run."""
    try:
        return machine.run("cat", "/proc/1/stat").rpartition(")")[2].split()[19]
    except CloudError:
        return ""


def _kill(cloud: Cloud, ledger: Ledger, number: int) -> None:
    """Let it work a while, kill it, start it as the next command would; now and then kill it while it starts."""
    time.sleep(random.uniform(0.1, 1.5))
    pid = int(cloud.status()["pid"])
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: _serving(cloud.home) is None)
    ledger.note("daemon", f"killed ({number})")
    if random.random() < 0.25:
        _kill_while_starting(cloud, ledger)
    cloud.start()
    ledger.note("daemon", "answers again")


def _kill_while_starting(cloud: Cloud, ledger: Ledger) -> None:
    command = [sys.executable, "-m", "localcloud", "--home", str(cloud.home), "start"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    starting = subprocess.Popen(command, cwd=ROOT, env=cloud.environment, **quiet)  # type: ignore[call-overload]
    serving = eventually(lambda: _serving(cloud.home) or starting.poll() is not None)
    time.sleep(random.uniform(0, 1.5))
    if serving is not True:  # it could not even start: the next one tells why
        os.kill(serving, signal.SIGKILL)
        ledger.note("daemon", "killed while it started")
    starting.wait()


def _serving(home: Path) -> int | None:
    """The process of the daemon of that home, also of one that does not answer yet; not one that it has just forked."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if str(home).encode() in words and b"serve" in words:
            found.append(int(folder.name))
    return min(found, default=None)


def _settle(load: Load) -> list[str]:
    deadline = time.monotonic() + SETTLES
    while time.monotonic() < deadline:
        try:
            if load.settled():
                return []
        except Gone:
            pass
        time.sleep(0.2)
    return [f"{load.name} has not come to rest after {SETTLES} s"]
