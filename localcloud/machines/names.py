"""Names that the machines can look up: Route53's records, databases' endpoints, the machines' own. By dnsmasq."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
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
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.sync()
        end_orphan(self.home)
        command = [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-hosts", "--user=root",
            "--resolv-file=/etc/resolv.conf", f"--addn-hosts={self.hosts}", "--bind-interfaces",
            f"--pid-file={_pid_file(self.home)}",
            f"--listen-address={self.numbers.gateway}", f"--interface={self.numbers.bridge}", "--except-interface=lo",
            f"--log-facility={self.log}", "--local-ttl=1", "--local=/ec2.internal/", "--local=/rds.amazonaws.com/",
        ]  # fmt: skip
        self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            code = self._server.wait(0.2)
        except subprocess.TimeoutExpired:
            return
        raise CloudError(
            f"the machines' name server ended at once ({code}): is port 53 of {self.numbers.gateway} taken? "
            f"see {self.log}"
        )

    def stop(self) -> None:
        if self._server:
            self._server.terminate()
            self._server.wait(10)

    def sync(self) -> None:
        """Write the names anew and have the server read them, where they changed."""
        text = "".join(sorted({f"{address} {name}\n" for name, address in self.entries()}))
        with self._lock:
            if _read(self.hosts) == text:
                return
            write_private(self.hosts, text)
            if self._server:
                self._server.send_signal(signal.SIGHUP)


def _read(file: Path) -> str | None:
    return file.read_text() if file.exists() else None


def end_orphan(home: Home) -> None:
    """End the name server that a killed daemon left behind: it would hold the bridge's port 53."""
    file = _pid_file(home)
    pid = _read(file)
    command = Path(f"/proc/{(pid or '0').strip()}/cmdline")
    if pid and command.exists() and str(home.names).encode() in command.read_bytes():
        os.kill(int(pid), signal.SIGTERM)
        while command.exists() and command.read_bytes():  # a process that ended has no command line
            time.sleep(0.01)
    file.unlink(missing_ok=True)


def _pid_file(home: Home) -> Path:
    return home.names / "dnsmasq.pid"
