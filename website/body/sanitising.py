"""What of HTML and MathML may be in an article's page."""

from __future__ import annotations

import re

import nh3

from website.body import ASSET

_TEXT = "a abbr b blockquote br code em i pre q s small span strong sub sup u wbr"
_BLOCKS = "aside details div figcaption figure h2 h3 h4 h5 h6 img li ol p section summary ul video"
_TABLES = "caption table tbody td tfoot th thead tr"
# MathML Core, https://www.w3.org/TR/mathml-core/, and mfenced and menclose, which older articles have
_MATH = (
    "math maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts none mroot"
    " mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics"
)
_MATH_ATTRIBUTES = (
    "accent accentunder align columnalign columnlines columnspacing columnspan close depth dir display displaystyle"
    " fence form frame height largeop linethickness lspace mathvariant maxsize minsize movablelimits notation open"
    " rowalign rowlines rowspacing rowspan rspace scriptlevel separator separators stretchy symmetric voffset width"
)
_ATTRIBUTES = {
    "a": {"href", "download"},
    "img": {"src", "alt", "loading", "decoding"},
    "video": {"src", "controls", "preload"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign", "scope"},
    "div": {"tabindex", "role", "aria-label"},
    **{tag: set(_MATH_ATTRIBUTES.split()) for tag in _MATH.split()},
}


def _own_files_only(tag: str, attribute: str, value: str) -> str | None:
    """Pictures and films are the article's own."""
    return None if attribute == "src" and not value.startswith(ASSET) else value


def sanitised(html: str) -> str:
    """The same HTML without anything that could run, load from elsewhere, or change how the rest of a page looks.

    Links to other places get rel=noopener; addresses are http, https, mailto, the page's own (#bib1) and, for the
    article's files, `ASSET`.
    """
    cleaner = nh3.Cleaner(
        tags=set(" ".join([_TEXT, _BLOCKS, _TABLES, _MATH]).split()),
        attributes={"*": {"id", "class"}} | _ATTRIBUTES,
        url_schemes={"http", "https", "mailto", ASSET.rstrip(":")},
        attribute_filter=_own_files_only,
        link_rel="noopener",
        clean_content_tags={"script", "style"},
    )
    # Pictures in a line of text come without one: to those who can't see them they say nothing.
    return re.sub(rf'<img src="({ASSET}[^"]*)">', r'<img src="\1" alt="">', cleaner.clean(html))
