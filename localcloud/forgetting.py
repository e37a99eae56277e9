"""What a cloud forgets in time, as AWS does: whoever leaves it running for weeks finds it no larger than it was."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from localcloud import plain
from localcloud.home import ACCOUNT, REGION

log = logging.getLogger(__name__)

EVERY = 600.0  # seconds between looks
TERMINATED = 3600.0  # seconds that a terminated instance is still described ("a short while", says EC2's user guide)
STACKS = 90 * 86400.0  # seconds that deleted stacks, and the events of all, are kept
LONGEST_LOG = 10 << 20  # bytes at which a log loses its beginning
KEPT_LOG = 1 << 20  # bytes of its end that stay

Job = Callable[[float], object]


class Forgetting:
    """Runs each job every ten minutes, with the time; one that fails is logged and tried again."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forgetting", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            for job in self._jobs:
                try:
                    job(time.time())
                except Exception:
                    log.exception("%s", job)
            if self._stopping.wait(EVERY):
                return


def forget_in_moto(now: float) -> None:
    """Terminated instances, tags of what is gone. To be called where moto may be changed."""
    _forget_instances(now)
    _forget_tags()


def _forget_instances(now: float) -> None:
    ec2 = plain.ec2()
    for name, reservation in list(ec2.reservations.items()):
        for instance in list(reservation.instances):
            if instance._state.name != "terminated":
                continue
            if not hasattr(instance, "gone_since"):
                instance.gone_since = now
            elif now - instance.gone_since > TERMINATED:
                reservation.instances.remove(instance)
        if not reservation.instances:
            del ec2.reservations[name]


def _forget_tags() -> None:
    """moto keeps the tags of some things that it has deleted."""
    ec2 = plain.ec2()
    groups = {group for of_vpc in list(ec2.groups.values()) for group in list(of_vpc)}
    there = {
        "i-": {instance.id for instance in plain.instances()},
        "sg-": groups,
        "vol-": ec2.volumes,
        "eni-": ec2.enis,
    }
    for name in list(ec2.tags):
        if name not in there.get(name.partition("-")[0] + "-", (name,)):
            del ec2.tags[name]
    if logs := sys.modules.get("moto.logs.models"):
        backend = logs.logs_backends[ACCOUNT][REGION]
        for arn in list(backend.tagger.tags):
            if ":log-group:" in arn and arn.split(":")[6] not in backend.groups:
                del backend.tagger.tags[arn]


def shorten(files: Iterable[Path]) -> None:
    """Cut what is too long of logs that their writers append to, and keep open, to the end of them."""
    for file in files:
        if file.exists() and file.stat().st_size > LONGEST_LOG:
            _shorten(file)


def _shorten(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.seek(-KEPT_LOG, os.SEEK_END)
        end = stream.read().partition(b"\n")[2]
        stream.truncate(0)  # what is written in this instant is lost
    with file.open("ab") as stream:
        stream.write(end)
