"""An application's code on the machine: one revision of it in one folder, kept as it is in that revision."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import archive

MANIFEST = ".code.json"  # in the code's folder: {"revision", "files": {name: SHA-256}}
ARCHIVES = Path("/var/lib/continuum/code")
Changes = dict[str, dict[str, str]]


class CodeError(Exception):
    """The code can't be had or is not what it should be; the message says what, where and what to do."""


@dataclass(frozen=True)
class Release:
    """One revision of a project's code; `excluded` are files of it that are not to be written."""

    project: str
    revision: str
    excluded: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """Where it is in the builder's bucket."""
        return f"code/{self.project}/{self.revision}.tar.gz"


def ensure(
    folder: Path, release: Release, fetch: Callable[[], bytes], test: bool = False, archives: Path = ARCHIVES
) -> Changes:
    """Make the folder hold the release; what had to change ({} where nothing), or would have to with `test`.

    Raises CodeError where the archive can't be had or read.
    """
    before, known = _manifest(folder)
    same = before == release.revision and not known.keys() & release.excluded
    drifted = sorted(name for name, sha256 in known.items() if digest(folder / name) != sha256)
    if same and not drifted:
        return {}
    files = _files(release, fetch, archives)
    if same:
        changes = {name: _drift(folder / name, release) for name in drifted}
        wanted = {name: files[name] for name in drifted if name in files}
        gone: list[str] = []
    else:
        wanted = {name: file for name, file in files.items() if digest(folder / name) != _sha256(file.content)}
        gone = sorted(known.keys() - files.keys() - release.excluded)
        changes = {"revision": {"old": before, "new": release.revision}}
        changes["files"] = {"old": "", "new": f"{len(wanted)} written, {len(gone)} removed"}
    if not test:
        _replace(folder, release, files, wanted, gone)
    return changes


def _replace(
    folder: Path, release: Release, files: Mapping[str, archive.File], wanted: dict[str, archive.File], gone: list[str]
) -> None:
    archive.write(wanted, folder)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
        for parent in list(Path(name).parents)[:-1]:
            if (folder / parent).is_dir() and not any((folder / parent).iterdir()):
                (folder / parent).rmdir()
    manifest = {"revision": release.revision, "files": {name: _sha256(file.content) for name, file in files.items()}}
    archive.write({MANIFEST: archive.File(json.dumps(manifest).encode(), False)}, folder)


def _files(release: Release, fetch: Callable[[], bytes], archives: Path) -> dict[str, archive.File]:
    """The release's files, from the archive kept at the last time or fetched now (and kept, in place of older ones)."""
    kept = archives / f"{release.project}-{release.revision}.tar.gz"
    try:
        content = kept.read_bytes() if kept.exists() else fetch()
        files = archive.files(content)
    except archive.ArchiveError as error:
        kept.unlink(missing_ok=True)
        raise CodeError(f"{release.key}: {error}") from error
    if not kept.exists():
        archives.mkdir(parents=True, exist_ok=True)
        for old in archives.glob(f"{release.project}-*.tar.gz"):
            old.unlink()
        part = kept.with_suffix(".part")
        part.write_bytes(content)
        part.replace(kept)
    return {name: file for name, file in files.items() if name not in release.excluded}


def _drift(file: Path, release: Release) -> dict[str, str]:
    return {"old": "edited" if file.exists() else "missing", "new": f"as in {release.revision[:10]}"}


def _manifest(folder: Path) -> tuple[str, dict[str, str]]:
    try:
        kept = json.loads((folder / MANIFEST).read_text())
        return str(kept["revision"]), dict(kept["files"])
    except (FileNotFoundError, ValueError, KeyError):
        return "", {}


def digest(file: Path) -> str | None:
    """SHA-256 of a file's content; None where there is no such file."""
    return _sha256(file.read_bytes()) if file.is_file() else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
