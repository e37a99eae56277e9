"""simpleflow's own examples, fetched from its last source distribution that holds them; none of them is kept here."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

RELEASE = "simpleflow-0.33.0"
HASH = "sha256:62544b030fb7fe4f6b1389805312b033d9ffc48db6849d4e0f5d076bb0102f18"


class Unavailable(Exception):
    """The source distribution can't be had here; the message is pip's."""


def fetch(cache: Path) -> Path:
    """A folder with the package `examples` and nothing else in it; kept in `cache`. Raises Unavailable."""
    folder = cache / "importable"
    if not folder.exists():
        _unpack(_download(cache), folder)
    return folder


def _download(cache: Path) -> Path:
    archive = cache / f"{RELEASE}.tar.gz"
    if not archive.exists():
        wanted = cache / "requirements.txt"
        wanted.write_text(f"{RELEASE.replace('-', '==')} --hash={HASH}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "simpleflow"]
        done = subprocess.run(
            [*pip, "--require-hashes", "--requirement", str(wanted), "--dest", str(cache)],
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode:
            raise Unavailable(done.stderr.strip()[-300:])
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    part = folder.with_suffix(".part")
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            _, _, name = member.name.partition("/")
            content = tar.extractfile(member) if name.startswith("examples/") else None  # None for a folder too
            if content:
                (part / name).parent.mkdir(parents=True, exist_ok=True)
                (part / name).write_bytes(content.read())
    part.rename(folder)
