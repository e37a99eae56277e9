"""Whether a virtualenv holds exactly what a requirements.txt pins; told from its folders, for pip would take seconds.

`python -m continuum_highstate.pins requirements.txt /opt/salt` exits 0 when it does.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^\s;\\]+)", re.MULTILINE)


def wrong(requirements: str, virtualenv: Path) -> dict[str, tuple[str, str]]:
    """What is not as pinned: name -> (version there, or '', version wanted)."""
    there = dict(_installed(virtualenv))
    wanted = {_normal(name): version for name, version in PIN.findall(requirements)}
    return {name: (there.get(name, ""), version) for name, version in wanted.items() if there.get(name) != version}


def _installed(virtualenv: Path) -> list[tuple[str, str]]:
    folders = virtualenv.glob("lib/python3*/site-packages/*.dist-info")
    pairs = (folder.name.removesuffix(".dist-info").rsplit("-", 1) for folder in folders)
    # An .egg-info is what an old-style package (contextvars, of Salt's) leaves: name-version-pyX.Y.egg-info
    eggs = virtualenv.glob("lib/python3*/site-packages/*.egg-info")
    return [(_normal(name), version) for name, version in (*pairs, *(egg.name.split("-")[:2] for egg in eggs))]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(bool(wrong(Path(sys.argv[1]).read_text(), Path(sys.argv[2]))))
