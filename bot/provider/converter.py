"""Pictures made into the sizes that the website shows, by a program of its own: picture_maker.py.

A picture comes from outside, and what reads pictures is written in C. A file that breaks it, or takes all memory, ends
that program and not the worker, and is told like any other failure.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.provider.pictures import Size

_ENDED_BY_OTHERS = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
_PROGRAM = Path(__file__).with_name("picture_maker.py")


def made(picture: IO[bytes], name: str, sizes: Iterable[Size]) -> Iterator[tuple[Size, bytes]]:
    """Each size of the picture in that file, one after another.

    Raises PermanentFailure, naming the picture, where nothing can be made of it.
    """
    wanted = {size.suffix: size for size in sizes}
    picture.flush()
    picture.seek(0)
    with tempfile.TemporaryFile() as said, _running(picture, wanted.values(), said) as program:
        assert program.stdout
        while wanted and (told := _told(program.stdout)):
            answer, content = told
            if "error" in answer:
                raise PermanentFailure(f"{name} {answer['error']}")
            yield wanted.pop(answer["suffix"]), content
        if program.wait() or wanted:
            said.seek(0)
            raise _broke(name, program.returncode, said.read()[-300:].decode(errors="replace"))


def _told(program: IO[bytes]) -> tuple[dict[str, str], bytes] | None:
    """The next answer; None where it ends, be it in the middle of one."""
    line = program.readline()
    if not line.endswith(b"\n"):
        return None
    answer = json.loads(line)
    content = program.read(answer["bytes"])
    return (answer, content) if len(content) == answer["bytes"] else None


@contextmanager
def _running(picture: IO[bytes], sizes: Iterable[Size], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    wanted = json.dumps([[size.suffix, size.width] for size in sizes])
    # -I: the folder of this file has an http.py, which Python's own would be taken for.
    command = [sys.executable, "-I", str(_PROGRAM), wanted]
    with subprocess.Popen(command, stdin=picture, stdout=subprocess.PIPE, stderr=errors) as program:
        try:
            yield program
        finally:
            program.kill()


def _broke(name: str, code: int, said: str) -> Exception:
    if -code in _ENDED_BY_OTHERS:
        return TemporaryFailure(f"The conversion of {name} was ended; the machine has too little memory, perhaps")
    if code == -signal.SIGXCPU:
        return PermanentFailure(f"{name} takes too long to convert; save it anew, or smaller")
    why = f"signal {-code}" if code < 0 else f"exit {code}"
    return PermanentFailure(
        f"The converter broke over {name} ({why}); save the picture anew. It said: {said.strip()!r}"
    )
