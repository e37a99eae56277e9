"""Which cached images are removed, and which never."""

from __future__ import annotations

import os
import time
from pathlib import Path

from localcloud.machines.image import Image
from localcloud.machines.pruning import UNUSED, prune, used

NAMES = ("debian-12-current", "debian-12-machine", "debian-12-stack", "debian-12-nobody", "postgresql-15-nobody")


def test_only_what_nobody_has_to_do_with_is_removed(tmp_path: Path) -> None:
    cache, home = tmp_path / "cache", tmp_path / "home"
    images = {name: cache / "images" / name for name in NAMES}
    for folder in images.values():
        (folder / "rootfs/etc").mkdir(parents=True)
        os.utime(folder, (0, 0))
    for folder in (home / "machines/i-1", home / "services"):
        folder.mkdir(parents=True)
    (home / "machines/i-1/layers.json").write_text(f'["{images["debian-12-machine"]}/rootfs"]')
    ami = Image((images["debian-12-stack"] / "rootfs",)).ami
    (home / "services/cloudformation.sqlite-wal").write_bytes(b"\0\1" + ami.encode() + b"\2")
    used(Image((images["debian-12-current"] / "rootfs",)), cache / "images/postgresql-15-none")
    prune(cache, time.time(), [home, tmp_path / "gone"])
    assert {folder.name for folder in (cache / "images").iterdir()} == {
        "debian-12-current", "debian-12-machine", "debian-12-stack",
    }  # fmt: skip
    prune(cache, time.time() + UNUSED + 60, [])
    assert list((cache / "images").iterdir()) == []
