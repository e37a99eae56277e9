"""Cached images that nobody needs any more: of an older recipe, and no cloud on this host has to do with them."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from localcloud.home import Home
from localcloud.machines.image import Image
from localcloud.machines.network import CLAIMS

log = logging.getLogger(__name__)
UNUSED = 14 * 86400.0  # seconds since a cloud last started with it: other checkouts may take turns with this one


def used(image: Image, databases: Path) -> None:
    """Note that a cloud starts machines from that image, and databases from that folder's."""
    for folder in (*(layer.parent for layer in image.layers), databases):
        if folder.is_dir():
            os.utime(folder)


def prune(cache: Path, now: float, homes: Iterable[Path] | None = None) -> None:
    """Remove images unused for two weeks, but none that a machine stands on or that a stack may start one from."""
    old = [folder for folder in (cache / "images").glob("*-*") if now - folder.stat().st_mtime > UNUSED]
    if not old:
        return
    wanted = b"".join(_words(home) for home in (_homes() if homes is None else homes))
    for folder in old:
        if folder.name.encode() not in wanted and Image((folder / "rootfs",)).ami.encode() not in wanted:
            _remove(folder)


def _homes() -> list[Path]:
    """Every cloud's folder on this host."""
    return [claim.readlink() for claim in CLAIMS.glob("*") if claim.is_symlink()]


def _words(home: Path) -> bytes:
    """All in which a cloud names the images it needs: what its machines stand on, and its stacks."""
    cloud = Home(home)
    files = [*cloud.machines.glob("*/layers.json"), *cloud.services.glob("cloudformation.sqlite*")]
    return b"".join(file.read_bytes() for file in files if file.is_file())


def _remove(folder: Path) -> None:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # somebody builds it right now
        log.info("image %s is not needed any more", folder.name)
        shutil.rmtree(folder, ignore_errors=True)
