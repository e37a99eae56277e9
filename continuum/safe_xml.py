"""XML from outside, parsed so that it can neither fetch, nor include, nor blow up anything.

A DOCTYPE may name its DTD, as every article does; it is not fetched. One that declares entities is refused before any
of them is expanded: that is how files are read (external entities) and memory is filled (entities of entities).
"""

from __future__ import annotations

from html.entities import html5
from xml.parsers import expat

from lxml import etree

MOST_BYTES = 20_000_000  # the largest article so far has 4 MB; parsed, a document takes some thirty times its size

_NOT_RESOLVED = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, attribute_defaults=False,
    huge_tree=False, remove_comments=True, remove_pis=True, strip_cdata=True,
)  # fmt: skip


class UnsafeXml(ValueError):
    """XML that is not read: says why."""


class _PrologRead(Exception):
    """Where the root element begins there is no more to check."""


def parse(xml: bytes) -> etree._Element:
    """The root element of a document, without comments and processing instructions.

    Characters that the file names by an entity of the JATS DTD (`&alpha;`) are put in place by their names in HTML,
    which has them too. Raises UnsafeXml: empty, too big, not well-formed, declaring entities, naming an unknown one.
    """
    if not xml.strip():
        raise UnsafeXml("the XML is empty")
    if len(xml) > MOST_BYTES:
        raise UnsafeXml(f"the XML has {len(xml)} bytes, more than the {MOST_BYTES} that are read")
    _check_prolog(xml)
    try:
        root = etree.fromstring(xml, _NOT_RESOLVED)
    except etree.XMLSyntaxError as error:
        raise UnsafeXml(f"the XML is not well-formed: {error.msg}") from None
    _put_characters(root)
    return root


def _check_prolog(xml: bytes) -> None:
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse_entity
    parser.StartElementHandler = _stop
    try:
        parser.Parse(xml, True)
    except _PrologRead:
        pass
    except (expat.ExpatError, LookupError) as error:  # LookupError: an encoding that nobody knows
        raise UnsafeXml(f"the XML is not well-formed: {error}") from None


def _refuse_entity(name: str, is_parameter: bool, value: str | None, base: str | None, system: str | None,
                   public: str | None, notation: str | None) -> None:  # fmt: skip
    where = f", outside of the file ({system or public})" if value is None else ""
    raise UnsafeXml(f"the XML declares an entity of its own, '{name}'{where}: that is not allowed in an article")


def _stop(name: str, attributes: object) -> None:
    raise _PrologRead


def _put_characters(root: etree._Element) -> None:
    for entity in list(root.iter(etree.Entity)):
        character = html5.get(f"{entity.name};")
        if character is None:
            raise UnsafeXml(f"the XML names an entity that is not known: &{entity.name};")
        _replace(entity, character + (entity.tail or ""))


def _replace(node: etree._Element, text: str) -> None:
    parent, previous = node.getparent(), node.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    node.tail = None
    parent.remove(node)
