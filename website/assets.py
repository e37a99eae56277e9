"""Where articles' files are (the CDN), and the article's XML, fetched from there."""

from __future__ import annotations

import time
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

SETTING = "elife_article_assets_source"
_CONNECT_SECONDS = 5.0
_LARGEST_XML = 32 * 1024**2
_PIECE = 64 * 1024

_pool = urllib3.PoolManager(maxsize=2, retries=False)


class NotThere(Exception):
    """An article's XML that can't be had now. Its text says which and why, in words for editors."""


def problem(path: str) -> str | None:
    """What is wrong with a CDN path that somebody typed; None where it can be used."""
    try:
        parts = urlsplit(path)
        port_is_fine = parts.port != 0
    except ValueError as error:
        return f"This is no address: {error}."
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        return "This must be an address that begins with http:// or https://."
    if parts.username is not None or parts.password is not None:
        return "User names and passwords don't belong into this address: readers see it."
    if parts.query or parts.fragment or "?" in path or "#" in path:
        return "File names are put behind this address: it can't have a ? or a # in it."
    if not path.isascii() or not path.isprintable() or any(sign in path for sign in " \"'<>\\`{}|^;,"):
        return "There is a character in this address that can't be: write it as %XX."
    return None


def normal(path: str) -> str:
    """A CDN path as file names are put behind it: with a slash at its end; '' for none."""
    return path.strip().rstrip("/") + "/" if path.strip() else ""


def folder(cdn: str, article_id: str) -> str:
    """The address below which an article's files are; '' where there is no CDN."""
    return f"{cdn}{quote(article_id, safe='')}/" if cdn else ""


def xml_address(cdn: str, article_id: str, version: int) -> str:
    """Where an article's XML is; '' where there is no CDN, or where such an article can have no file there."""
    # A dot would lead to another folder; quote leaves it as it is.
    if not cdn or not article_id.replace("-", "").isalnum() or not article_id.isascii():
        return ""
    return f"{folder(cdn, article_id)}elife-{article_id}-v{version}.xml"


def fetch(address: str, seconds: float) -> bytes:
    """The XML at an address, within so many seconds and 32 MB. Raises NotThere; never follows a redirection."""
    if not address:
        raise NotThere("no CDN path is set")
    until = time.monotonic() + seconds
    timeout = urllib3.Timeout(connect=min(_CONNECT_SECONDS, seconds), read=seconds)
    try:
        with _pool.request("GET", address, redirect=False, preload_content=False, timeout=timeout) as answer:
            if answer.status != 200:
                raise NotThere(f"{address}: {answer.status} {answer.reason or ''}".rstrip())
            body = bytearray()
            while piece := answer.read1(_PIECE):  # what is there; read would wait for a whole piece
                body += piece
                if len(body) > _LARGEST_XML:
                    raise NotThere(f"{address}: over {_LARGEST_XML // 1024**2} MB")
                if time.monotonic() > until:
                    raise NotThere(f"{address}: not there after {seconds:g} s")
    except (HTTPError, OSError, ValueError) as error:
        raise NotThere(f"{address}: {error}") from error
    return bytes(body)
