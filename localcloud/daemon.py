"""The daemon: puts the parts together, starts them in order, and stops them in the other."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcloud import bends, plain
from localcloud.endpoint import Endpoint, serve
from localcloud.forgetting import STACKS, Forgetting, forget_in_moto, shorten
from localcloud.home import REGION, CloudError, Home, Numbers, cache_folder, give_to_caller, write_private
from localcloud.machines import network
from localcloud.machines.container import host_name
from localcloud.machines.credentials import MachineCredentials
from localcloud.machines.databases import Databases
from localcloud.machines.image import Image, base_image, cached_images
from localcloud.machines.instances import Instances
from localcloud.machines.metadata import Metadata
from localcloud.machines.names import Names
from localcloud.machines.pruning import prune, used
from localcloud.server import Server

if TYPE_CHECKING:
    from localcloud.cloudformation import CloudFormation

log = logging.getLogger(__name__)
LOOPBACK = "127.0.0.1"
OPEN_FILES = 16_384


class Daemon:
    """All of one cloud. `run` returns when it is told to stop (SIGTERM, SIGINT)."""

    def __init__(self, home: Home, numbers: Numbers) -> None:
        self.home = home
        self.numbers = numbers
        self.began = time.time()
        self.image = base_image(cache_folder(), log.info)
        plain.prepare(home.services, self.image)
        self.instances = Instances(home, numbers, self._image_of, self._machines_changed)
        self.databases = Databases(home, numbers, self.image, cache_folder(), log.info, self._machines_changed)
        self.names = Names(home, numbers, self._addresses)

    def run(self) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        lock = self._lock()
        _allow_many_files()
        parts: list[Callable[[], Any]] = [lambda: network.down(self.numbers)]
        try:
            self._start(parts)
        except BaseException:
            _end(parts)
            raise
        self._tell()
        log.info("answering on %s:%s", LOOPBACK, self.numbers.port)
        stop.wait()
        log.info("stopping")
        self.home.endpoint_file.unlink(missing_ok=True)
        _end(parts)
        lock.close()

    def _start(self, parts: list[Callable[[], Any]]) -> None:
        """Start everything in order; `parts` is given what ends each part, as soon as it has begun."""
        from localcloud.access.access import Access
        from localcloud.access.resources import Resources
        from localcloud.access.sts import Sts
        from localcloud.cloudformation import CloudFormation
        from localcloud.destinations import Destinations
        from localcloud.s3 import S3
        from localcloud.sqs import Sqs
        from localcloud.state import State
        from localcloud.swf import Swf

        network.up(self.numbers)
        bends.bend(self.numbers, self.instances.console)
        sqs = Sqs(self.home.services / "sqs.sqlite")
        bends.send_to(sqs.deliver, sqs.policy, lambda *asked: access.service_may(*asked))
        self.state = State(self.home.services / "moto.sqlite")
        parts.append(self.state.stop)
        self.state.restore()
        with self.state.changing():
            plain.publish_image(self.image)
        operator = self.numbers.access_key, self.numbers.secret_key
        swf = Swf(self.home.services / "swf.sqlite")
        destinations = Destinations(sqs, lambda *asked: access.service_may(*asked))
        s3 = S3(self.home.services / "s3", destinations.deliver, destinations.may_deliver)
        formation = CloudFormation(
            self.home.services / "cloudformation.sqlite",
            lambda: self.endpoint,
            credentials=operator,
            inside=lambda: endpoint,
            public=lambda: f"http://{self.numbers.gateway}:{self.numbers.port}",
        )
        access = Access(operator, Resources(s3, sqs, formation))
        sts = Sts(access.sessions)
        own = {"swf": swf.app, "sqs": sqs.app, "s3": s3.app, "sts": sts.app, "cloudformation": formation.app}
        endpoint = Endpoint(own, self.state.kept(_moto()), self._changed, self.status, access.admit)
        gateway = str(self.numbers.gateway)
        metadata = _Served(Metadata(MachineCredentials(sts.of_machine)).app, gateway, network.METADATA_PORT)
        served = [_Served(endpoint, address, self.numbers.port) for address in (LOOPBACK, gateway)]
        for part in (self.names, swf, sqs, s3, metadata):
            part.start()
            parts.append(part.stop)
        # Machines that are halted still have the endpoint. When they boot they are told of first: nobody ever reads
        # `running` of one that has yet to boot.
        parts += [part.stop for part in served]
        for keeper in (self.databases, self.instances):
            keeper.start()
            parts.append(keeper.stop)
        for part in served:
            part.start()
        for caller in (formation, self._forgetting(formation)):
            caller.start()
            parts.append(caller.stop)

    def _forgetting(self, formation: CloudFormation) -> Forgetting:
        def moto(now: float) -> None:
            with self.state.changing():
                forget_in_moto(now)

        def stacks(now: float) -> None:
            formation.store.forget_before(now - STACKS)

        def logs(now: float) -> None:
            consoles = self.home.machines.glob("*/*.log")
            shorten((self.home.log_file, self.names.log, *consoles))

        def images(now: float) -> None:
            used(self.image, self.databases.image_folder)
            prune(cache_folder(), now)

        return Forgetting((moto, stacks, logs, images))

    @property
    def endpoint(self) -> str:
        return f"http://{LOOPBACK}:{self.numbers.port}"

    def status(self) -> dict[str, Any]:
        """What `cloud status` shows."""
        states: dict[str, int] = {}
        for instance in plain.instances():
            states[instance._state.name] = states.get(instance._state.name, 0) + 1
        return {
            "pid": os.getpid(),
            "home": str(self.home.path),
            "endpoint": self.endpoint,
            "network": self.numbers.network,
            "bridge": self.numbers.bridge,
            "started": datetime.fromtimestamp(self.began, UTC).isoformat(timespec="seconds"),
            "memory": _memory(),
            "image": self.image.name,
            "instances": states,
            "databases": len(plain.databases()),
        }

    def _tell(self) -> None:
        """Write where we are and with which keys: whoever can read this file may use the cloud."""
        facts = {
            "endpoint": self.endpoint,
            "access_key": self.numbers.access_key,
            "secret_key": self.numbers.secret_key,
            "region": REGION,
            "pid": os.getpid(),
        }
        write_private(self.home.endpoint_file, json.dumps(facts))
        give_to_caller(self.home.endpoint_file)

    def _changed(self, service: str) -> None:
        try:
            self._follow(service)
        except Exception:  # the call itself succeeded, and its answer must say so; the next change tries again
            log.exception("what %s changed was not followed", service)

    def _follow(self, service: str) -> None:
        if service == "ec2":
            self.instances.sync()
        elif service == "rds":
            self.databases.sync()
        if service in ("ec2", "rds", "route53"):
            self.names.sync()

    def _machines_changed(self) -> None:
        self.state.changed("ec2", "rds")
        self.names.sync()

    def _addresses(self) -> Iterator[tuple[str, str]]:
        yield from plain.addresses()
        yield from self.databases.addresses()
        for instance in plain.instances():
            if instance._state.name in ("pending", "running"):
                yield f"{host_name(instance.private_ip)}.ec2.internal", instance.private_ip

    def _image_of(self, ami: str) -> Image:
        """The image of that id: today's, or an older one that stacks still start machines from."""
        for image in (self.image, *cached_images(cache_folder())):
            if image.ami == ami:
                return image
        raise CloudError(f"image {ami} has no disk here: {cache_folder()} no longer holds it")

    def _lock(self) -> Any:
        stream = self.home.lock_file.open("w")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CloudError(f"another daemon already runs the cloud in {self.home.path}") from None
        return stream


def _end(parts: list[Callable[[], Any]]) -> None:
    """End what was started, the last first; one that fails does not keep the others up."""
    for part in reversed(parts):
        try:
            part()
        except Exception:
            log.exception("%s failed", part)


class _Served:
    """An application at its address, as a part that is started and stopped."""

    def __init__(self, app: Any, address: str, port: int) -> None:
        self._app, self._address, self._port = app, address, port
        self._server: Server | None = None

    def start(self) -> None:
        try:
            self._server = serve(self._app, self._address, self._port)
        except OSError as error:
            raise CloudError(
                f"port {self._port} of {self._address} is taken ({error}): end what uses it "
                f"(`ss -ltnp sport = :{self._port}`), or choose another with BLDR_PORT"
            ) from None

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()


def _allow_many_files() -> None:
    """A file is open for each connection; usually 1024 are allowed, and fifty machines' processes keep more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _moto() -> Any:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    return DomainDispatcherApplication(create_backend_app)


def _memory() -> int:
    """Resident memory of this process, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
