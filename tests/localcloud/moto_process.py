"""moto and its state as the daemon has them, in a process that a test may kill.

python -m tests.localcloud.moto_process FILE
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

ROOT = Path(__file__).parents[2]


class Process:
    """One process on one file. `client` for boto3's clients, `kill` for kill -9."""

    def __init__(self, file: Path) -> None:
        command = [sys.executable, "-m", "tests.localcloud.moto_process", str(file)]
        self.process = Popen(command, stdout=PIPE, text=True, cwd=ROOT, env={**os.environ, "MALLOC_ARENA_MAX": "2"})
        assert self.process.stdout
        self.port = int(self.process.stdout.readline() or 0)
        assert self.port, "the process ended at once"

    def client(self, service: str) -> Any:
        import boto3
        from botocore.config import Config

        config = Config(retries={"max_attempts": 0})
        url = f"http://127.0.0.1:{self.port}"
        session: Any = boto3.Session("test", "test", region_name="us-east-1")
        return session.client(service, endpoint_url=url, config=config)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


def main(file: Path) -> None:
    from localcloud.endpoint import Endpoint, serve
    from localcloud.lighter import lighten

    lighten()
    images = file.with_suffix(".json")
    images.write_text("[]")
    os.environ["MOTO_AMIS_PATH"] = str(images)

    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from localcloud.state import State

    state = State(file)
    state.restore()
    moto = state.kept(DomainDispatcherApplication(create_backend_app))
    endpoint = Endpoint({}, moto, lambda service: None, dict)
    print(serve(endpoint, "127.0.0.1", 0).server_port, flush=True)
    time.sleep(600)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
