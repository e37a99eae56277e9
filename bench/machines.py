"""What machines cost: from the request to ssh, one and twenty at once; a highstate with nothing to do; idle memory.

    sudo .venv/bin/python -m bench.machines

Needs root. Uses a local cloud of its own and removes it. Exit code 1 where a figure is over its limit.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.conftest import Cloud

TWENTY = """
defaults:
    domain: example.org
twenty:
    description: twenty plain machines at once
    aws:
        type: t3.nano
        cluster-size: 20
"""
RUNS = 5
BARE = "s=$(date +%s.%N); sudo /opt/salt/bin/salt-call --local state.highstate >/dev/null; echo $s $(date +%s.%N)"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        cloud = Cloud(Path(folder) / "home")
        cloud.start()
        try:
            figures = [*_reached(cloud, Path(folder)), *_highstate(cloud), *_memory(cloud)]
        finally:
            cloud.reset()
    for what, figure, limit, unit in figures:
        verdict = "" if figure <= limit else "   OVER"
        print(f"{what:<55} {figure:8.2f} {unit:<2}  at most {limit:g}{verdict}")
    return int(any(figure > limit for _, figure, limit, _ in figures))


def _reached(cloud: Cloud, folder: Path) -> list[tuple[str, float, float, str]]:
    """From ./bldr create_stack to ssh: whole processes for one machine; for twenty, ssh asked from this process."""
    cloud.bldr("create_stack", "basebox", "warm", "--yes")
    one = []
    for number in range(RUNS):
        began = time.monotonic()
        cloud.bldr("create_stack", "basebox", f"run{number}", "--yes")
        cloud.bldr("ssh", f"basebox-run{number}", "--", "true")
        one.append(time.monotonic() - began)
        cloud.bldr("aws_delete_stack", f"basebox-run{number}", "--yes")
    (folder / "twenty.yaml").write_text(TWENTY)
    (folder / "settings.yaml").write_text(f"project-files: [{folder / 'twenty.yaml'}]\n")
    cloud.settings = folder / "settings.yaml"
    began = time.monotonic()
    cloud.bldr("create_stack", "twenty", "bench", "--yes")
    _wait_for_ssh(cloud, "twenty-bench")
    twenty = time.monotonic() - began
    cloud.bldr("aws_delete_stack", "twenty-bench", "--yes")
    cloud.settings = None
    return [
        ("stack requested, ssh answers", statistics.median(one), 3, "s"),
        ("twenty at once, all answer ssh", twenty, 15, "s"),
    ]


def _wait_for_ssh(cloud: Cloud, stack: str) -> None:
    """Every machine of a stack lets its user in; asked by builder's own parts, in one process."""
    from builder import machines, ssh

    os.environ.update(BLDR_HOME=str(cloud.home), BLDR_CLOUD="local")

    with ThreadPoolExecutor(4) as at_once:
        list(at_once.map(ssh.wait, machines.of_stack(stack)))


def _highstate(cloud: Cloud) -> list[tuple[str, float, float, str]]:
    cloud.bldr("aws_update_instance", "basebox-warm", "--yes")
    ours, bare = [], []
    for _ in range(RUNS):  # in turn, so that a busy moment of the computer meets both alike
        began = time.monotonic()
        cloud.bldr("highstate", "basebox-warm")
        ours.append(time.monotonic() - began)
        start, end = cloud.on("basebox-warm", BARE).splitlines()[-1].split()
        bare.append(float(end) - float(start))
        print(f"  ./bldr highstate {ours[-1]:.2f} s, salt-call {bare[-1]:.2f} s", file=sys.stderr)
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return [("no-op ./bldr highstate : salt-call on the machine", ratio, 1.2, "x")]


def _memory(cloud: Cloud) -> list[tuple[str, float, float, str]]:
    cloud.bldr("create_stack", "basebox", "idle", "--yes")
    cloud.bldr("ssh", "basebox-idle", "--", "true")
    time.sleep(20)
    found = cloud.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": ["basebox-idle"]}])
    instance_id = found["Reservations"][0]["Instances"][0]["InstanceId"]
    group = next(Path("/sys/fs/cgroup").glob(f"**/lxc.payload.{instance_id}/memory.*stat"), None)
    assert group, "no memory cgroup of the machine"
    facts = dict(line.split() for line in group.read_text().splitlines())
    used = int(facts.get("total_rss", 0)) or int(facts["anon"])
    return [
        ("idle machine, memory of its processes", used / 1e6, 40, "MB"),
        ("the local cloud's daemon", cloud.status()["memory"] / 1e6, 300, "MB"),
    ]


if __name__ == "__main__":
    sys.exit(main() if os.geteuid() == 0 else "bench.machines needs root")
