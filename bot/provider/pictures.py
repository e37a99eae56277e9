"""Which of an article's files are pictures that the website shows, and what is made of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from continuum.articles import ArticleFile
from continuum.figures import SCALED, WIDTHS

THUMBNAIL = 80
# Figures come as .tif; the others are taken as well. Of one picture in two formats the first of these is used.
_FORMATS = ("tif", "tiff", "png", "jpg", "jpeg")
# Shown in their own size only: pictures that stand in a line of text, and tables. Data, supplements and the like are
# only downloaded, whatever they are.
_OWN_SIZE = {"inf", "table"}


def pictures(names: Iterable[str]) -> list[str]:
    """The pictures among an article's files, each once, in order."""
    found = [name for name in set(names) if _asset(name) in SCALED | _OWN_SIZE and _format(name) in _FORMATS]
    best: dict[str, str] = {}
    for name in sorted(found, key=lambda name: (_FORMATS.index(_format(name)), name)):
        best.setdefault(stem(name), name)
    return sorted(best.values())


@dataclass(frozen=True)
class Size:
    """A size of a picture: `-300w.jpg` behind its name, and at most 300 pixels wide; None is as wide as it is."""

    suffix: str
    width: int | None


def sizes(name: str) -> list[Size]:
    """What is made of a picture. All sizes are always there, but none is larger than the picture itself."""
    # A .jpg has its own size already, as the file that was sent.
    own = [] if name.endswith(".jpg") else [Size(".jpg", None)]
    if _asset(name) in _OWN_SIZE:
        return own
    return [*own, *(Size(f"-{width}w.jpg", width) for width in WIDTHS), Size(f"-{THUMBNAIL}w.gif", THUMBNAIL)]


def stem(name: str) -> str:
    """A file's name without its extension."""
    return PurePosixPath(name).stem


def _format(name: str) -> str:
    return ArticleFile.parse(name).extension.lower()


def _asset(name: str) -> str:
    """The last asset of a name, without its number: 'elife-00353-fig1-figsupp2-v1.tif' -> 'figsupp'."""
    assets = ArticleFile.parse(name).assets
    return assets[-1].rstrip("0123456789") if assets else ""
