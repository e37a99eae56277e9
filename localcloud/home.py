"""One cloud is one folder: where everything of it lies, and the numbers it was given when it was made."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

ACCOUNT = "123456789012"
REGION = "us-east-1"
STATUS_PATH = "/-/status"  # where the endpoint tells of itself: no bucket can be named so


class CloudError(Exception):
    """The local cloud can't do what was asked; the message says what, where and what to do."""


@dataclass(frozen=True)
class Numbers:
    """What a cloud chose once and keeps: other programs have it in their settings."""

    network: str  # the VPC's and the bridge's network, as 10.77.0.0/16
    port: int  # of the endpoint, on loopback and on the bridge
    access_key: str
    secret_key: str

    @property
    def subnet(self) -> IPv4Network:
        return IPv4Network(self.network)

    @property
    def gateway(self) -> IPv4Address:
        """The host's own address on the bridge: the machines' router, name server and endpoint."""
        return self.subnet[1]

    @property
    def bridge(self) -> str:
        """Name of the bridge; it names the firewall table as well. At most 15 characters."""
        return "continuum" + str(self.subnet.network_address).split(".")[1]


@dataclass(frozen=True)
class Home:
    path: Path

    @property
    def numbers_file(self) -> Path:
        return self.path / "cloud.json"

    @property
    def endpoint_file(self) -> Path:
        """There while the daemon answers: where, and with which keys."""
        return self.path / "endpoint.json"

    @property
    def log_file(self) -> Path:
        return self.path / "daemon.log"

    @property
    def lock_file(self) -> Path:
        return self.path / "daemon.lock"

    @property
    def machines(self) -> Path:
        return self.path / "machines"

    @property
    def services(self) -> Path:
        """State of the API's services, a file each."""
        return self.path / "services"

    @property
    def names(self) -> Path:
        return self.path / "names"

    def numbers(self) -> Numbers | None:
        """The cloud's numbers; None where no cloud was made in this folder yet."""
        try:
            return Numbers(**json.loads(self.numbers_file.read_text()))
        except FileNotFoundError:
            return None

    def keep(self, numbers: Numbers) -> None:
        write_private(self.numbers_file, json.dumps(asdict(numbers)))

    def make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in (self.machines, self.services, self.names):
            folder.mkdir(mode=0o700, exist_ok=True)
        give_to_caller(self.path)


def default_home() -> Path:
    return Path(os.environ.get("BLDR_HOME") or Path.home() / ".continuum").absolute()


def cache_folder() -> Path:
    """Where base images are kept; every cloud of this user shares them, and they outlive a reset."""
    if named := os.environ.get("BLDR_CACHE"):
        return Path(named).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "continuum"


def new_secret() -> str:
    return secrets.token_urlsafe(30)


def give_to_caller(path: Path) -> None:
    """Let the user who called by sudo have a file or folder: what they keep in the cloud's folder is theirs."""
    if os.geteuid() == 0 and (user := os.environ.get("SUDO_UID")):
        os.chown(path, int(user), int(os.environ["SUDO_GID"]))


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    part = file.with_suffix(file.suffix + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(file)
