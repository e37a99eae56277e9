"""Room on the worker's disk for a file too large for memory."""

from __future__ import annotations

import errno
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from bot.activity.task import TemporaryFailure

# Not /tmp, which is in memory on some machines.
_FOLDER = "/var/tmp"
_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def scratch() -> Iterator[IO[bytes]]:
    """A file for as long as the block lasts. It has no name: however the process ends, nothing of it is left.

    It lies in $TMPDIR, else in /var/tmp. Raises TemporaryFailure where the disk is full.
    """
    try:
        with tempfile.TemporaryFile(dir=os.environ.get("TMPDIR", _FOLDER), prefix="elife-bot-") as file:
            yield file
    except OSError as error:
        if error.errno in _FULL:
            raise TemporaryFailure(f"The disk of the worker {socket.gethostname()} is full") from error
        raise
