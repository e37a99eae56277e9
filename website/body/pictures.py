"""Pictures in the sizes that there are of them.

Of each figure the bot makes JPEGs of several widths (`continuum.figures`), none wider than the original. Which of them
are worth offering follows from the width of the full-size JPEG, read from its first bytes. A picture whose size could
not be had is shown in full size: never broken, never from an address where nothing may be.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import imagesize
import urllib3
from urllib3.exceptions import HTTPError

from continuum.figures import WIDTHS, is_scaled
from website.body import ASSET

# Enough for a JPEG's header with a colour profile and a thumbnail in front of it.
_HEAD = 128 * 1024
_PICTURE = re.compile(rf'src="{ASSET}([\w.-]+)\.jpg"')
# As wide as style.css makes a figure.
_SHOWN = "(min-width: 52rem) 45rem, calc(100vw - 3rem)"

_pool = urllib3.PoolManager(maxsize=4, retries=False)

Size = tuple[int, int]  # width and height in pixels


def names(html: str) -> list[str]:
    """The pictures in an article's HTML: file names without `.jpg`."""
    return sorted(set(_PICTURE.findall(html)))


def sized(html: str, sizes: Mapping[str, Size]) -> str:
    """The same HTML, pictures of known size with their place reserved and offered in every width there is."""

    def picture(match: re.Match[str]) -> str:
        name = match[1]
        if name not in sizes:
            return match[0]
        width, height = sizes[name]
        place = f'{match[0]} width="{width}" height="{height}"'
        widths = [step for step in WIDTHS if step < width] if is_scaled(f"{name}.jpg") else []
        if not widths:
            return place
        offered = [f"{ASSET}{name}-{step}w.jpg {step}w" for step in widths] + [f"{ASSET}{name}.jpg {width}w"]
        return f'{place} srcset="{", ".join(offered)}" sizes="{_SHOWN}"'

    return _PICTURE.sub(picture, html)


def measure(names: Iterable[str], base: str, seconds: float = 20) -> dict[str, Size]:
    """The sizes of full-size JPEGs below the address `base`; those that can't be had within `seconds` are left out."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(4) as pool:
        sizes = pool.map(lambda name: (name, _size(f"{base}{name}.jpg", until)), names)
        return {name: size for name, size in sizes if size}


def _size(address: str, until: float) -> Size | None:
    left = until - time.monotonic()
    if left <= 0:
        return None
    headers = {"Range": f"bytes=0-{_HEAD - 1}"}
    try:
        with _pool.request(
            "GET", address, headers=headers, timeout=left, redirect=False, preload_content=False
        ) as answer:
            if answer.status not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                return None
            head = answer.read(_HEAD)
    except (HTTPError, OSError, ValueError):
        return None
    width, height = imagesize.get(io.BytesIO(head))
    return (int(width), int(height)) if width > 0 and height > 0 else None
