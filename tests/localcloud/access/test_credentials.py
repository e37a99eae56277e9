"""A machine's credentials: renewed long before their end, other ones for another role."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from localcloud.access.sessions import Credentials, Sessions
from localcloud.machines.credentials import LIFETIME, RENEW, MachineCredentials


class Issued:
    """Counts what was issued; its clock stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000_000.0
        self.count = 0

    def __call__(self, role: Any, instance: Any, seconds: int) -> Credentials:
        self.count += 1
        return Credentials(f"ASIA{role.id}{instance.id}{self.count}", "secret", "token", int(self.now) + seconds)


MACHINE, OTHER = SimpleNamespace(id="i-1"), SimpleNamespace(id="i-2")
ROLE, ANOTHER_ROLE = SimpleNamespace(id="AROA1"), SimpleNamespace(id="AROA2")


def end(told: dict[str, str]) -> float:
    return datetime.fromisoformat(told["Expiration"]).timestamp()


def test_they_are_renewed_in_time() -> None:
    issued = Issued()
    credentials = MachineCredentials(issued, lambda: issued.now)
    first = credentials.of(MACHINE, ROLE)
    assert (first["Code"], first["Type"], end(first)) == ("Success", "AWS-HMAC", issued.now + LIFETIME)
    issued.now += LIFETIME - RENEW - 1
    assert credentials.of(MACHINE, ROLE) == first
    issued.now += 2
    second = credentials.of(MACHINE, ROLE)
    assert second["AccessKeyId"] != first["AccessKeyId"]
    assert end(first) - issued.now > 15 * 60  # when SDKs ask for new ones, there are


def test_each_machine_and_role_has_its_own() -> None:
    issued = Issued()
    credentials = MachineCredentials(issued, lambda: issued.now)
    keys = [credentials.of(machine, ROLE)["AccessKeyId"] for machine in (MACHINE, OTHER, MACHINE)]
    assert keys[0] == keys[2] != keys[1]
    assert credentials.of(MACHINE, ANOTHER_ROLE)["AccessKeyId"] != keys[0]


def test_machines_that_are_gone_are_forgotten() -> None:
    issued = Issued()
    credentials = MachineCredentials(issued, lambda: issued.now)
    for number in range(50):
        credentials.of(SimpleNamespace(id=f"i-{number}"), ROLE)
    issued.now += LIFETIME
    credentials.of(MACHINE, ROLE)
    assert len(credentials._kept) == 1


def test_they_outlive_the_daemon() -> None:
    """Nothing of them is kept: a killed daemon's next self knows them by its cloud's secret."""
    given = Sessions("the cloud's secret").issue("AROA1", "i-1", 900, ["{}"], from_instance="arn:i-1")
    read = Sessions("the cloud's secret").read(given.token)
    assert read is not None
    key, secret, session = read
    assert (key, secret) == (given.access_key, given.secret_key)
    assert (session.of, session.name, session.end, session.policies) == ("AROA1", "i-1", given.end, ("{}",))
    assert Sessions("another's").read(given.token) is None
