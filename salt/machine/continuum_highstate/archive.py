"""Archives of plain files, as the builder packs them: read whole, and refused where a name would leave its folder."""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


class ArchiveError(Exception):
    """The archive holds what no archive of the builder does; the message names the member."""


@dataclass(frozen=True)
class File:
    content: bytes
    executable: bool

    @property
    def mode(self) -> int:
        return 0o755 if self.executable else 0o644


def files(archive: bytes) -> dict[str, File]:
    """The files of a .tar.gz by their relative names. Folders are implied; links and devices are refused.

    Raises ArchiveError. (Debian 12's tarfile has no extraction filters yet.)
    """
    found: dict[str, File] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as members:
            for member in members:
                name = PurePosixPath(member.name)
                if name.is_absolute() or ".." in name.parts:
                    raise ArchiveError(f"{member.name!r} would be outside of its folder")
                if member.isdir():
                    continue
                content = members.extractfile(member) if member.isreg() else None
                if content is None:
                    raise ArchiveError(f"{member.name!r} is neither a file nor a folder")
                found[str(name)] = File(content.read(), bool(member.mode & 0o100))
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ArchiveError(f"no readable .tar.gz: {error}") from error
    return found


def write(content: dict[str, File], folder: Path) -> None:
    """Write the files under a folder; an existing file is replaced at one moment, never seen half-written."""
    for name, file in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(file.content)
        part.chmod(file.mode)
        part.replace(path)
