"""One machine: a folder with its disk and its settings, run by LXC as nobody."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from localcloud.home import CloudError, Numbers
from localcloud.host import SHIFT, SHIFT_COUNT, run
from localcloud.machines.image import Image, shift_owners
from localcloud.machines.network import mac_of

# LXC's own folder: a machine's root must be able to walk to its disk, which it can't below /root or another's home
LXC = Path("/run/continuum")
LOCKS = Path("/run/lxc/lock") / LXC.relative_to("/")  # LXC's, a file a machine
GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Size:
    """What an instance type gives: memory in MiB, processors as a number (0.5 is half of one)."""

    memory: int
    processors: float


@dataclass(frozen=True)
class Machine:
    """A machine in its folder: `config`, `layers.json`, `upper` (what it wrote), `console.log`."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def rootfs(self) -> Path:
        """Where its disk is mounted while it runs."""
        return LXC / self.name / "rootfs"

    @property
    def upper(self) -> Path:
        return self.folder / "upper"

    @property
    def console(self) -> Path:
        return self.folder / "console.log"

    @property
    def settings(self) -> Path:
        return self.folder / "config"

    def exists(self) -> bool:
        return self.settings.exists()

    def create(self, numbers: Numbers, image: Image, address: IPv4Address, size: Size) -> None:
        """Lay out the machine's folder; what an earlier, broken-off attempt left is swept away first."""
        self.destroy()
        for folder in (self.upper, self.folder / "work"):
            folder.mkdir(parents=True)
            os.chown(folder, SHIFT, SHIFT)
        (self.folder / "layers.json").write_text(json.dumps([str(layer) for layer in image.layers]))
        _personalise(self.upper, numbers, address)
        part = self.settings.with_suffix(".part")
        part.write_text(_settings(self, numbers, address, size))
        part.rename(self.settings)

    def start(self) -> None:
        """Boot; returns once LXC has it running. Raises CloudError with LXC's own words where it can't."""
        if self.is_running():
            return
        self._mount()
        log = self.folder / "lxc.log"
        log.unlink(missing_ok=True)
        try:
            run("lxc-start", "-P", LXC, "-n", self.name, "-o", log, "-l", "WARN", timeout=60)
        except CloudError as error:
            words = [line for line in log.read_text().splitlines() if " ERROR " in line][:2] if log.exists() else []
            raise CloudError(f"machine {self.name} does not start: {' / '.join(words) or error}") from None

    def wait_until_up(self, patience: float = 60) -> None:
        """Return when the machine's systemd has its basic services. Raises CloudError when that takes too long."""
        deadline = time.monotonic() + patience
        while True:
            try:
                self.run("systemctl", "-q", "is-active", "basic.target", timeout=10)
                return
            except CloudError as error:
                if time.monotonic() > deadline:
                    raise CloudError(f"machine {self.name} is not up after {patience:.0f} s: {error}") from None
                time.sleep(0.05)

    def stop(self, patience: int = 20) -> None:
        """Shut down in good order, by force after `patience` seconds."""
        command = ["lxc-stop", "-P", str(LXC), "-n", self.name, "-t", str(patience)]
        subprocess.run(command, capture_output=True, check=False)
        self._unmount()

    def destroy(self) -> None:
        """Stop the machine and remove all of it."""
        if self.exists():
            subprocess.run(["lxc-stop", "-P", str(LXC), "-n", self.name, "-k"], capture_output=True, check=False)
        self._unmount()
        _remove_groups(self.name)
        (LOCKS / f".{self.name}").unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.folder.exists():
            raise CloudError(f"{self.folder} could not be removed: something still uses it")

    def is_running(self) -> bool:
        if not (LXC / self.name / "config").exists():
            return False
        words = ["lxc-info", "-P", str(LXC), "-n", self.name, "-sH"]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip() == "RUNNING"

    def run(self, *command: str, stdin: str | None = None, timeout: float = 600) -> str:
        """Run a command on the machine as its root and return what it printed."""
        clean = ("--clear-env", "-v", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        place = ("-P", LXC, "-n", self.name)
        return run("lxc-attach", *place, *clean, "--", *command, stdin=stdin, timeout=timeout)

    def freeze(self, place: Path) -> None:
        """Keep what the (stopped) machine wrote as a layer that others can stand on."""
        self._unmount()
        self.upper.rename(place)

    def _mount(self) -> None:
        if os.path.ismount(self.rootfs):
            return
        LXC.mkdir(mode=0o711, exist_ok=True)
        folder = self.rootfs.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, SHIFT, SHIFT)  # nobody else of this host looks into the machine
        self.rootfs.mkdir(exist_ok=True)
        shutil.copyfile(self.settings, folder / "config")
        layers = ":".join(json.loads((self.folder / "layers.json").read_text()))
        options = f"lowerdir={layers},upperdir={self.upper},workdir={self.folder / 'work'}"
        run("mount", "-t", "overlay", f"continuum-{self.name}", "-o", options, self.rootfs)

    def _unmount(self) -> None:
        if os.path.ismount(self.rootfs):
            run("umount", "-l", self.rootfs)
        shutil.rmtree(self.rootfs.parent, ignore_errors=True)


def _remove_groups(name: str, patience: float = 10) -> None:
    """Remove a machine's cgroups with all below them: its monitor does, unless it was killed.

    What was killed leaves its cgroup only when the kernel has taken it apart: waited for, `patience` seconds at most.
    """
    deadline = time.monotonic() + patience
    while left := [*GROUPS.glob(f"lxc.*.{name}"), *GROUPS.glob(f"*/lxc.*.{name}")]:
        for top in left:
            for folder, _, _ in os.walk(top, topdown=False):
                with suppress(OSError):  # one that a process is still in
                    Path(folder).rmdir()
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)


def sweep() -> None:
    """Remove what LXC leaves on the host when the last machine is gone; harmless while other clouds' machines run."""
    for folder in (LXC, LOCKS, LOCKS.parent, *GROUPS.glob("lxc.*"), *GROUPS.glob("*/lxc.*")):
        with suppress(OSError):  # what is still used is not empty, and can't be removed
            folder.rmdir()


def host_name(address: IPv4Address) -> str:
    return "ip-" + str(address).replace(".", "-")


def _personalise(upper: Path, numbers: Numbers, address: IPv4Address) -> None:
    """What differs from machine to machine on its disk, before it boots."""
    name = host_name(address)
    endpoint = f"AWS_ENDPOINT_URL=http://{numbers.gateway}:{numbers.port}"
    environment = [endpoint, "AWS_DEFAULT_REGION=us-east-1"]
    if any(Path("/usr/local/share/ca-certificates").glob("*.crt")):
        bundle = "/etc/ssl/certs/ca-certificates.crt"
        environment += [f"{key}={bundle}" for key in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")]
    files = {
        "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1 localhost\n{address} {name}.ec2.internal {name}\n::1 localhost ip6-localhost\n",
        "etc/resolv.conf": f"search ec2.internal\nnameserver {numbers.gateway}\n",
        "etc/machine-id": uuid.uuid4().hex + "\n",
        "etc/environment": "".join(f"{line}\n" for line in environment),
        "etc/systemd/system.conf.d/cloud.conf": "[Manager]\nDefaultEnvironment=" + " ".join(environment) + "\n",
    }
    for path, text in files.items():
        file = upper / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    shift_owners(upper)


def _settings(machine: Machine, numbers: Numbers, address: IPv4Address, size: Size) -> str:
    quota = int(size.processors * 100_000)
    bytes_ = size.memory << 20
    if Path("/sys/fs/cgroup/cgroup.controllers").exists():
        limits = [f"lxc.cgroup2.memory.max = {bytes_}", f"lxc.cgroup2.cpu.max = {quota} 100000"]
    else:
        limits = [f"lxc.cgroup.memory.limit_in_bytes = {bytes_}", f"lxc.cgroup.cpu.cfs_quota_us = {quota}"]
    if Path("/sys/kernel/security/apparmor").exists():
        limits.append("lxc.apparmor.profile = unconfined")
    lines = [
        "lxc.include = /usr/share/lxc/config/common.conf",
        "lxc.include = /usr/share/lxc/config/userns.conf",
        f"lxc.idmap = u 0 {SHIFT} {SHIFT_COUNT}",
        f"lxc.idmap = g 0 {SHIFT} {SHIFT_COUNT}",
        f"lxc.rootfs.path = dir:{machine.rootfs}",
        f"lxc.uts.name = {host_name(address)}",
        "lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed",
        f"lxc.console.logfile = {machine.console}",
        "lxc.console.size = 1MB",
        "lxc.signal.halt = SIGRTMIN+4",
        "lxc.tty.max = 0",
        "lxc.net.0.type = veth",
        f"lxc.net.0.link = {numbers.bridge}",
        "lxc.net.0.flags = up",
        f"lxc.net.0.hwaddr = {mac_of(address)}",
        f"lxc.net.0.ipv4.address = {address}/{numbers.subnet.prefixlen}",
        f"lxc.net.0.ipv4.gateway = {numbers.gateway}",
        "lxc.sysctl.net.ipv4.ping_group_range = 0 65535",  # file capabilities do not survive the shift of owners
        *limits,
    ]
    return "\n".join(lines) + "\n"
