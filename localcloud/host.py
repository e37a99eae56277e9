"""What this computer must have before it can hold machines: root, Debian's packages, room on the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from localcloud.home import CloudError

# program that must be there -> Debian's package that brings it
PACKAGES = {
    "lxc-start": "lxc",
    "mmdebstrap": "mmdebstrap",
    "dnsmasq": "dnsmasq-base",
    "nft": "nftables",
    "newuidmap": "uidmap",
    "ip": "iproute2",
    "ssh-keygen": "openssh-client",
}
# Debian's own programs, and for their scripts Debian's own Python: not what a user has put in front
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
ROOM_NEEDED = 4 << 30  # bytes: a base image, its build, and a few machines
KERNEL_LIMITS = {
    "fs/inotify/max_user_instances": 8192,
    "fs/inotify/max_user_watches": 1_048_576,
    "kernel/keys/maxkeys": 20_000,
    "kernel/keys/maxbytes": 2_000_000,
    "net/ipv4/neigh/default/gc_thresh3": 8192,
}
SHIFT = 1_000_000  # user 0 of a machine is this user of the host: nobody
SHIFT_COUNT = 65_536


def run(*command: str | Path, stdin: str | None = None, timeout: float = 600) -> str:
    """Run a program to its end and return what it printed.

    Raises CloudError with the program's last words where it fails.
    """
    try:
        done = subprocess.run(
            [str(word) for word in command],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={**os.environ, "PATH": SYSTEM_PATH},
        )
    except FileNotFoundError:
        raise CloudError(f"{command[0]} is not installed on this computer") from None
    except subprocess.TimeoutExpired:
        raise CloudError(f"{' '.join(map(str, command[:3]))} did not end within {timeout:.0f} s") from None
    if done.returncode:
        words = (done.stderr.strip() or done.stdout.strip()).splitlines()[-4:]
        raise CloudError(f"{' '.join(map(str, command[:3]))} failed ({done.returncode}): " + " / ".join(words))
    return done.stdout


def require_root() -> None:
    if os.geteuid() != 0:
        raise CloudError("the local cloud needs root, for its machines and their network: run it as root or with sudo")


def missing_packages() -> Sequence[str]:
    return [package for program, package in PACKAGES.items() if not shutil.which(program, path=SYSTEM_PATH)]


def install_packages(packages: Sequence[str]) -> None:
    """Install Debian packages without questions; the package lists are fetched where they are missing or too old."""
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    if any(Path("/var/lib/apt/lists").glob("*_Packages*")) and _apt(install) is None:
        return
    error = _apt(["apt-get", "update", "-q"]) or _apt(install)
    if error:
        raise CloudError(
            f"{error}\ninstall these Debian packages yourself, then run the command again: {' '.join(packages)}"
        )


def _apt(command: list[str]) -> str | None:
    """Run apt-get; what went wrong, or None."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = [*command, "-o", "DPkg::Lock::Timeout=300"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-600:]}" if done.returncode else None


def require_room(folder: Path, needed: int = ROOM_NEEDED) -> None:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CloudError(
            f"{folder} has {free >> 20} MB free, the local cloud needs {needed >> 20} MB: "
            "make room, or name another folder by BLDR_HOME and BLDR_CACHE"
        )


def allow_shifted_owners() -> None:
    """Let root hand out the range of user numbers that the machines live in (/etc/subuid, /etc/subgid)."""
    line = f"root:{SHIFT}:{SHIFT_COUNT}"
    for name in ("/etc/subuid", "/etc/subgid"):
        file = Path(name)
        lines = file.read_text().splitlines() if file.exists() else []
        if line not in lines:
            file.write_text("\n".join([*lines, line]) + "\n")


def allow_many_machines() -> None:
    """Raise, never lower, the kernel's limits for one user: to this host all machines' users are one and the same.

    systemd alone wants some ten inotify instances and as many keyrings a machine, and hangs at boot without; the
    kernel's defaults, 128 and 200, are used up by a dozen machines. It lasts until the host's next boot.
    """
    for name, wanted in KERNEL_LIMITS.items():
        file = Path("/proc/sys") / name
        if file.exists() and int(file.read_text()) < wanted:
            file.write_text(f"{wanted}\n")
