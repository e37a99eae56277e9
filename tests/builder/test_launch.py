"""The house's main job on a real machine of a local cloud of the tests' own: launch, look, drift, update, delete."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.machines, pytest.mark.skipif(os.geteuid() != 0, reason="the local cloud needs root")]


class Bldr:
    """`./bldr` with a BLDR_HOME of its own, without a terminal."""

    def __init__(self, home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BLDR_"))}
        self.environment = {**kept, "BLDR_HOME": str(home)}

    def __call__(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "bldr"), *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={**self.environment, **more},
            timeout=900,
            check=False,
        )

    def ok(self, *words: str, **more: str) -> str:
        """Run it; all that it printed. It must succeed."""
        done = self(*words, **more)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def bldr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bldr]:
    command = Bldr(tmp_path_factory.mktemp("cloud"))
    yield command
    command("cloud", "reset", "--yes")


@pytest.fixture(scope="module")
def demo(bldr: Bldr) -> str:
    """A launched basebox."""
    assert "basebox-demo is there" in bldr.ok("aws_launch_instance", "basebox", "demo", "--yes")
    return "basebox-demo"


def test_a_command_runs_on_the_machine_as_elife_and_its_exit_code_comes_back(bldr: Bldr, demo: str) -> None:
    assert bldr("ssh", demo, "--", "id -un; hostname; exit 7").returncode == 7
    assert bldr.ok("ssh", demo, "--", "id", "-un") == "elife\n"
    assert bldr.ok("ssh", demo, "--", "hostname").startswith("ip-10-")
    assert bldr.ok("ssh", demo, "--", "echo", "two  words", "$HOME") == "two  words $HOME\n"


def test_the_private_key_is_the_users_own_and_the_host_key_is_pinned(bldr: Bldr, demo: str) -> None:
    home = Path(bldr.environment["BLDR_HOME"])
    keys = list((home / "keys").iterdir())
    assert [oct(key.stat().st_mode & 0o777) for key in keys] == ["0o600"]
    (pinned,) = (home / "hosts").iterdir()
    genuine = pinned.read_text()
    pinned.write_text(
        f"{pinned.name} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEVzr33pjlora2Io589gZwNhV5N/Ni3Vh2OVnSxBz3Kj\n"
    )
    refused = bldr("ssh", demo, "--", "true")
    pinned.write_text(genuine)
    assert refused.returncode == 255
    assert "Host key verification failed" in refused.stderr


def test_it_is_listed_for_people_and_for_programs(bldr: Bldr, demo: str) -> None:
    assert "running" in bldr.ok("aws_stack_list")
    (listed,) = json.loads(bldr.ok("aws_stack_list", "--json"))
    assert (listed["name"], listed["status"], listed["project"]) == (demo, "CREATE_COMPLETE", "basebox")
    assert [machine["state"] for machine in listed["machines"]] == ["running"]
    assert "SecurityGroup" in bldr.ok("aws_describe", demo)


def test_a_second_launch_points_to_the_update_which_changes_nothing(bldr: Bldr, demo: str) -> None:
    again = bldr("aws_launch_instance", "basebox", "demo", "--yes")
    assert again.returncode == 2
    assert "./bldr aws_update_instance basebox-demo" in again.stderr
    update = bldr.ok("aws_update_instance", demo)
    assert "its stack is up to date" in update
    assert "Changed 0" in update


def test_what_drifted_is_put_back_and_the_history_shows_it(bldr: Bldr, demo: str) -> None:
    bldr.ok("ssh", demo, "--", "sudo rm /etc/logrotate.d/continuum")
    assert "/etc/logrotate.d/continuum (file.managed)" in bldr.ok("highstate", demo)
    last = bldr.ok("history", demo).splitlines()
    assert any("drift" in line for line in last)
    assert "/etc/logrotate.d/continuum" in last[-1]


def test_a_run_under_way_is_waited_for_and_not_joined(bldr: Bldr, demo: str) -> None:
    before = bldr.ok("history", demo).count("Changed")
    bldr.ok("ssh", demo, "--", "sudo systemctl start --no-block continuum-highstate")
    bldr.ok("highstate", demo)
    assert bldr.ok("history", demo).count("Changed") - before == 2


def test_names_that_are_nearly_right_are_recognised(bldr: Bldr, demo: str) -> None:
    for words in (
        ["ssh", "basebox-dmo", "--", "true"],
        ["aws_delete_stack", "basebox-dmo"],
        ["highstate", "basebox-dmo"],
    ):
        wrong = bldr(*words)
        assert (wrong.returncode, "Did you mean basebox-demo?" in wrong.stderr) == (2, True)


def test_a_failed_launch_is_explained_leaves_nothing_and_can_be_tried_again(bldr: Bldr, tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("project-files: [mine.yaml]\n")
    mine = tmp_path / "mine.yaml"
    mine.write_text("bad:\n    description: no such type\n    aws:\n        type: t9.nosuch\n")
    settings = {"BLDR_SETTINGS": str(tmp_path / "settings.yaml")}
    for _ in range(2):
        failed = bldr("aws_launch_instance", "bad", "demo", "--yes", **settings)
        assert failed.returncode == 1
        assert "bad-demo: ROLLBACK_COMPLETE" in failed.stderr
        assert "Instance1 (AWS::EC2::Instance), create: The instance type 't9.nosuch' does not exist" in failed.stderr
        assert "mine.yaml:4 (bad.aws.type)" in failed.stderr
    bldr.ok("aws_delete_stack", "bad-demo", "--yes")


def test_an_interrupted_launch_goes_on_with_the_same_command(bldr: Bldr) -> None:
    launch = [str(ROOT / "bldr"), "aws_launch_instance", "basebox", "stopped", "--yes"]
    for seconds in (0.7, 1.4, 3.0):
        process = subprocess.Popen(
            launch,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=bldr.environment,
            start_new_session=True,
            # where the tests run in the background, Ctrl-C is ignored, and children inherit that
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 130, said
        assert "The same command goes on from there." in said
    assert "basebox-stopped is there" in bldr.ok(*launch[1:])
    bldr.ok("aws_delete_stack", "basebox-stopped", "--yes")


def test_a_deleted_stack_leaves_no_key_behind(bldr: Bldr, demo: str) -> None:
    assert "basebox-demo is gone" in bldr.ok("aws_delete_stack", demo, "--yes")
    home = Path(bldr.environment["BLDR_HOME"])
    assert [*(home / "keys").iterdir(), *(home / "hosts").iterdir()] == []
    assert "Nothing runs" in bldr.ok("aws_stack_list")
    gone = bldr("aws_delete_stack", demo, "--yes")
    assert (gone.returncode, "there is no stack basebox-demo" in gone.stderr) == (2, True)
