"""An article's XML as bytes: whether it is safe and is this article's, and its names of files given a version.

It is read by expat, which loads nothing from elsewhere, and changed in place: what is not a name of a file stays as it
is, byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.entities import html5
from xml.parsers import expat

from continuum.articles import ArticleFile, ArticleNameError

_XLINK_HREF = "http://www.w3.org/1999/xlink href"
# Whole attributes, one after another, so that what looks like one inside a value is none.
_TAG = re.compile(rb"""<(?:[^<>"']|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE = re.compile(rb"""([^\s=<>"'/]+)(\s*=\s*)("[^"]*"|'[^']*')""")


class XmlProblem(Exception):
    """Why an XML file can't be an article: says the line where there is one."""


# Stands for an extension where a link has none: file names have one.
_NONE = ".none"


@dataclass
class _Reader:
    """What one reading of the file finds."""

    root: str = ""
    article_ids: list[str] = field(default_factory=list)
    linked_at: list[int] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str], at: int) -> None:
        self.root = self.root or name
        self.path.append(name)
        if _XLINK_HREF in attributes:
            self.linked_at.append(at)
        # Sub-articles and related articles have ids of their own, elsewhere.
        if self.path[1:] == ["front", "article-meta", "article-id"]:
            self.text = [] if attributes.get("pub-id-type") == "publisher-id" else None

    def end(self, _name: str) -> None:
        if self.text is not None:
            self.article_ids.append("".join(self.text).strip())
            self.text = None
        self.path.pop()

    def characters(self, text: str) -> None:
        if self.text is not None:
            self.text.append(text)


def check(xml: bytes, article_id: str) -> None:
    """Raises XmlProblem unless it is well-formed, needs nothing from outside, and is the article of that id."""
    reader = _read(xml)
    if reader.root != "article":
        raise XmlProblem(f"is not an article: it begins with <{reader.root}>, not <article>")
    others = [found for found in reader.article_ids if found.lstrip("0") != article_id.lstrip("0")]
    if others:
        raise XmlProblem(f"says that it is article {others[0]}, not {article_id}")


def at_version(xml: bytes, article_id: str, version: int) -> bytes:
    """The XML with `-v<version>` in every xlink:href that names a file of the article, with or without extension.

    `xlink:href="elife-00353-fig1"` -> `xlink:href="elife-00353-fig1-v2"`. XmlProblem: it is not well-formed.
    """

    def attribute(found: re.Match[bytes]) -> bytes:
        name, equals, quoted = found.groups()
        if not name.endswith(b":href"):
            return found[0]
        quote, value = quoted[:1], quoted[1:-1].decode("latin-1")
        return name + equals + quote + versioned_name(value, article_id, version).encode("latin-1") + quote

    parts, done = [], 0
    for at in _read(xml).linked_at:
        tag = _TAG.match(xml, at)
        if tag:  # always: expat found one there
            parts += [xml[done:at], _ATTRIBUTE.sub(attribute, tag[0])]
            done = tag.end()
    return b"".join((*parts, xml[done:]))


def versioned_name(name: str, article_id: str, version: int) -> str:
    """The name of one of the article's files at that version, extension or not; any other text as it is."""
    for extension in ("", _NONE):
        try:
            file = ArticleFile.parse(name + extension)
        except ArticleNameError:
            continue
        return file.at_version(version).name.removesuffix(extension) if file.article_id == article_id else name
    return name


def _read(xml: bytes) -> _Reader:
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in xml[:4]:
        raise XmlProblem("is not in UTF-8 but in UTF-16")
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, given: reader.start(name, given, parser.CurrentByteIndex)
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.EntityDeclHandler = _entity
    parser.SkippedEntityHandler = _outer_entity
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise XmlProblem(f"is not well-formed XML: {expat.ErrorString(error.code)}, line {error.lineno}") from error
    except (LookupError, ValueError) as error:
        raise XmlProblem(f"is not in UTF-8: {error}") from error
    return reader


def _entity(
    name: str, _parameter: bool, _value: str | None, _base: str | None, system_id: str | None, *_: object
) -> None:
    # Entities are how a small XML file becomes a huge one, or reads files of the worker's.
    what = f"the entity {name}, which is to be read from {system_id}" if system_id else f"an entity of its own, {name}"
    raise XmlProblem(f"declares {what}; that is not allowed")


def _outer_entity(name: str, _parameter: bool) -> None:
    # The DTD's characters have the names that HTML gives them too; where the XML is read, they are taken from there.
    if f"{name};" not in html5:
        raise XmlProblem(f"uses the entity &{name};, which it does not explain; write the character itself")
