"""Parts of an article as HTML, by the templates beside this file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader

from website.body import ASSET
from website.body.parts import Block, Part

# What browsers play by themselves; other films are there to download.
_PLAYED = (".mp4", ".m4v", ".webm", ".ogv", ".mov")
_PICTURES = (".tif", ".tiff", ".jpg", ".jpeg", ".png", ".gif", ".eps")


def stem(uri: str) -> str:
    """A figure's file name without its extension: the names of what is made of it begin so."""
    path = PurePosixPath(uri)
    return path.name.removesuffix(path.suffix) if path.suffix.lower() in _PICTURES else path.name


def original(uri: str, extension: str = "") -> str:
    """Where the file that the authors gave can be downloaded."""
    path = PurePosixPath(uri)
    suffix = path.suffix if not extension or path.suffix.lower() in _PICTURES else extension
    name = path.name.removesuffix(path.suffix) if suffix == path.suffix else path.name
    return f"{ASSET}{name}-download{suffix}"


def is_played(uri: str) -> bool:
    """Whether browsers play this film."""
    return uri.lower().endswith(_PLAYED)


def doi_url(doi: str) -> str:
    """A DOI as a link."""
    return f"https://doi.org/{doi}" if doi.startswith("10.") else doi


def ends_in_stop(text: str) -> bool:
    """Whether a title brings its own full stop."""
    return re.sub(r"<[^>]*>", "", text).rstrip().endswith((".", "?", "!"))


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "blocks"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(
    ASSET=ASSET, stem=stem, original=original, is_played=is_played, doi_url=doi_url, ends_in_stop=ends_in_stop
)


def sections(parts: Iterable[Part]) -> str:
    """The parts as HTML sections; not yet sanitised."""
    return _environment.get_template("parts.html").render(parts=list(parts))


def references(works: list[Block]) -> str:
    """The list of references as an HTML section; not yet sanitised."""
    return _environment.get_template("references.html").render(works=[_Work(work) for work in works])


class _Work:
    """A cited work, in the words of a reference list."""

    def __init__(self, work: Block) -> None:
        self.id: str = work.get("id") or ""
        self.authors = [_name(author) for author in work.get("authors") or work.get("editors") or []]
        if work.get("authorsEtAl"):
            self.authors.append("et al.")
        self.year = _text(work.get("date"))
        titles = (work.get(key) for key in ("articleTitle", "chapterTitle", "title", "bookTitle"))
        self.title: str = next((_text(title) for title in titles if title), "")
        book = _text(work.get("bookTitle"))
        self.source = _text(work.get("journal")) or (book if book != self.title else "") or _text(work.get("source"))
        self.volume = _text(work.get("volume"))
        self.pages = _text(work.get("pages"))
        self.publisher = _text(work.get("publisher") or work.get("conference"))
        self.details = _text(work.get("details"))
        self.doi = _text(work.get("doi"))
        self.pmid = _text(work.get("pmid"))
        self.uri = _text(work.get("uri"))


def _name(author: Block) -> str:
    name = author.get("name")
    return _text(name.get("preferred") if isinstance(name, dict) else name)


def _text(value: Any) -> str:
    """What elifetools gives now as text, now as an object or a list."""
    if isinstance(value, dict):
        value = value.get("range") or value.get("name") or value.get("value") or ""
    if isinstance(value, list):
        value = ", ".join(_text(part) for part in value)
    return "" if value is None else str(value)
