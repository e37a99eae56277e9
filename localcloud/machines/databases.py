"""An RDS instance is a machine that runs PostgreSQL: made, started, stopped and removed as RDS says."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from localcloud import plain
from localcloud.home import Home, Numbers, write_private
from localcloud.machines.container import Machine, Size
from localcloud.machines.image import Image, Say, built_once
from localcloud.machines.keeper import Keeper, Work

ENGINE_MAJOR = "15"  # the PostgreSQL that Debian 12 has
SETTINGS = "/etc/postgresql/15/main"
INSTALL = f"""
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -q --no-install-recommends postgresql-{ENGINE_MAJOR} || {{
    apt-get update -q && apt-get install -y -q --no-install-recommends postgresql-{ENGINE_MAJOR}
}}
systemctl disable -q ssh.service cron.service first-boot-data.service first-boot-keys.service
echo "listen_addresses = '*'" >{SETTINGS}/conf.d/network.conf
echo 'hostssl all all 0.0.0.0/0 scram-sha-256' >>{SETTINGS}/pg_hba.conf
rm -rf /etc/ssh/ssh_host_* /var/log/journal/* /var/lib/first-boot
"""


@dataclass(frozen=True)
class Database:
    """One database machine, and RDS's record of it; no record: it was deleted."""

    machine: Machine
    record: Any | None


class Databases(Keeper):
    def __init__(
        self, home: Home, numbers: Numbers, base: Image, cache: Path, say: Say, changed: Callable[[], None]
    ) -> None:
        super().__init__(changed)
        self.home = home
        self.numbers = numbers
        self.base = base
        self.cache = cache
        self.say = say
        self._up: set[str] = set()
        self._image_lock = threading.Lock()

    def start(self) -> None:
        self.sync()

    def stop(self) -> None:
        self.stop_working()
        for folder in self.home.machines.glob("db-*"):
            Machine(folder).stop()

    def things(self) -> Iterable[tuple[str, Any]]:
        records = {f"db-{name}": record for name, record in plain.databases().items()}
        names = set(records) | {folder.name for folder in self.home.machines.glob("db-*")}
        return ((name, Database(Machine(self.home.machines / name), records.get(name))) for name in sorted(names))

    def work(self, thing: Database) -> Work | None:
        if thing.record is None:
            return self._remove
        status, up = thing.record.status, thing.machine.name in self._up
        if status == "stopped":
            return self._halt if up or thing.machine.is_running() else None
        if status == "failed" or (up and self._applied(thing) == _wanted(thing.record)):
            return None
        if not up:
            thing.record.status = "starting" if thing.machine.exists() else "creating"
        return self._bring_up

    def failed(self, thing: Database, reason: str) -> None:
        if thing.record is not None:
            thing.record.status = "failed"

    def addresses(self) -> Iterable[tuple[str, str]]:
        """Each database's endpoint and the machine behind it."""
        for _, database in self.things():
            if database.record is not None and (address := self._address(database.machine)):
                yield database.record.address, address

    def _bring_up(self, database: Database) -> None:
        machine, record = database.machine, database.record
        assert record is not None
        if not machine.exists():
            if record.engine != "postgres" or not str(record.engine_version).startswith(ENGINE_MAJOR):
                raise NotImplementedError(f"{record.engine} {record.engine_version}: only PostgreSQL {ENGINE_MAJOR}")
            group = getattr(record, "db_subnet_group", None)
            address = plain.take_address(group.subnets[0]["SubnetIdentifier"] if group else None)
            self.changed()  # kept: nobody else is given it, also after kill -9
            machine.create(self.numbers, self._image(), IPv4Address(address), Size(1024, 1))
            write_private(machine.folder / "address", address)
        machine.start()
        machine.wait_until_up()
        _set_up(machine, record)
        write_private(machine.folder / "applied.json", json.dumps(_wanted(record)))
        self._up.add(machine.name)
        record.status = "available"

    def _halt(self, database: Database) -> None:
        self._up.discard(database.machine.name)
        database.machine.stop()

    def _remove(self, database: Database) -> None:
        self._up.discard(database.machine.name)
        address = self._address(database.machine)
        database.machine.destroy()
        if address:
            plain.free_address(address)

    def _applied(self, database: Database) -> Any:
        file = database.machine.folder / "applied.json"
        return json.loads(file.read_text()) if file.exists() else None

    def _address(self, machine: Machine) -> str | None:
        file = machine.folder / "address"
        return file.read_text() if file.exists() else None

    @property
    def image_folder(self) -> Path:
        """Where the cache has, or will have, the databases' image."""
        digest = hashlib.sha256((self.base.name + INSTALL).encode()).hexdigest()[:16]
        return self.cache / "images" / f"postgresql-{ENGINE_MAJOR}-{digest}"

    def _image(self) -> Image:
        """The base image with PostgreSQL on top, installed once by a machine made for that."""
        folder = self.image_folder

        def build(part: Path) -> None:
            self.say("PostgreSQL for databases")
            builder = Machine(self.home.machines / f"image-{folder.name.rpartition('-')[2]}")
            builder.create(self.numbers, self.base, self.numbers.subnet[-10], Size(2048, 2))
            try:
                builder.start()
                builder.wait_until_up()
                builder.run("sh", "-c", INSTALL, timeout=900)
                builder.stop()
                builder.freeze(part)
            finally:
                builder.destroy()

        with self._image_lock:
            layer = built_once(folder, build)
        return Image((layer, *self.base.layers))


def _wanted(record: Any) -> list[Any]:
    """What of RDS's record is set inside PostgreSQL; the password itself stays out of files."""
    password = hashlib.sha256(record._master_user_password.encode()).hexdigest()
    return [record.master_username, password, record.db_name, record.port]


def _set_up(machine: Machine, record: Any) -> None:
    """The master user, the first database and the port; again is harmless. What is secret goes in by standard input."""
    machine.run("sh", "-c", f"echo 'port = {int(record.port)}' >{SETTINGS}/conf.d/port.conf")
    machine.run("systemctl", "restart", f"postgresql@{ENGINE_MAJOR}-main.service", timeout=60)
    user, password = _name(record.master_username), _literal(record._master_user_password)
    lines = [
        f"SELECT 'CREATE ROLE {user}' WHERE NOT EXISTS"
        f" (SELECT FROM pg_roles WHERE rolname = {_literal(record.master_username)})\\gexec",
        f"ALTER ROLE {user} LOGIN CREATEDB CREATEROLE PASSWORD {password};",
        f"GRANT pg_monitor, pg_signal_backend TO {user};",
    ]
    if record.db_name:
        lines.append(
            f"SELECT 'CREATE DATABASE {_name(record.db_name)} OWNER {user}' WHERE NOT EXISTS"
            f" (SELECT FROM pg_database WHERE datname = {_literal(record.db_name)})\\gexec"
        )
    psql = ("runuser", "-u", "postgres", "--", "psql", "-q", "-p", str(record.port), "-v", "ON_ERROR_STOP=1", "-f", "-")
    machine.run(*psql, stdin="\n".join(lines) + "\n", timeout=60)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
