"""What a user does with a cloud as a whole: start it, stop it, look at it, remove it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localcloud import host
from localcloud.home import STATUS_PATH, CloudError, Home, Numbers, cache_folder, new_secret

PATIENCE = 60.0  # seconds for the daemon to answer
PREFERRED_PORT = 4566


def start(home: Home) -> None:
    """Bring the cloud up and return when it answers; does nothing where it answers already.

    Installs what the host lacks, builds the base image where it is not cached, chooses the cloud's numbers once.
    Raises CloudError with what is in the way and what to do.
    """
    if status(home):
        return
    host.require_root()
    home.make()
    with _alone(home):
        if status(home):
            return
        if packages := host.missing_packages():
            with _said(f"installing {', '.join(packages)}"):
                host.install_packages(packages)
        host.allow_shifted_owners()
        host.allow_many_machines()
        _build_image()
        numbers = home.numbers() or _choose(home)
        with _said(f"starting the cloud on 127.0.0.1:{numbers.port}, machines on {numbers.network}"):
            _launch(home)


def serve(home: Home) -> None:
    """Be the daemon until told to stop."""
    numbers = home.numbers()
    if numbers is None:
        raise CloudError(f"no cloud in {home.path}: start one first")
    from localcloud.daemon import Daemon

    Daemon(home, numbers).run()


def stop(home: Home) -> None:
    """Halt machines and end the daemon. Harmless where it does not run."""
    pid = _pid(home)
    if pid is None:
        return
    host.require_root()
    with _said("halting machines, ending the daemon"):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + 120
        while _alive(pid):
            if time.monotonic() > deadline:
                raise CloudError(f"the daemon ({pid}) does not end: see {home.log_file}")
            time.sleep(0.05)


def reset(home: Home, images: bool = False) -> None:
    """Remove the cloud: daemon, machines, mounts, bridge, rules, files. Cached base images only where asked."""
    if home.path.exists():
        host.require_root()
        stop(home)
        from localcloud.machines import network
        from localcloud.machines.container import Machine, sweep
        from localcloud.machines.names import end_server

        for folder in sorted(home.machines.glob("*")):
            Machine(folder).destroy()
        if numbers := home.numbers():
            network.down(numbers)
            network.give_back(numbers)
        end_server(home)
        sweep()
        _remove(home)
    if images:
        shutil.rmtree(cache_folder() / "images", ignore_errors=True)


def status(home: Home) -> dict[str, Any] | None:
    """What the daemon says of itself; None where none answers."""
    numbers = home.numbers()
    if numbers is None or not home.endpoint_file.exists():
        return None
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{numbers.port}{STATUS_PATH}", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError):
        return None
    return found if found.get("home") == str(home.path) else None


def print_status(home: Home) -> None:
    print(json.dumps(status(home) or {"home": str(home.path), "running": False}, indent=2))


def logs(home: Home, lines: int, follow: bool) -> None:
    if not home.log_file.exists():
        raise CloudError(f"no log at {home.log_file}: this cloud never ran")
    os.execvp("tail", ["tail", "-n", str(lines), *(["-F"] if follow else []), str(home.log_file)])


def _build_image() -> None:
    from localcloud.machines.image import base_image

    began = time.monotonic()

    def say(step: str) -> None:
        _print(f"base image: {step}  [{time.monotonic() - began:.0f} s]")

    base_image(cache_folder(), say)


def _choose(home: Home) -> Numbers:
    from localcloud.machines.network import claim_network, free_port, number_of

    network = claim_network(home)
    named = os.environ.get("BLDR_PORT")
    # no other cloud prefers it: the port of one that is stopped, or starts at this moment, only looks free
    port = int(named) if named else free_port(PREFERRED_PORT + number_of(network))
    numbers = Numbers(str(network), port, access_key="LOCAL" + new_secret()[:15], secret_key=new_secret())
    home.keep(numbers)
    return numbers


def _launch(home: Home) -> None:
    home.endpoint_file.unlink(missing_ok=True)  # of a daemon that was killed: the new one writes it when all is up
    # glibc gives each of many threads a heap of its own, and hardly ever gives any back: two are enough here
    environment = {**os.environ, "MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "1000000"}
    with home.log_file.open("ab") as log:
        began = log.tell()
        daemon = subprocess.Popen(
            [sys.executable, "-m", "localcloud", "--home", str(home.path), "serve"],
            cwd=Path(__file__).parents[1],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE
    while not status(home):
        if daemon.poll() is not None or time.monotonic() > deadline:
            words = home.log_file.read_bytes()[began:].decode(errors="replace").strip().splitlines()
            reason = words[-1].removeprefix("local cloud: ") if words else "it said nothing"
            raise CloudError(f"the daemon did not come up: {reason} (all of it: {home.log_file})")
        time.sleep(0.02)


def _pid(home: Home) -> int | None:
    """The daemon's process, by the lock that it holds: also one that does not answer."""
    if found := status(home):
        return int(found["pid"])
    try:
        pid = int(json.loads(home.endpoint_file.read_text())["pid"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
    command = Path(f"/proc/{pid}/cmdline")
    return pid if command.exists() and str(home.path).encode() in command.read_bytes() else None


def _alive(pid: int) -> bool:
    """Whether a process still runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _remove(home: Home) -> None:
    """Remove the folder, but never what another program put there."""
    for folder in (home.machines, home.services, home.names):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (home.numbers_file, home.endpoint_file, home.log_file, home.lock_file, home.path / "start.lock"):
        file.unlink(missing_ok=True)
    if home.path.exists() and not any(home.path.iterdir()):
        home.path.rmdir()


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Only one `start` at a time for one cloud."""
    with (home.path / "start.lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def _said(what: str) -> Iterator[None]:
    """Say what is being done and, when it took noticeably long, how long it took."""
    began = time.monotonic()
    _print(what)
    yield
    if (took := time.monotonic() - began) > 5:
        _print(f"{what}: done in {took:.0f} s")


def _print(line: str) -> None:
    print(f"local cloud: {line}", file=sys.stderr, flush=True)
