"""Text as the EIF has it: one line, with the XML's own tags for italic, bold, sub and sup left in."""

from __future__ import annotations

import re

from bs4 import Tag
from elifetools.utils import node_contents_str

_SPACE = re.compile("[ \t\r\n]+")  # not the no-break or thin spaces that authors mean


def one_line(text: str) -> str:
    """Without line breaks and repeated blanks."""
    return _SPACE.sub(" ", text).strip()


def plain(tag: Tag | None) -> str:
    """The text alone; '' where there is no tag."""
    return "" if tag is None else one_line(tag.get_text())


def marked(tag: Tag | None) -> str:
    """The text with the tags in it. Production's EIF has `&` and `<` as themselves, but escaped inside of tags."""
    return one_line(node_contents_str(tag) or "")


def first_paragraph(tag: Tag) -> str:
    """What a footnote says, without its label; as production had it: its first paragraph, `&` escaped."""
    paragraph = tag.find("p")
    return one_line(paragraph.decode_contents()) if isinstance(paragraph, Tag) else ""


def kept(**values: object) -> dict[str, object]:
    """The values that say something, under names with `-` for `_`."""
    return {name.replace("_", "-"): value for name, value in values.items() if value not in (None, "", [], {})}
