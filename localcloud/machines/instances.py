"""Keeps what runs equal to what EC2 says: running is booted, stopped is halted, terminated is gone."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from localcloud import plain
from localcloud.home import CloudError, Home, Numbers
from localcloud.machines.container import LXC, Machine, Size
from localcloud.machines.image import Image
from localcloud.machines.keeper import AT_ONCE, Keeper, Work

STATES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
WATCH = 10.0  # seconds between looks for machines that went down by themselves


class Instances(Keeper):
    def __init__(
        self, home: Home, numbers: Numbers, image_of: Callable[[str], Image], changed: Callable[[], None]
    ) -> None:
        super().__init__(changed)
        self.home = home
        self.numbers = numbers
        self.image_of = image_of  # by AMI id
        self._booted: set[str] = set()
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._watch_machines, name="watch", daemon=True)

    def machine(self, instance_id: str) -> Machine:
        return Machine(self.home.machines / instance_id)

    def start(self) -> None:
        """Boot what should run, halt what should not, sweep away what nobody was ever told of, and keep watching."""
        known = {instance.id for instance in plain.instances()}
        for folder in self.home.machines.glob("i-*"):
            if folder.name not in known:
                Machine(folder).destroy()
        self.sync()
        self._watch.start()

    def stop(self) -> None:
        """Halt every machine in good order; what EC2 says of them stays, so that they boot again at the next start."""
        self._stopping.set()
        self.stop_working()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda folder: Machine(folder).stop(), self.home.machines.glob("i-*")))

    def things(self) -> Iterable[tuple[str, Any]]:
        return ((instance.id, instance) for instance in plain.instances())

    def work(self, thing: Any) -> Work | None:
        state, booted = thing._state.name, thing.id in self._booted
        if state in ("pending", "running"):
            if booted and not getattr(thing, "reboot_asked", False):
                return None
            if not booted:
                _set(thing, "pending")
            return self._boot
        if state in ("stopping", "stopped"):
            if not booted and not self.machine(thing.id).is_running():
                return None
            _set(thing, "stopping")
            return self._halt
        if not self.machine(thing.id).folder.exists():
            return None
        _set(thing, "shutting-down")
        return self._remove

    def failed(self, thing: Any, reason: str) -> None:
        """An instance that can't be had is terminated, as on AWS, and says why."""
        thing.state_reason.message = f"Server.InternalError: {reason}"
        thing.state_reason.code = "Server.InternalError"
        _set(thing, "terminated")

    def console(self, instance_id: str) -> str:
        """The end of what the machine wrote on its console, 64 KiB at most."""
        file = self.machine(instance_id).console
        return file.read_text(errors="replace")[-65536:] if file.exists() else ""

    def _boot(self, instance: Any) -> None:
        machine = self.machine(instance.id)
        if getattr(instance, "reboot_asked", False):
            instance.reboot_asked = False
            machine.stop()
        if not machine.exists():
            image = self.image_of(instance.image_id)
            machine.create(self.numbers, image, IPv4Address(instance.private_ip), size_of(instance.instance_type))
        machine.start()
        self._booted.add(instance.id)
        if instance._state.name == "pending":
            _set(instance, "running")

    def _halt(self, instance: Any) -> None:
        self._booted.discard(instance.id)
        self.machine(instance.id).stop()
        _set(instance, "stopped")

    def _remove(self, instance: Any) -> None:
        self._booted.discard(instance.id)
        self.machine(instance.id).destroy()
        _set(instance, "terminated")

    def _watch_machines(self) -> None:
        """A machine that was shut down from within is a stopped instance."""
        while not self._stopping.wait(WATCH):
            running = running_machines()
            for instance in plain.instances():
                went_down = instance.id in self._booted and instance.id not in running
                if went_down and instance._state.name == "running" and not self.is_busy(instance.id):
                    self._booted.discard(instance.id)
                    instance.state_reason.message = "Client.InstanceInitiatedShutdown: Instance initiated shutdown"
                    instance.state_reason.code = "Client.InstanceInitiatedShutdown"
                    self.machine(instance.id).stop()
                    _set(instance, "stopped")
                    self.changed()


def running_machines() -> set[str]:
    """Names of the machines that run on this host, other clouds' too: LXC listens on a socket for each of them."""
    listening = re.compile(rf" @{LXC}/([^/]+)/command$", re.MULTILINE)
    return set(listening.findall(Path("/proc/net/unix").read_text()))


def size_of(instance_type: str) -> Size:
    from moto.ec2.models.instance_types import INSTANCE_TYPES

    facts = INSTANCE_TYPES.get(instance_type)
    if facts is None:
        raise CloudError(f"instance type {instance_type} does not exist")
    return Size(facts["MemoryInfo"]["SizeInMiB"], facts["VCpuInfo"]["DefaultVCpus"])


def _set(instance: Any, state: str) -> None:
    instance._state.name = state
    instance._state.code = STATES[state]
