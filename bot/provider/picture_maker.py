"""Makes the sizes of a picture; a program of its own, that `converter` runs, so that a picture can harm only this one.

The picture is on stdin, a file. `argv[1]` is a JSON list of [suffix, width or null]. Answers on stdout: for each size a
line of JSON with `suffix` and `bytes`, and then so many bytes; or a line of JSON with `error`, for an editor.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any

_MEMORY_BYTES = 2 * 1024**3
_CPU_SECONDS = 240
_MEGAPIXELS = 100
_LONGEST_JPEG = 65500  # pixels; a limit of the format's library
_INCH = 25.4  # mm
_DPI = 96
# All sizes come from a picture of twice the largest: fine enough to look the same, small enough for memory.
_AMPLE = 2 * 1484
_QUALITY = 87
_ANY = 10_000_000
_PICTURE = "/proc/self/fd/0"
_LOADERS = ("VipsForeignLoadTiff", "VipsForeignLoadJpeg", "VipsForeignLoadPng")


class Unusable(Exception):
    """Why nothing can be made of the picture."""


def main() -> None:
    _bound()
    import pyvips  # type: ignore[import-untyped]

    try:
        _make(json.loads(sys.argv[1]), pyvips)
    except Unusable as error:
        _answer({"error": str(error)})
    except pyvips.Error as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        _answer({"error": f"can't be read as a picture; it is damaged, cut off or something else ({lines[-1]})"})


def _bound() -> None:
    """What a picture may cost, whatever is in it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # One thread: the computer's other cores have pictures of their own.
    os.environ |= {"VIPS_CONCURRENCY": "1", "VIPS_WARNING": "1"}


def _make(sizes: list[tuple[str, int | None]], vips: Any) -> None:
    vips.cache_set_max(0)
    vips.operation_block_set("VipsForeignLoad", True)
    for loader in _LOADERS:
        vips.operation_block_set(loader, False)
    picture = vips.Image.new_from_file(_PICTURE, access="sequential", fail_on="truncated")
    _check(picture.width, picture.height)
    ample = _at_most(_AMPLE, vips).copy_memory()
    for suffix, width in sizes:
        if width is None:
            made = ample if ample.width < _AMPLE else _at_most(_ANY, vips)
        else:
            made = ample.thumbnail_image(width, height=_ANY, size="down") if width < ample.width else ample
        _answer({"suffix": suffix}, _written(made, suffix))


def _check(width: int, height: int) -> None:
    """By what the file says of itself, before anything is unpacked."""
    if width * height > _MEGAPIXELS * 1_000_000:
        raise Unusable(f"has {width} × {height} pixels; at most {_MEGAPIXELS} million are taken, make it smaller")
    if max(width, height) > _LONGEST_JPEG:
        raise Unusable(f"has {width} × {height} pixels; a JPEG has at most {_LONGEST_JPEG} on a side, make it smaller")


def _at_most(width: int, vips: Any) -> Any:
    """The picture upright, at most so wide, in the colours of the web (sRGB), on white where it is transparent."""
    # Its first page. CMYK without a profile is taken for the usual printer's.
    try:
        made = vips.Image.thumbnail(
            _PICTURE, width, height=_ANY, size="down", fail_on="truncated", export_profile="srgb", intent="relative"
        )
    except vips.Error:
        made = vips.Image.thumbnail(_PICTURE, width, height=_ANY, size="down", fail_on="truncated", no_rotate=False)
    made = made.colourspace("srgb").cast("uchar")
    if made.hasalpha():
        made = made.flatten(background=255)
    return made.extract_band(0, n=3)


def _written(picture: Any, suffix: str) -> bytes:
    # 11.8 dots a mm and the like become 96 to an inch: what a browser takes as the size of a picture.
    picture = picture.copy(xres=_DPI / _INCH, yres=_DPI / _INCH)
    if suffix.endswith(".gif"):
        return bytes(picture.gifsave_buffer(keep="none"))
    # Lines and letters in colour stay sharp: no subsampling of colours.
    return bytes(picture.jpegsave_buffer(Q=_QUALITY, keep="none", optimize_coding=True, subsample_mode="off"))


def _answer(told: dict[str, str], content: bytes = b"") -> None:
    head = json.dumps({**told, "bytes": len(content)})
    sys.stdout.buffer.write(head.encode() + b"\n" + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
