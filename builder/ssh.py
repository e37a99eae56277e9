"""Reaching a machine by OpenSSH, with its stack's own key, and only if it shows the host key of its console.

The private key comes from SSM, where CloudFormation put it; the host keys from EC2's console output. Both are kept
under $BLDR_HOME (keys/, hosts/), a file each, and can be fetched again at any time: no file here is the truth.
"""

from __future__ import annotations

import os
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from builder import cloud, report, stacks
from builder.errors import Failure
from builder.home import home, write_private
from builder.machines import Machine, get

USER = "elife"
KEYS = re.compile(r"-----BEGIN SSH HOST KEY KEYS-----\s*(.*?)\s*-----END SSH HOST KEY KEYS-----", re.DOTALL)
UNREACHABLE = 255  # what ssh itself exits with


def shell(machine: Machine, command: Sequence[str] = ()) -> int:
    """Open a shell on the machine, or run one command there and return its exit code."""
    reachable = wait(machine)
    if not command:
        os.execvp("ssh", arguments(reachable, tty=True))
    # One word is taken as the shell there reads it, as ssh does: -- 'cd /opt && ls'. Several stay the words they are.
    line = command[0] if len(command) == 1 else shlex.join(command)
    return subprocess.run([*arguments(reachable), "--", line], check=False).returncode


def wait(machine: Machine, seconds: float = 600) -> Machine:
    """Wait until the machine lets us in; the machine with the address it then has. Failure when it doesn't in time."""
    deadline = time.monotonic() + seconds
    if machine.state == "running" and pinned(machine) and _listens(machine):
        return machine  # ssh itself says the rest: a connection only to try would cost as much as the command
    pause = 0.1 if cloud.is_local() else 2.0
    with (
        report.goes_on(f"{machine.name} boots by itself."),
        report.step(f"waiting for {machine.name}", done=f"{machine.name} answers") as step,
    ):
        while time.monotonic() < deadline:
            if machine.state in ("pending", "running"):
                step.note(_hurdle(machine))
                if machine.address and pin(machine) and _lets_us_in(machine):
                    return machine
            elif machine.state in ("stopping", "stopped"):
                raise Failure(f"{machine.name} is {machine.state}. Start it with any AWS client, then try again.")
            time.sleep(pause)
            pause = min(pause * 1.1, 5.0)
            machine = get(machine.name)
    raise Failure(
        f"{machine.name} ({machine.instance_id}, {machine.address}) let nobody in for {report.duration(seconds)}: "
        f"{_hurdle(machine)}.\nIts console: aws ec2 get-console-output --instance-id {machine.instance_id}"
    )


def arguments(machine: Machine, tty: bool = False) -> list[str]:
    """The ssh command line up to the host; no secret is in it. The user's own ssh configuration plays no part."""
    options = {
        "IdentityFile": f'"{key_file(machine.stack)}"',
        "IdentitiesOnly": "yes",
        "IdentityAgent": "none",
        "UserKnownHostsFile": f'"{_hosts_file(machine)}"',
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": machine.instance_id,
        "StrictHostKeyChecking": "yes",
        "UpdateHostKeys": "no",
        "PreferredAuthentications": "publickey",
        "BatchMode": "yes",
        "ConnectTimeout": "10",
        "ServerAliveInterval": "15",
        "LogLevel": "ERROR",
    }
    flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return ["ssh", "-F", "none", *flags, *(["-t"] if tty else []), f"{USER}@{machine.address}"]


def pinned(machine: Machine) -> bool:
    """True when the machine's host keys are known already."""
    return _hosts_file(machine).is_file()


def pin(machine: Machine) -> bool:
    """Know the machine by the host keys on its console; False while it has not printed them."""
    if pinned(machine):
        return True
    said = cloud.client("ec2").get_console_output(InstanceId=machine.instance_id, Latest=True).get("Output") or ""
    found = host_keys(said)
    if found:
        write_private(_hosts_file(machine), "".join(f"{machine.instance_id} {key}\n" for key in found))
    return bool(found)


def host_keys(console: str) -> list[str]:
    """The host keys that a console's text ends with: `['ssh-ed25519 AAAA…', …]`; those of the latest boot."""
    blocks = KEYS.findall(console.replace("\r", ""))
    lines = blocks[-1].splitlines() if blocks else []
    # A console may put its own prefix (a time, "ci-info:") before each line.
    keys = (re.search(r"((?:ssh|ecdsa)-[\w@.-]+ [A-Za-z0-9+/=]+)", line) for line in lines)
    return [key[1] for key in keys if key]


def key_file(stack: str) -> Path:
    """The stack's private key as a file that only the user may read; fetched from SSM the first time."""
    found = stacks.get(stack)
    key_pair = found.outputs.get("KeyPairId")
    if not key_pair:
        raise Failure(
            f"{stack} has no output KeyPairId ({found.status}): it has no machine that could be reached by ssh"
        )
    path = home() / "keys" / key_pair
    if not path.is_file():
        name = f"/ec2/keypair/{key_pair}"
        parameter = cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)
        write_private(path, parameter["Parameter"]["Value"].strip() + "\n")
    return path


def forget(machines: Sequence[Machine], key_pair: str | None) -> None:
    """Throw away the keys of machines that are gone."""
    for machine in machines:
        _hosts_file(machine).unlink(missing_ok=True)
    if key_pair:
        (home() / "keys" / key_pair).unlink(missing_ok=True)


def _hosts_file(machine: Machine) -> Path:
    return home() / "hosts" / machine.instance_id


def _hurdle(machine: Machine) -> str:
    if machine.state != "running" or not machine.address:
        return f"it is {machine.state}"
    return "ssh does not let us in yet" if pinned(machine) else "it has not shown its host keys yet"


def _listens(machine: Machine) -> bool:
    try:
        with socket.create_connection((machine.address or "", 22), timeout=1):
            return True
    except OSError:
        return False


def _lets_us_in(machine: Machine) -> bool:
    tried = subprocess.run(
        [*arguments(machine), "true"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    if "HOST IDENTIFICATION HAS CHANGED" in tried.stderr or "Host key verification failed" in tried.stderr:
        raise Failure(
            f"{machine.name} ({machine.address}) shows another host key than the one pinned from its console: somebody "
            f"may be listening in. If you made its host keys anew yourself, delete {_hosts_file(machine)}."
        )
    return tried.returncode == 0
