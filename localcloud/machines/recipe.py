"""What the base image depends on: this host's package archives, certificates and pip settings, and our own files.

To ask apt and pip takes a second. So the answer is kept with a stamp of all files that it comes from.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from localcloud import host
from localcloud.home import CloudError, write_private

FILES = Path(__file__).parent / "files"
IMAGE = Path(__file__).parent / "image.py"
REQUIREMENTS = Path(__file__).parents[2] / "salt" / "machine" / "requirements.txt"
CA_FOLDER = Path("/usr/local/share/ca-certificates")
SUITE = "bookworm"


@dataclass(frozen=True)
class Recipe:
    """All that the base image depends on."""

    sources: str  # apt's lines, as this host has them for Debian
    options: str  # apt's settings of this host for reaching them
    pip: str  # pip.conf
    authorities: tuple[Path, ...]  # certificate authorities that this host trusts besides Debian's

    @classmethod
    def of_this_host(cls) -> Recipe:
        return cls(_debian_sources(), _apt_options(), _pip_settings(), tuple(sorted(CA_FOLDER.glob("*.crt"))))

    @property
    def digest(self) -> str:
        parts = [
            self.sources,
            self.options,
            self.pip,
            platform.machine(),
            IMAGE.read_text(),
            Path(__file__).read_text(),
        ]
        for file in (REQUIREMENTS, *sorted(FILES.iterdir()), *self.authorities):
            parts += [file.name, file.read_text()]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _debian_sources() -> str:
    template = "$(ORIGIN)|$(TRUSTED)|deb $(REPO_URI) $(RELEASE) $(COMPONENT)"
    lines = host.run("apt-get", "indextargets", "--format", template, "Created-By: Packages").splitlines()
    wanted = {line.split("|", 2)[2] for line in lines if line.startswith("Debian|") and f" {SUITE}" in line}
    if not wanted:
        raise CloudError(
            f"apt on this computer knows no Debian 12 ({SUITE}) archive: the local cloud needs Debian 12. "
            "Run apt-get update; see /etc/apt/sources.list"
        )
    return "\n".join(sorted(wanted, key=lambda line: (not line.endswith(f" {SUITE} main"), line))) + "\n"


def _apt_options() -> str:
    prefixes = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Retries")
    lines = host.run("apt-config", "dump").splitlines()
    return "".join(f"{line}\n" for line in lines if line.startswith(prefixes) and not line.endswith('"";'))


def _pip_settings() -> str:
    """pip.conf for the machines: this host's index, where it names one that a machine can reach."""
    lines = ["[global]", "cert = /etc/ssl/certs/ca-certificates.crt", "disable-pip-version-check = true"]
    done = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    kept = dict(line.split("=", 1) for line in done.stdout.splitlines() if line.startswith("global."))
    for key in ("index-url", "extra-index-url", "proxy", "trusted-host"):
        words = [word for word in kept.get(f"global.{key}", "").strip("'").split() if not word.startswith("file:")]
        if words:
            lines.append(f"{key} = {' '.join(words)}")
    return "\n".join(lines) + "\n"


def stamp_of_this_host() -> str:
    """Changes whenever a recipe may have changed: names, sizes and times of all that it is read from."""
    lines = [platform.machine(), sys.executable]
    lines += sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(("PIP_", "APT_")))
    for file in sorted(_sources()):
        seen = file.stat()
        lines.append(f"{file} {seen.st_size} {seen.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def known(cache: Path, stamp: str) -> Path | None:
    """The image's layer, where `note` was last told of the same stamp and the layer is still there."""
    try:
        noted = json.loads(_note(cache).read_text())
    except (FileNotFoundError, ValueError):
        return None
    layer = Path(noted["layer"])
    return layer if noted["stamp"] == stamp and layer.is_dir() else None


def note(cache: Path, stamp: str, layer: Path) -> None:
    write_private(_note(cache), json.dumps({"stamp": stamp, "layer": str(layer)}))


def _note(cache: Path) -> Path:
    return cache / "images" / "recipe.json"


def _sources() -> Iterator[Path]:
    yield from (IMAGE, Path(__file__), REQUIREMENTS)
    for folder in (FILES, CA_FOLDER, Path("/etc/apt")):
        yield from (file for file in folder.rglob("*") if file.is_file())
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    pip = (
        os.environ.get("PIP_CONFIG_FILE", ""),
        "/etc/pip.conf",
        "/etc/xdg/pip/pip.conf",
        Path.home() / ".pip/pip.conf",
    )
    for file in (*pip, config / "pip/pip.conf", Path(sys.prefix) / "pip.conf"):
        if Path(file).is_file():
            yield Path(file)
