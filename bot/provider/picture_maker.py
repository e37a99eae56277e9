"""Makes the sizes of a picture; a program of its own, that `converter` runs, so that a picture can harm only this one.

The picture is on stdin, a file. `argv[1]` is a JSON list of [suffix, width or null]. Answers on stdout: for each size a
line of JSON with `suffix` and `bytes`, and then so many bytes; or a line of JSON with `error`, for an editor.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from functools import cache
from typing import Any

_MEMORY_BYTES = 1024**3  # of addresses; of memory, some hundred MB less
_CPU_SECONDS = 240
_MEGAPIXELS = 100
_LONGEST_JPEG = 65500  # pixels; a limit of the format's library
# The header of JPEG's file format, which libvips leaves out with the other metadata: version 1.1, 96 dots an inch both
# ways, no thumbnail.
_START = b"\xff\xd8"
_JFIF = struct.pack(">HH5sHBHHBB", 0xFFE0, 16, b"JFIF", 0x0101, 1, 96, 96, 0, 0)
# All sizes come from a picture of twice the largest: fine enough to look the same, small enough for memory.
_AMPLE = 2 * 1484
_QUALITY = 87
_ANY = 10_000_000
_PICTURE = "/proc/self/fd/0"
_LOADERS = ("VipsForeignLoadTiff", "VipsForeignLoadJpeg", "VipsForeignLoadPng")


class Unusable(Exception):
    """Why nothing can be made of the picture."""


def main() -> None:
    # Whoever stops the worker asks all its processes to end; the worker first finishes what it has in hand.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound()
    import pyvips  # type: ignore[import-untyped]

    try:
        _make(json.loads(sys.argv[1]), pyvips)
    except Unusable as error:
        _answer({"error": str(error)})
    except pyvips.Error as error:
        _answer({"error": _in_words(str(error))})


def _bound() -> None:
    """What a picture may cost, whatever is in it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    # SIGXCPU, which says what it is; later SIGKILL, which does not.
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # One thread: the computer's other cores have pictures of their own.
    os.environ |= {"VIPS_CONCURRENCY": "1", "VIPS_WARNING": "1"}


def _make(sizes: list[tuple[str, int | None]], vips: Any) -> None:
    vips.cache_set_max(0)
    vips.operation_block_set("VipsForeignLoad", True)
    for loader in _LOADERS:
        vips.operation_block_set(loader, False)
    picture = vips.Image.new_from_file(_PICTURE, access="sequential", fail_on="error")
    _check(picture.width, picture.height)
    ample = _at_most(_AMPLE, vips).copy_memory()

    @cache  # a small picture is itself in several sizes
    def scaled(width: int, extension: str) -> bytes:
        made = ample.thumbnail_image(width, height=_ANY, size="down") if width < ample.width else ample
        return _written(made, extension)

    for suffix, width in sizes:
        if width is None and ample.width == _AMPLE:
            content = _written(_at_most(_ANY, vips), suffix)
        else:
            content = scaled(min(width or _AMPLE, ample.width), suffix[-4:])
        _answer({"suffix": suffix}, content)


def _in_words(said: str) -> str:
    if "not a known file format" in said:
        return "is no TIFF, JPEG or PNG, or it is cut off; save it again"
    if "nsufficient memory" in said or "out of memory" in said:
        return "takes too much memory to convert; save it smaller, with 8 bits a colour"
    last = said.strip().splitlines()[-1].strip()
    return f"can't be read to its end; it is cut off or damaged, save it again ({last})"


def _check(width: int, height: int) -> None:
    """By what the file says of itself, before anything is unpacked."""
    if width * height > _MEGAPIXELS * 1_000_000:
        raise Unusable(f"has {width} × {height} pixels; at most {_MEGAPIXELS} million are taken, make it smaller")
    if max(width, height) > _LONGEST_JPEG:
        raise Unusable(f"has {width} × {height} pixels; a JPEG has at most {_LONGEST_JPEG} on a side, make it smaller")


def _at_most(width: int, vips: Any) -> Any:
    """The picture upright, at most so wide, in the colours of the web (sRGB), on white where it is transparent."""
    # Its first page. CMYK without a profile is taken for the usual printer's.
    made = vips.Image.thumbnail(
        _PICTURE, width, height=_ANY, size="down", fail_on="error", export_profile="srgb", intent="relative"
    )
    made = made.colourspace("srgb").cast("uchar")
    if made.hasalpha():
        made = made.flatten(background=255)
    return made.extract_band(0, n=3)


def _written(picture: Any, suffix: str) -> bytes:
    if suffix.endswith(".gif"):
        # As good as with the usual 7, and six times as fast.
        return bytes(picture.gifsave_buffer(keep="none", effort=3))
    # Codes made for the picture save some percent, but need all of it in memory. Without subsampling of colours, lines
    # and letters in colour stay sharp.
    small = picture.width <= _AMPLE
    jpeg = picture.jpegsave_buffer(Q=_QUALITY, keep="none", optimize_coding=small, subsample_mode="off")
    return _START + _JFIF + bytes(jpeg).removeprefix(_START)


def _answer(told: dict[str, str], content: bytes = b"") -> None:
    head = json.dumps({**told, "bytes": len(content)})
    sys.stdout.buffer.write(head.encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
