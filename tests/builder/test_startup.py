"""What a command must not load: start-up is paid at every command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"boto3", "botocore", "troposphere", "paramiko", "fabric", "invoke", "salt", "moto", "rich", "yaml"}


def loaded(*words: str) -> set[str]:
    """Top-level modules that a command has loaded by its end."""
    program = (
        "import sys; sys.argv = ['bldr', *sys.argv[1:]]; import atexit, fabfile\n"
        "atexit.register(lambda: print('\\nLOADED', *sorted({name.partition('.')[0] for name in sys.modules})))\n"
        "fabfile.program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("words", [["-l"], ["--version"], ["ssh", "--help"]], ids=" ".join)
def test_nothing_heavy_is_loaded_to_tell_what_there_is(words: list[str]) -> None:
    assert loaded(*words) & HEAVY == set()


def test_a_template_needs_neither_cloud_nor_tables() -> None:
    assert loaded("template", "basebox", "demo") & HEAVY == {"troposphere", "yaml"}


def test_projects_are_listed_without_asking_a_cloud() -> None:
    assert loaded("project_list") & (HEAVY - {"rich", "yaml"}) == set()
