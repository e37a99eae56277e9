"""The user's own folder of this cloud: `$BLDR_HOME`, else `~/.continuum`. Keys, pinned host keys, answers, mirrors."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from builder.errors import UsageError


def home() -> Path:
    """The folder, made readable by its owner only when it is not there yet. UsageError where it can't be."""
    path = Path(os.environ.get("BLDR_HOME") or "~/.continuum").expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path} can't be used: {error.strerror}", "Set BLDR_HOME to a folder of yours.") from None
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read (0600), whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
