"""simpleflow's decider and worker processes, and what they find in their environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DOMAIN = "TestDomain"
SIMPLEFLOW = [sys.executable, "-m", "simpleflow"]
START = """
import json, sys
from simpleflow.command import cli
for arguments in json.load(sys.stdin):
    cli(["workflow.start", *arguments], standalone_mode=False)
"""
"""Many times simpleflow's own command, in one process."""


def environment(endpoint: str, modules: Path, **more: str) -> dict[str, str]:
    return {
        **os.environ, "AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x", "SWF_DOMAIN": DOMAIN, "PYTHONPATH": str(modules), **more,
    }  # fmt: skip


@contextmanager
def processes(env: dict[str, str], log: Path, *commands: Sequence[str]) -> Iterator[list[subprocess.Popen[Any]]]:
    """Let simpleflow's commands run; what they say goes into one log."""
    with log.open("a") as output:
        running = [
            subprocess.Popen([*SIMPLEFLOW, *command], env=env, stdout=output, stderr=output, start_new_session=True)
            for command in commands
        ]
        try:
            yield running
        finally:
            for process in running:
                kill(process)


def kill(process: subprocess.Popen[Any]) -> None:
    """With the children that it forked."""
    if process.poll() is None:
        os.killpg(process.pid, 9)
        process.wait()
