"""An application's code on the machine is one revision of it, and stays so."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from continuum_highstate import code

Pack = Callable[[Mapping[str, bytes]], bytes]
FIRST = {"decider.py": b"first", "settings.py": b"checkout", "workflow/ping.py": b"ping", "old/gone.py": b""}
SECOND = {"decider.py": b"second", "settings.py": b"checkout", "workflow/ping.py": b"ping"}


class Machine:
    def __init__(self, root: Path, pack: Pack) -> None:
        self.folder, self.archives, self.pack = root / "app", root / "archives", pack
        self.fetched = 0
        self.folder.mkdir()

    def ensure(self, revision: str, content: Mapping[str, bytes], test: bool = False) -> code.Changes:
        def fetch() -> bytes:
            self.fetched += 1
            return self.pack(content)

        release = code.Release("elife-bot", revision, frozenset({"settings.py"}))
        return code.ensure(self.folder, release, fetch, test, self.archives)


@pytest.fixture
def machine(tmp_path: Path, pack: Pack) -> Machine:
    return Machine(tmp_path, pack)


def test_the_first_revision_is_written_without_what_salt_writes_itself(machine: Machine) -> None:
    changes = machine.ensure("r1", FIRST)
    assert changes["revision"] == {"old": "", "new": "r1"}
    assert (machine.folder / "workflow/ping.py").read_text() == "ping"
    assert not (machine.folder / "settings.py").exists()


def test_the_second_time_nothing_changes_and_nothing_is_fetched(machine: Machine) -> None:
    machine.ensure("r1", FIRST)
    assert machine.ensure("r1", FIRST) == {}
    assert machine.fetched == 1


def test_a_new_revision_removes_what_it_has_no_more_and_leaves_what_is_not_its_own(machine: Machine) -> None:
    machine.ensure("r1", FIRST)
    for name in ("settings.py", "decider.log"):
        (machine.folder / name).write_text("the machine's")
    assert machine.ensure("r2", SECOND)["files"]["new"] == "1 written, 1 removed"
    assert (machine.folder / "decider.py").read_text() == "second"
    assert not (machine.folder / "old").exists()
    assert (machine.folder / "settings.py").read_text() == "the machine's"
    assert (machine.folder / "decider.log").exists()


def test_edited_and_removed_files_are_put_back_without_s3(machine: Machine) -> None:
    machine.ensure("r1", FIRST)
    (machine.folder / "decider.py").write_text("edited by hand")
    (machine.folder / "workflow/ping.py").unlink()
    changes = machine.ensure("r1", FIRST)
    assert {name: change["old"] for name, change in changes.items()} == {
        "decider.py": "edited",
        "workflow/ping.py": "missing",
    }
    assert (machine.folder / "decider.py").read_text() == "first"
    assert machine.fetched == 1


def test_a_test_says_the_same_and_writes_nothing(machine: Machine) -> None:
    machine.ensure("r1", FIRST)
    assert machine.ensure("r2", SECOND, test=True)["revision"] == {"old": "r1", "new": "r2"}
    assert (machine.folder / "decider.py").read_text() == "first"
    assert machine.ensure("r2", SECOND)["revision"] == {"old": "r1", "new": "r2"}


def test_only_one_archive_is_kept(machine: Machine) -> None:
    machine.ensure("r1", FIRST)
    machine.ensure("r2", SECOND)
    assert [file.name for file in machine.archives.iterdir()] == ["elife-bot-r2.tar.gz"]


def test_an_unreadable_archive_is_a_clear_error(machine: Machine) -> None:
    machine.pack = lambda content: b"cut off"
    with pytest.raises(code.CodeError, match=r"code/elife-bot/r1\.tar\.gz: no readable"):
        machine.ensure("r1", FIRST)
