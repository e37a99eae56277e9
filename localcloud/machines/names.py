"""Names that the machines can look up: Route53's records, databases' endpoints, the machines' own. By dnsmasq."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from localcloud.home import CloudError, Home, Numbers, write_private


class Names:
    """A name server on the bridge. `sync()` after each change of what `entries` gives: (name, address) pairs."""

    def __init__(self, home: Home, numbers: Numbers, entries: Callable[[], Iterable[tuple[str, str]]]) -> None:
        self.home = home
        self.hosts = home.names / "hosts"
        self.log = home.names / "dnsmasq.log"
        self.numbers = numbers
        self.entries = entries
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the server; it goes into the background by itself once it holds its port."""
        self.sync()
        end_server(self.home)
        command = [
            "dnsmasq", "--conf-file=/dev/null", "--no-hosts", "--user=root",
            "--resolv-file=/etc/resolv.conf", f"--addn-hosts={self.hosts}", "--bind-interfaces",
            f"--pid-file={_pid_file(self.home)}",
            f"--listen-address={self.numbers.gateway}", f"--interface={self.numbers.bridge}", "--except-interface=lo",
            f"--log-facility={self.log}", "--local-ttl=1", "--local=/ec2.internal/", "--local=/rds.amazonaws.com/",
        ]  # fmt: skip
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise CloudError(
                f"the machines' name server ended at once: {done.stderr.strip()}: "
                f"is port 53 of {self.numbers.gateway} taken? see {self.log}"
            )

    def stop(self) -> None:
        end_server(self.home)

    def sync(self) -> None:
        """Write the names anew and have the server read them, where they changed."""
        text = "".join(sorted({f"{address} {name}\n" for name, address in self.entries()}))
        with self._lock:
            if _read(self.hosts) == text:
                return
            write_private(self.hosts, text)
            _tell(self.home, signal.SIGHUP)


def _read(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def end_server(home: Home) -> None:
    """End the cloud's name server, also one that a killed daemon left behind; return when its port is free."""
    _tell(home, signal.SIGTERM, wait=10)
    _pid_file(home).unlink(missing_ok=True)


def _tell(home: Home, number: signal.Signals, wait: float = 0) -> None:
    """Send the running server a signal, if there is one, and wait at most so many seconds for its end."""
    pid = int((_read(_pid_file(home)) or "0").strip() or 0)
    with suppress(ProcessLookupError, FileNotFoundError), _opened(pid) as server:  # a pidfd never means another process
        if str(home.names).encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            signal.pidfd_send_signal(server, number)
            select.select([server], [], [], wait)  # readable when the process has closed all its files


@contextmanager
def _opened(pid: int) -> Iterator[int]:
    if not pid:
        raise ProcessLookupError
    server = os.pidfd_open(pid)
    try:
        yield server
    finally:
        os.close(server)


def _pid_file(home: Home) -> Path:
    return home.names / "dnsmasq.pid"
