"""What every test may use: a local cloud of its own with real machines, launched once for the whole run."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import testinfra
from testinfra.host import Host

from tests.postgresql import cluster

__all__ = ["cluster"]

ROOT = Path(__file__).parents[1]
INSTANCES = {"basebox": "test"}  # by project; all others are launched as continuum-test


@dataclass
class Cloud:
    """A local cloud in a folder of its own, used as a user would: by ./bldr, and by boto3 on its endpoint."""

    home: Path
    settings: Path | None = None  # another settings.yaml than the project's own
    launches: dict[str, Future[str]] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    @property
    def environment(self) -> dict[str, str]:
        given = {"BLDR_SETTINGS": str(self.settings)} if self.settings else {}
        return {**os.environ, "BLDR_HOME": str(self.home), "BLDR_CLOUD": "local", "NO_COLOR": "1", **given}

    def start(self) -> None:
        self._localcloud("start")

    def stop(self) -> None:
        self._localcloud("stop")

    def reset(self) -> None:
        self._localcloud("reset")

    def status(self) -> dict[str, Any]:
        return dict(json.loads(self._localcloud("status")))

    def bldr(self, *words: str, code: int = 0, timeout: float = 900) -> str:
        """Run ./bldr and return all that it said; fails where it exits with another code."""
        done = self.tried(*words, timeout=timeout)
        assert done.returncode == code, f"./bldr {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def tried(self, *words: str, timeout: float = 900) -> subprocess.CompletedProcess[str]:
        return self.run(str(ROOT / "bldr"), *words, timeout=timeout)

    def run(
        self, *command: str, timeout: float = 900, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder, for this cloud."""
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment or self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def resources(self, prefix: str) -> None:
        """Make an environment's buckets, queues and SWF domain."""
        done = self.run("/usr/bin/python3", "create_s3_resources.py", "-p", prefix, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr

    def launch(self, project: str, instance_id: str) -> str:
        """Launch an instance once, however many tests ask for it; its name when it is there."""
        self.prepare(project, instance_id)
        name = f"{project}-{instance_id}"
        self.launches[name].result()
        return name

    def prepare(self, project: str, instance_id: str) -> None:
        """Begin a launch that a later test will ask for."""
        name = f"{project}-{instance_id}"
        if name not in self.launches:
            words = ("aws_launch_instance", project, instance_id, "--yes")
            self.launches[name] = self._pool.submit(self.bldr, *words)

    def on(self, name: str, command: str, code: int = 0) -> str:
        """Run a shell command on a machine, as its user `elife`, and return what it printed."""
        done = self.tried("ssh", name, "--", "sh", "-c", command)
        assert done.returncode == code, f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def client(self, service: str) -> Any:
        import boto3

        facts = json.loads((self.home / "endpoint.json").read_text())
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=facts["endpoint"],
            region_name=facts["region"],
            aws_access_key_id=facts["access_key"],
            aws_secret_access_key=facts["secret_key"],
        )

    def _localcloud(self, verb: str) -> str:
        command = [str(ROOT / ".venv/bin/python"), "-m", "localcloud", "--home", str(self.home), verb]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, f"{verb}: {done.stderr}"
        return done.stdout


def new_cloud(home: Path) -> Iterator[Cloud]:
    """A cloud that is there for as long as the caller likes, and leaves nothing."""
    if os.geteuid() != 0:
        pytest.skip("machines need root: run ./test.sh as root or with sudo")
    made = Cloud(home)
    made.start()
    try:
        yield made
    finally:
        made._pool.shutdown(wait=True, cancel_futures=True)
        made.reset()


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The cloud of this run. Its machines are launched at once, side by side, and shared by the tests."""
    for made in new_cloud(tmp_path_factory.mktemp("cloud") / "home"):
        made.resources("ct")
        for project in ("elife-bot", "elife-lax", "elife-website", "elife-dashboard"):
            made.prepare(project, "continuum-test")
        made.prepare("basebox", "test")
        yield made


@pytest.fixture
def own_cloud(tmp_path: Path) -> Iterator[Cloud]:
    """A cloud for one test alone, which may stop, kill or reset it."""
    yield from new_cloud(tmp_path / "home")


def eventually(check: Any, seconds: float = 30) -> Any:
    """The first true answer of `check`, asked again and again; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        time.sleep(0.1)
    return answer


@pytest.fixture(scope="session")
def launched(cloud: Cloud) -> Callable[[str], Host]:
    """Gives a project's converged machine, asked over ssh as `elife`, the host key checked as ./bldr does."""

    def host(project: str) -> Host:
        name = cloud.launch(project, INSTANCES.get(project, "continuum-test"))
        machine = cloud.client("ec2").describe_instances(
            Filters=[{"Name": "tag:Name", "Values": [name]}, {"Name": "instance-state-name", "Values": ["running"]}]
        )["Reservations"][0]["Instances"][0]
        pair = cloud.client("ec2").describe_key_pairs(KeyNames=[machine["KeyName"]])["KeyPairs"][0]
        options = {
            "IdentityFile": cloud.home / "keys" / pair["KeyPairId"],
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": cloud.home / "hosts" / machine["InstanceId"],
            "HostKeyAlias": machine["InstanceId"],
            "StrictHostKeyChecking": "yes",
            "LogLevel": "ERROR",
        }
        extra = " ".join(f"-o {name}={value}" for name, value in options.items())
        return testinfra.get_host(f"ssh://elife@{machine['PrivateIpAddress']}?controlpersist=60", ssh_extra_args=extra)

    return host
