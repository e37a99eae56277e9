"""The seed's questions, asked on a real terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICK = "from builder import ask; print('->', ask.pick('known project', ['basebox', 'elife-bot'], 'PROJECT', 'project'))"
TEXT = """
from builder import ask
from builder.errors import UsageError
def check(answer):
    if ' ' in answer: raise UsageError('no spaces, please')
print('->', ask.text('instance id', '2016-03-29', 'INSTANCE_ID', check))
"""
CONFIRM = "from builder import ask; print('->', ask.confirm('Delete it?'))"


def talk(program: str, answers: list[str], home: Path) -> str:
    """Run a program on a terminal of its own and type the answers, each when it is asked for; all that was shown."""
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "BLDR_HOME": str(home), "TERM": "dumb"},
    )
    os.close(theirs)
    shown, at = "", 0
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            shown += os.read(terminal, 4096).decode()
        except OSError:  # the program has ended
            break
        if answers and re.search(r"(^| )> (\(.*\) )?$|\] $", shown[at:]):
            at = len(shown)
            os.write(terminal, answers.pop(0).encode() + b"\n")
    process.wait(10)
    os.close(terminal)
    return shown.replace("\r", "")


def test_a_project_is_picked_by_number_and_becomes_the_next_default(tmp_path: Path) -> None:
    first = talk(PICK, ["2"], tmp_path)
    assert first.startswith("please pick a known project:\n 1 - basebox\n 2 - elife-bot\n > ")
    assert "-> elife-bot" in first
    again = talk(PICK, [""], tmp_path)
    assert " > ('elife-bot') " in again
    assert "-> elife-bot" in again


def test_a_name_does_as_well_and_a_wrong_answer_is_asked_again(tmp_path: Path) -> None:
    shown = talk(PICK, ["7", "", "basebox"], tmp_path)
    assert "'7' is not one of them: a number from 1 to 2, or a name, please" in shown
    assert "-> basebox" in shown


def test_an_instance_id_is_offered_and_checked(tmp_path: Path) -> None:
    assert "-> 2016-03-29" in talk(TEXT, [""], tmp_path)
    shown = talk(TEXT, ["a b", "demo"], tmp_path)
    assert shown.startswith("instance id [2016-03-29]:\n > ")
    assert "no spaces, please" in shown
    assert "-> demo" in shown


@pytest.mark.parametrize(
    ("answers", "result"), [(["y"], True), (["yes"], True), ([""], False), (["maybe", "n"], False)]
)
def test_yes_must_be_said(answers: list[str], result: bool, tmp_path: Path) -> None:
    assert f"-> {result}" in talk(CONFIRM, answers, tmp_path)


@pytest.mark.parametrize(("program", "argument"), [(PICK, "PROJECT"), (TEXT, "INSTANCE_ID"), (CONFIRM, "--yes")])
def test_without_a_terminal_the_missing_argument_is_named(program: str, argument: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "BLDR_HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode != 0
    assert f"no terminal to ask at, so give {argument}" in done.stderr


def test_a_spoilt_answers_file_only_costs_the_default(tmp_path: Path) -> None:
    (tmp_path / "answers.json").write_text("{")
    assert "-> basebox" in talk(PICK, ["1"], tmp_path)
