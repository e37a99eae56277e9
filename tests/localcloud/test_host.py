"""The host under the cloud: it reboots, the daemon is killed on it, and after a reset nothing of the cloud is on it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from localcloud.machines.container import LXC, Machine
from tests.conftest import Cloud, eventually
from tests.localcloud.test_machines import described, running, state
from tests.localcloud.traces import links, marks, processes, traces

pytestmark = pytest.mark.machines
KINDS = {"addresses", "routes", "rules", "mounts", "sockets", "processes", "links", "files", "home"}


def left_alone(cloud: Cloud) -> None:
    """The cloud runs as it should."""


def daemon_killed(cloud: Cloud) -> None:
    os.kill(cloud.status()["pid"], signal.SIGKILL)


def all_killed(cloud: Cloud) -> None:
    """The machines' monitors too, which would have removed their cgroups."""
    for pid in sorted(processes(cloud)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def host_rebooted(cloud: Cloud) -> None:
    """What a reboot leaves of a cloud: its files on the disk, and nothing else."""
    status = cloud.status()
    all_killed(cloud)
    machines = [Machine(folder) for folder in (cloud.home / "machines").iterdir()]
    for machine in machines:
        eventually(lambda machine=machine: not machine.rootfs.is_mount() or _unmounted(machine))
        shutil.rmtree(LXC / machine.name, ignore_errors=True)
    subprocess.run(["ip", "link", "delete", status["bridge"]], check=True)
    subprocess.run(["nft", "delete", "table", "ip", status["bridge"]], check=True)
    for group in Path("/sys/fs/cgroup").glob("**/lxc.*"):
        if any(machine.name in group.name for machine in machines):
            _remove_groups(group)


def _unmounted(machine: Machine) -> bool:
    return subprocess.run(["umount", machine.rootfs], capture_output=True, check=False).returncode == 0


def _remove_groups(group: Path) -> None:
    for folder, _, _ in os.walk(group, topdown=False):
        eventually(lambda folder=folder: not Path(folder).exists() or _removed(Path(folder)))


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("happens", [left_alone, daemon_killed, all_killed, host_rebooted])
def test_reset_leaves_nothing(own_cloud: Cloud, happens: Callable[[Cloud], None]) -> None:
    running(own_cloud)
    marked, plugged, ran = marks(own_cloud), links(own_cloud.status()["bridge"]), processes(own_cloud)
    before = traces(marked, ran, plugged)
    assert set(before) == KINDS
    happens(own_cloud)
    own_cloud.reset()
    assert traces(marked, ran, plugged) == {}


def test_machines_and_databases_are_back_after_a_reboot(own_cloud: Cloud) -> None:
    instance, machine = running(own_cloud)
    stopped, _ = running(own_cloud)
    own_cloud.client("ec2").stop_instances(InstanceIds=[stopped])
    address = described(own_cloud, instance)["PrivateIpAddress"]
    _make_database(own_cloud)
    with _connected(own_cloud) as link:
        link.execute("CREATE TABLE kept AS SELECT 7 AS number")
    machine.run("sh", "-c", "echo kept >/root/file; sync")
    eventually(lambda: state(own_cloud, stopped) == "stopped")

    host_rebooted(own_cloud)
    own_cloud.start()
    assert state(own_cloud, instance) in ("pending", "running")
    eventually(lambda: state(own_cloud, instance) == "running")
    machine.wait_until_up()
    assert machine.run("cat", "/root/file") == "kept\n"
    assert described(own_cloud, instance)["PrivateIpAddress"] == address
    assert f" {address}/" in machine.run("ip", "-4", "-o", "address")
    assert state(own_cloud, stopped) == "stopped"
    eventually(lambda: _status(own_cloud) == "available", seconds=120)
    with _connected(own_cloud) as link:
        assert link.execute("SELECT number FROM kept").fetchone() == (7,)


def test_an_idle_daemon_does_nothing(own_cloud: Cloud) -> None:
    """With a machine running: what it takes of the processor in ten seconds is next to nothing."""
    running(own_cloud)
    pid = own_cloud.status()["pid"]
    ticks = []

    def settled() -> bool:
        ticks.append(_ticks(pid))
        return len(ticks) > 100 and ticks[-1] - ticks[-101] < 30  # of a thousand: 3 %

    eventually(settled, seconds=120)


def _ticks(pid: int) -> int:
    """Hundredths of a second that a process and its ended children have had of a processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15])


def _make_database(cloud: Cloud) -> None:
    rds = cloud.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="kept", DBInstanceClass="db.t3.micro", Engine="postgres", EngineVersion="15",
        MasterUsername="master", MasterUserPassword="a word of its own", AllocatedStorage=20, DBName="ledger",
    )  # fmt: skip
    eventually(lambda: _status(cloud) == "available", seconds=240)


def _status(cloud: Cloud) -> str:
    found = cloud.client("rds").describe_db_instances(DBInstanceIdentifier="kept")
    return str(found["DBInstances"][0]["DBInstanceStatus"])


def _connected(cloud: Cloud) -> Any:
    import psycopg

    endpoint = cloud.client("rds").describe_db_instances(DBInstanceIdentifier="kept")["DBInstances"][0]["Endpoint"]
    hosts = (cloud.home / "names/hosts").read_text().splitlines()
    address = next(line.split()[0] for line in hosts if line.endswith(f" {endpoint['Address']}"))
    word = "a word of its own"
    return psycopg.connect(host=address, port=endpoint["Port"], user="master", password=word, dbname="ledger")
