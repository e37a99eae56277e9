"""Pictures in the sizes that there are of them.

Of each figure the bot makes JPEGs of these widths, but none wider than the original (contract of the publishing
workflow). Which there are follows from the width of the full-size JPEG, read from its first bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import imagesize
import requests

from website.body import ASSET

WIDTHS = (300, 480, 511, 542, 600, 742, 972, 1022, 1084, 1484)
# Enough for a JPEG's header with a colour profile and a thumbnail in front of it.
_HEAD = 128 * 1024
_PICTURE = re.compile(rf'src="{ASSET}([\w.-]+)\.jpg"')
# As wide as style.css makes a figure.
_SHOWN = "(min-width: 52rem) 46rem, 100vw"

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
        widths = [step for step in WIDTHS if step < width]
        offered = [f"{ASSET}{name}-{step}w.jpg {step}w" for step in widths] + [f"{ASSET}{name}.jpg {width}w"]
        return f'{match[0]} srcset="{", ".join(offered)}" sizes="{_SHOWN}" width="{width}" height="{height}"'

    return _PICTURE.sub(picture, html)


def measure(names: Iterable[str], base: str, timeout: float = 10) -> dict[str, Size]:
    """The sizes of full-size JPEGs below the address `base`; those that can't be had are left out."""
    with requests.Session() as session, ThreadPoolExecutor(4) as pool:
        return dict(found for found in pool.map(_measurer(session, base, timeout), names) if found)


def _measurer(session: requests.Session, base: str, timeout: float) -> Callable[[str], tuple[str, Size] | None]:
    def one(name: str) -> tuple[str, Size] | None:
        try:
            answer = session.get(
                f"{base}{name}.jpg", headers={"Range": f"bytes=0-{_HEAD - 1}"}, timeout=timeout, stream=True
            )
            with answer:
                if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
                    return None
                head = next(answer.iter_content(_HEAD), b"")
        except requests.RequestException:
            return None
        width, height = imagesize.get(io.BytesIO(head))
        return (name, (int(width), int(height))) if width > 0 and height > 0 else None

    return one
