"""All that a cloud leaves on a host while it is there: a list to compare before and after."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.conftest import Cloud

PLACES = ("/run", "/var/lib", "/var/log", "/sys/fs/cgroup", "/etc")  # where its files could be
Traces = dict[str, set[str]]


def marks(cloud: Cloud) -> tuple[str, ...]:
    """Words that stand in every trace of that cloud, and in none of another's."""
    status = cloud.status()
    machines = [folder.name for folder in (cloud.home / "machines").iterdir()]
    prefix = str(status["network"]).removesuffix("0.0/16")
    return (str(cloud.home), str(status["bridge"]), f"{prefix}0.", *machines)


def traces(marks: Iterable[str], processes: Iterable[int] = (), links: Iterable[str] = ()) -> Traces:
    """What there is now with one of the marks on it; of the processes and network links those that are still there."""
    wanted = tuple(marks)

    def marked(lines: Iterable[str]) -> set[str]:
        return {line for line in lines if any(mark in line for mark in wanted)}

    found = {
        "addresses": marked(_lines("ip", "-o", "address")),
        "routes": marked(_lines("ip", "route", "show", "table", "all")),
        "rules": marked(_lines("nft", "list", "ruleset")),
        "mounts": marked(Path("/proc/mounts").read_text().splitlines()),
        "sockets": marked(Path("/proc/net/unix").read_text().splitlines()),
        "processes": marked(_commands()) | {str(pid) for pid in processes if _alive(pid)},
        "links": {link for link in links if Path(f"/sys/class/net/{link}").exists()},
        "files": {path for place in PLACES for path in marked(_files(place))},
        "home": {wanted[0]} if Path(wanted[0]).exists() else set(),
    }
    return {kind: lines for kind, lines in found.items() if lines}


def processes(cloud: Cloud) -> set[int]:
    """Every process of that cloud: its daemon's, its name server's, LXC's, and all within its machines."""
    home, machines = str(cloud.home), [folder.name for folder in (cloud.home / "machines").iterdir()]
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_text().replace("\0", " ") + (folder / "cgroup").read_text()
        except OSError:
            continue  # it has just ended
        if any(mark in words for mark in (home, *machines)) and int(folder.name) != os.getpid():
            found.add(int(folder.name))
    return found


def links(bridge: str) -> set[str]:
    """A bridge and what is plugged into it, by name."""
    shown: list[dict[str, Any]] = json.loads("".join(_lines("ip", "-j", "link", "show", "master", bridge)) or "[]")
    return {bridge, *(link["ifname"] for link in shown)}


def _alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _lines(*command: str) -> list[str]:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def _commands() -> Iterable[str]:
    return (line for line in _lines("ps", "-eo", "pid,args") if not line.split()[1].endswith(("pytest", "ps")))


def _files(place: str) -> Iterable[str]:
    """Paths, and where links point to; a cloud's own home is looked at as a whole."""
    for folder, folders, files in os.walk(place, onerror=lambda error: None):
        folders[:] = [name for name in folders if name != "rootfs"]  # a machine's disk: not the host's
        for name in (*folders, *files):
            path = Path(folder) / name
            yield f"{path} -> {path.readlink()}" if path.is_symlink() else str(path)
