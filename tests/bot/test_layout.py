"""Every program runs in a checkout and as installed, where the folder is not called `bot`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.installed import ROOT, unpack

PROGRAMS = ("decider", "worker", "queue_worker", "queue_workflow_starter", "register", "cron")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # No PYTHON… of the tests' own, and only the folder itself on the path.
    return subprocess.run([sys.executable, *arguments], cwd=folder, env={}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_runs_in_both_places(program: str, tmp_path: Path) -> None:
    installed = unpack("bot", tmp_path / "elife-bot")
    for done in (
        run(ROOT, "-m", f"bot.{program}", "--help"),
        run(installed, "-m", f"bot.{program}", "--help"),
        run(installed, f"{program}.py", "--help"),
    ):
        assert done.stdout.startswith(f"usage: {program}.py"), done.stderr


def test_installed_it_uses_its_own_settings(tmp_path: Path) -> None:
    installed = unpack("bot", tmp_path / "elife-bot", "class mine: pass")
    done = run(installed, "decider.py")
    assert done.returncode == 2
    assert f"{installed}/settings.py: no environment given" in done.stderr
    done = run(installed, "decider.py", "-e", "mine")
    assert "settings class mine: S3_monitor_queue is missing; workflow_starter_queue is missing" in done.stderr


def test_a_log_level_that_there_is_not_is_told(tmp_path: Path) -> None:
    text = (ROOT / "bot/settings.py").read_text().replace('log_level = "INFO"', 'log_level = "LOUD"')
    done = run(unpack("bot", tmp_path / "elife-bot", text), "decider.py")
    assert done.returncode == 2
    assert done.stderr.startswith("decider.py: log_level 'LOUD' is not known; there are: CRITICAL")
