"""Short texts of an EIF: plain, but for the few tags of JATS that titles and names have."""

from __future__ import annotations

import re
from html import unescape

import nh3
from markupsafe import Markup

_HTML = {"italic": "i", "bold": "b", "sub": "sub", "sup": "sup", "underline": "u", "monospace": "code", "sc": "small"}
_TAG = re.compile(rf"<(/?)({'|'.join(_HTML)})\s*/?>")
_ANY = re.compile(r"</?[a-zA-Z][^>]*>")


def rich(text: str | None) -> Markup:
    """As HTML, with italics and the like; anything else in it stays text or is left out."""
    html = _TAG.sub(lambda tag: f"<{tag[1]}{_HTML[tag[2]]}>", text or "")
    # Sanitised HTML is HTML.
    return Markup(nh3.clean(html, tags=set(_HTML.values()), attributes={}))


def plain(text: str | None) -> str:
    """The words alone: for page titles, feeds, citations."""
    return " ".join(unescape(_ANY.sub("", text or "")).split())
