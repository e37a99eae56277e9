"""The Salt tree of this machine: fetched by its hash from the builder's bucket, unpacked, the last good one kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import archive
from .machine import ConvergeError

TREES = Path("/srv/continuum")


@dataclass(frozen=True)
class Tree:
    sha256: str
    path: Path

    @property
    def states(self) -> Path:
        return self.path / "salt"

    @property
    def pillar(self) -> Path:
        return self.path / "pillar"

    @property
    def bootstrap(self) -> Path:
        return self.path / "machine" / "bootstrap"


def newest(s3: Any, bucket: str, trees: Path = TREES) -> Tree:
    """The tree that `salt/current` names, fetched and unpacked where it is not there yet.

    Raises ConvergeError where the archive is not what its name says, and botocore's errors where S3 does not answer.
    """
    current = json.loads(s3.get_object(Bucket=bucket, Key="salt/current")["Body"].read())
    sha256 = str(current["tree"])
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ConvergeError(f"s3://{bucket}/salt/current names {sha256!r}, no SHA-256: put the tree there again")
    tree = Tree(sha256, trees / sha256)
    if not tree.path.is_dir():
        where = f"salt/{sha256}.tar.gz"
        content = s3.get_object(Bucket=bucket, Key=where)["Body"].read()
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise ConvergeError(f"s3://{bucket}/{where} is not what its name says ({found}): put the tree there again")
        _unpack(content, tree.path)
    return tree


def _unpack(content: bytes, folder: Path) -> None:
    """Unpack beside `folder`, then rename: the folder is there whole or not at all."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o750)
    try:
        archive.write(archive.files(content), part)
    except archive.ArchiveError as error:
        raise ConvergeError(f"Salt tree {folder.name}: {error}") from error
    part.rename(folder)


def last_good(trees: Path = TREES) -> Tree | None:
    """The tree that this machine ran last; None before the first."""
    current = trees / "current"
    return Tree(current.resolve().name, current.resolve()) if current.is_dir() else None


def make_current(tree: Tree, trees: Path = TREES) -> None:
    """Point `current` at this tree, and remove all others but the one before it."""
    before = last_good(trees)
    if before == tree:
        return
    part = trees / "current.part"
    part.unlink(missing_ok=True)
    part.symlink_to(tree.path.name)
    part.rename(trees / "current")
    for old in trees.iterdir():
        if old.is_dir() and not old.is_symlink() and old not in (tree.path, before and before.path):
            shutil.rmtree(old)
