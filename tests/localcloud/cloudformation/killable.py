"""CloudFormation in a process of its own, killed as the kernel kills and started anew in some ten milliseconds.

A process that has loaded everything waits on its standard input; each line, `DATABASE ENDPOINT NUMBER`, makes it fork
a server. The number is in that server's access key: what a killed one had sent is told from what a new one sends.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]
SERVICES = "cloudwatch ec2 iam logs s3 secretsmanager sns sqs ssm"


class Killable:
    """The forking process, the server it has forked last, and the fuse that kills the latter in the middle of work."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.localcloud.cloudformation.killable"]
        self._forker = subprocess.Popen(
            command, cwd=Path(__file__).parents[3], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._condition = threading.Condition()
        self._inside = 0  # calls that the services are at work on
        self._number = 0
        self._pid = 0
        self._killed = True
        self.fuse: tuple[int, str] | None = None  # calls left, "before" or "after"

    @property
    def running(self) -> bool:
        return not self._killed

    def start(self, database: Path, endpoint: str) -> int:
        """Start a server on that database, whose calls go to `endpoint`; give back its port."""
        assert self._forker.stdin is not None and self._forker.stdout is not None
        with self._condition:
            assert self._condition.wait_for(lambda: not self._inside, 20)
            self._number += 1
            self._killed = False
        self._forker.stdin.write(f"{database} {endpoint} {self._number}\n")
        self._forker.stdin.flush()
        pid, port = map(int, self._forker.stdout.readline().split())
        self._pid = pid
        return port

    def kill(self) -> None:
        with self._condition:
            pid, self._pid, self._killed, self.fuse = self._pid, 0, True, None
            if pid:
                os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        self.kill()
        self._forker.kill()
        self._forker.communicate()

    def watch(self, app: Wsgi) -> Wsgi:
        """The same services; the server's calls burn the fuse, and a dead server's calls do nothing."""

        def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if "Credential=server-" not in environ.get("HTTP_AUTHORIZATION", ""):
                return app(environ, start_response)
            with self._condition:
                burnt = self._burn()
                if burnt == "before":
                    self.kill()
                if self._killed or f"Credential=server-{self._number}/" not in environ["HTTP_AUTHORIZATION"]:
                    start_response("503 Service Unavailable", [("Content-Length", "0")])
                    return [b""]
                self._inside += 1
            try:
                return app(environ, start_response)
            finally:
                with self._condition:
                    self._inside -= 1
                    self._condition.notify_all()
                    if burnt == "after":
                        self.kill()

        return watched

    def _burn(self) -> str:
        if self.fuse is None:
            return ""
        left, when = self.fuse
        self.fuse = (left - 1, when) if left > 1 else None
        return when if left == 1 else ""


def _forker() -> None:
    from moto.core import parse, serialize  # noqa: F401 - loaded once here, not in each server

    from localcloud.cloudformation import CloudFormation, api  # noqa: F401
    from localcloud.cloudformation.clients import Clients
    from localcloud.cloudformation.resources import every

    every()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forked ones
    warm, address = Clients(lambda: address, "us-east-1", ("server-0", "server")), ""
    for line in sys.stdin:
        database, endpoint, number = line.split()
        if endpoint != address:
            address = endpoint
            warm._clients.clear()
            for service in SERVICES.split():
                warm.client(service)
        if os.fork() == 0:
            _serve(Path(database), endpoint, number, warm)


def _serve(database: Path, endpoint: str, number: str, warm: Any) -> None:
    from localcloud.cloudformation import CloudFormation
    from localcloud.endpoint import serve

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with the forker
    warm._session.get_credentials().access_key = f"server-{number}"
    service = CloudFormation(database, lambda: endpoint)
    service.clients._clients.update(warm._clients)
    server = serve(service.app, "127.0.0.1", 0)
    service.start()
    print(os.getpid(), server.server_port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    _forker()
