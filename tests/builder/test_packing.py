"""The Salt tree and a project's code travel as archives: the same content, the same bytes."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from builder import code, tree
from builder.code import Repository
from builder.errors import Failure, UsageError


def names_in(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        return tar.getnames()


def test_the_tree_is_the_same_bytes_whoever_packs_it_and_when(tmp_path: Path) -> None:
    folder = tmp_path / "salt"
    (folder / "machine").mkdir(parents=True)
    (folder / "machine" / "bootstrap").write_text("#!/bin/sh\n")
    (folder / "machine" / "bootstrap").chmod(0o755)
    (folder / "__pycache__").mkdir()
    first = tree.pack(folder)
    os.utime(folder / "machine" / "bootstrap", (1, 1))
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert tree.pack(folder) == first
    (folder / "machine" / "bootstrap").write_text("#!/bin/bash\n")
    assert tree.pack(folder) != first
    with tarfile.open(fileobj=io.BytesIO(first), mode="r:gz") as tar:
        entries = {entry.name: (entry.mode, entry.uid, entry.uname, entry.mtime) for entry in tar}
    assert entries == {"machine": (0o755, 0, "root", 0), "machine/bootstrap": (0o755, 0, "root", 0)}


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that stands for this one: bot/ and continuum/ on main, and a branch `feature` one commit ahead."""
    folder = tmp_path / "clone"
    for name in ("bot/worker.py", "continuum/__init__.py", "lax/app.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"# {name}\n")
    git(folder, "init", "-q", "-b", "main")
    commit(folder, "first")
    git(folder, "checkout", "-q", "-b", "feature")
    (folder / "bot" / "new.py").write_text("# new\n")
    commit(folder, "second")
    monkeypatch.setattr(code, "ROOT", folder)
    monkeypatch.setenv("BLDR_HOME", str(tmp_path / "home"))
    return folder


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, "-C", str(folder), *words], check=True)


def commit(folder: Path, what: str) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", what)


def test_a_folder_of_this_repository_travels_with_the_shared_package(clone: Path) -> None:
    bot = Repository(None, "bot", "main")
    packed = bot.pack(bot.branch().revision)
    assert names_in(packed) == ["worker.py", "continuum/__init__.py"]
    assert bot.pack(bot.branch().revision) == packed
    assert "new.py" in names_in(bot.pack(bot.branch("feature").revision))


def test_uncommitted_work_never_travels(clone: Path) -> None:
    (clone / "bot" / "secret.py").write_text("x = 1\n")
    git(clone, "add", "-A")
    bot = Repository(None, "bot", "main")
    assert "secret.py" not in names_in(bot.pack(bot.branch("feature").revision))


def test_any_git_url_is_mirrored_and_kept_up_to_date(clone: Path) -> None:
    other = Repository(f"file://{clone}", "", "main")
    assert [branch.name for branch in other.branches()] == ["feature", "main"]
    (clone / "lax" / "app.py").write_text("# newer\n")
    commit(clone, "third")
    again = Repository(f"file://{clone}", "lax", "main")
    assert again.branch("feature").subject == "third"
    assert names_in(again.pack(again.branch("feature").revision)) == ["app.py"]


def test_a_branch_that_is_not_there_is_named_with_those_that_are(clone: Path) -> None:
    with pytest.raises(UsageError, match="this repository has no branch 'nope'; it has feature, main"):
        Repository(None, "bot", "main").branch("nope")


def test_a_folder_that_was_never_committed_is_named(clone: Path) -> None:
    repository = Repository(None, "website", "main")
    with pytest.raises(UsageError, match="has no folder website/"):
        repository.pack(repository.branch().revision)


def test_a_clone_without_the_default_branch_uses_what_it_is_on(clone: Path) -> None:
    assert Repository(None, "bot", "master").branch().name == "feature"
    git(clone, "checkout", "-q", "--detach")
    detached = Repository(None, "bot", "master").branch()
    assert (detached.name, detached.subject) == ("HEAD", "second")


def test_no_program_is_run_by_a_url(clone: Path, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="not allowed"):
        Repository(f"ext::touch {tmp_path}/ran", "", "main").branches()
    assert not (tmp_path / "ran").exists()
