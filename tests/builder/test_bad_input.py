"""Wrong use: one clear message that says what, where and what to do; exit code 2; nothing done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONG = "a" * 64


def bldr(words: Sequence[str], home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal and without the user's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BLDR_"))}
    return subprocess.run(
        [str(ROOT / "bldr"), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env={**kept, "BLDR_HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true", **environment},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["aws_lunch_instance"], "Did you mean aws_launch_instance"),
        (["frobnicate"], "./bldr -l lists all commands"),
        (["template", "basebox", "demo", "more"], "does not understand 'more'"),
        (["template", "basebox", "demo", "--yml"], "does not understand '--yml'"),
        (["template", "elife-bto", "demo"], "did you mean elife-bot?"),
        (["aws_launch_instance", "nothing-like-it", "demo"], "there is no project 'nothing-like-it'"),
        (["aws_launch_instance", "basebox", "my demo"], "instance id 'my demo' is not allowed"),
        (["aws_launch_instance", "basebox", "Demo"], "(for example demo)"),
        (["aws_launch_instance", "basebox", LONG], "too long by 1"),
        (["aws_launch_instance", "basebox", "-demo"], "does not understand '-demo'"),
        (["aws_launch_instance", "basebox", "demo_"], "is not allowed"),
        (["aws_launch_instance", "elife-bot", "large-x"], "reads as project elife-bot-large"),
        (["aws_launch_instance"], "give PROJECT"),
        (["aws_launch_instance", "basebox"], "give INSTANCE_ID"),
        (["create_stack", "basebox"], "give INSTANCE_ID"),
        (["project"], "give PROJECT"),
        (["cloud", "explode"], "cloud can status, env, stop, reset or logs"),
        (["cloud", "reset"], "give --yes"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_wrong_use_is_told_and_nothing_is_done(words: list[str], told: str, tmp_path: Path) -> None:
    done = bldr(words, tmp_path)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "cloud.json").exists()


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"BLDR_CLOUD": "azure"}, "it can be local (the default) or aws"),
        ({"BLDR_CLOUD": "aws"}, "there are no AWS credentials"),
        ({"BLDR_CLOUD": "aws", "AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found"),
        ({"BLDR_HOME": "/dev/null"}, "Set BLDR_HOME to a folder of yours"),
    ],
    ids=str,
)
def test_a_wrong_environment_is_told(environment: Mapping[str, str], told: str, tmp_path: Path) -> None:
    done = bldr(["aws_stack_list"], tmp_path, **{"HOME": str(tmp_path), **environment})
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr


def test_every_mistake_of_a_project_file_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("project-files: [mine.yaml]\n")
    (tmp_path / "mine.yaml").write_text("one:\n  description: x\n  subdomian: lax\n  aws:\n    type: huge\n")
    done = bldr(["template", "one", "demo"], tmp_path, BLDR_SETTINGS=str(tmp_path / "settings.yaml"))
    assert done.returncode == 2
    assert "mine.yaml:3: one.subdomian:" in done.stderr
    assert "mine.yaml:5: one.aws.type:" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_without_root_and_sudo_the_local_cloud_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    for folder in tmp_path.parents:
        if folder.owner() == "root" and folder.is_relative_to("/tmp") and folder != Path("/tmp"):
            folder.chmod(0o755)
    tools = tmp_path / "bin"  # a PATH without sudo
    tools.mkdir()
    for name in ("git", "ssh"):
        (tools / name).symlink_to(shutil.which(name) or "/bin/false")
    if any(not folder.stat().st_mode & 0o001 for folder in ROOT.parents):
        pytest.skip(f"others can't walk to this checkout: {ROOT}")
    done = subprocess.run(
        [sys.executable, str(ROOT / "fabfile.py"), "aws_stack_list"],
        user=65534,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PATH": str(tools), "BLDR_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "the local cloud needs root" in done.stderr
