"""A publisher's XML, read safely and made plain enough for elifetools.

elifetools turns inline markup into HTML by replacing the tags that it knows, spelt as in the articles that its
authors had. A tag that it doesn't know becomes visible text, and so does `<bold toggle="yes">`. Here such markup is
rewritten to what elifetools knows, or unwrapped: its text stays. And as it takes what it finds in a text for markup
(`&lt;sub&gt;` becomes a subscript), a text's own `<`, `>` and `&` are hidden from it as other characters.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from continuum import safe_xml

XLINK = "http://www.w3.org/1999/xlink"
MATHML = "http://www.w3.org/1998/Math/MathML"
HREF = f"{{{XLINK}}}href"

# Characters that no text has (Unicode's private use area), and what they stand for
_HIDDEN = {"<": "\ue002", ">": "\ue003", "&": "\ue004"}
_HIDE = str.maketrans(_HIDDEN)
_SHOW = {ord(hidden): entity for hidden, entity in zip(_HIDDEN.values(), ("&lt;", "&gt;", "&amp;"), strict=True)}

# Parts of an article that readers see as running text.
_TEXT_PARTS = "//body|//abstract|//ack|//app-group|//back/sec|//back/fn-group"
_INLINE = {"italic", "bold", "sub", "sup", "sc", "underline", "monospace", "break"}
_LINKS = {"xref": ("rid",), "ext-link": ("ext-link-type", HREF), "email": (), "inline-graphic": (HREF,)}
# Not among them: inline-formula. What is in it is all that counts, and a text full of them takes elifetools minutes.
_BLOCKS = {
    *("sec", "p", "fig", "fig-group", "table-wrap", "table-wrap-foot", "boxed-text", "disp-formula", "disp-quote"),
    *("list", "list-item", "media", "code", "supplementary-material", "app", "app-group", "ack", "abstract", "body"),
    *("title", "label", "caption", "object-id", "graphic", "attrib", "permissions", "copyright-statement"),
    *("license", "license-p", "fn-group", "fn", "table", "thead", "tbody", "tr", "th", "td"),
}
_RENAMED = {
    "preformat": "code",
    "tfoot": "tbody",
    "def-list": "list",
    "def-item": "list-item",
    "term": "p",
    "verse-line": "p",
    "speaker": "p",
}
_DROPPED = {"tex-math", "colgroup", "col", "hr", "sec-meta", "alt-text", "long-desc"}
# What a table's cell may hold besides inline markup.
_IN_CELLS = {"p", "list", "list-item"}


class Unreadable(Exception):
    """The XML is no article; its text says why, in words for editors."""


def parse(xml: bytes) -> Any:
    """The article's root element, safe to walk. Raises Unreadable."""
    try:
        root = safe_xml.parse(xml)
    except safe_xml.UnsafeXml as error:
        raise Unreadable(str(error)) from error
    if root.tag != "article":
        raise Unreadable(f"the XML is no JATS article: it begins with <{root.tag}>")
    return root


def plain(root: Any) -> str:
    """The article, its running text in the markup that elifetools knows; changes `root`."""
    for part in root.xpath(_TEXT_PARTS):
        for element in list(part.iter(etree.Element)):
            if element is not part and (element.getparent() is not None):
                _simplify(element)
    for citation in root.xpath("//ref/*[self::element-citation or self::mixed-citation][not(@publication-type)]"):
        citation.set("publication-type", "other")
    for element in root.iter(etree.Element):
        element.text, element.tail = _hidden(element.text), _hidden(element.tail)
    etree.cleanup_namespaces(root, top_nsmap={"xlink": XLINK})
    return str(etree.tostring(root, encoding="unicode"))


def shown(html: str) -> str:
    """HTML made of a plain article, with what was hidden in its texts."""
    return html.translate(_SHOW)


def _hidden(text: str | None) -> str | None:
    return text and text.translate(_HIDE)


def _simplify(element: Any) -> None:
    name = element.tag
    if name.startswith(f"{{{MATHML}}}"):
        return
    name = element.tag = _RENAMED.get(name, name)
    for key in [key for key in element.attrib if key == "style"]:
        del element.attrib[key]
    if name in _DROPPED:
        _put_text(element, "")
    elif name == "alternatives":
        _choose(element)
    elif name in ("uri", "inline-supplementary-material"):
        element.tag = "ext-link"
        _link(element)
    elif name == "disp-formula" and element.find(f".//{{{MATHML}}}math") is None:
        _formula_as_image(element)
    elif name == "graphic" and _in_cell(element):
        element.tag = "inline-graphic"
        _keep(element, (HREF,))
    elif name == "attrib" and element.getparent().find(".//graphic") is None:
        _into_caption(element)
    elif name == "table-wrap" and element.find(".//table") is None and element.find(".//graphic") is not None:
        element.tag = "fig"
    elif name == "fn" and element.getparent().tag not in ("fn-group", "table-wrap-foot"):
        _into_line(element)
    elif name == "statement":
        for label in element.findall("label"):
            label.tag = "p"
        unwrap(element)
    elif name == "element-citation":
        _cite(element)
    elif name == "td" and _heads_a_column(element):
        element.tag = "th"
    elif name == "th" and not _has_text(element):
        element.tag = "td"
    elif name == "code":
        _as_text(element)
    elif name in _INLINE or name == "p":
        _keep(element, ())
    elif name == "ext-link":
        _link(element)
    elif name in _LINKS:
        _keep(element, _LINKS[name])
    elif name == "list":
        _keep(element, ("list-type",))
    elif name not in _BLOCKS or (_in_cell(element) and name not in _IN_CELLS):
        unwrap(element)


def _keep(element: Any, attributes: tuple[str, ...]) -> None:
    """These attributes only, in this order: elifetools takes what it looks for up to the tag's last quote."""
    kept = {key: element.get(key) for key in attributes if element.get(key)}
    element.attrib.clear()
    element.attrib.update(kept)


def _link(element: Any) -> None:
    href = (element.get(HREF) or element.text or "").strip()
    is_doi = element.get("ext-link-type") == "doi" or href.startswith("10.")
    element.set("ext-link-type", "doi" if is_doi and href.startswith("10.") else "uri")
    element.set(HREF, href)
    if "." in href or "://" in href:
        _keep(element, _LINKS["ext-link"])
    else:
        unwrap(element)  # the number of a record in a database that we can't link to


def _choose(alternatives: Any) -> None:
    """Of several forms of one thing its formula, else the first: elifetools would show them all."""
    forms = list(alternatives)
    chosen = next((form for form in forms if form.tag == f"{{{MATHML}}}math"), forms[0] if forms else None)
    for form in forms:
        if form is not chosen:
            alternatives.remove(form)
    unwrap(alternatives)


def _formula_as_image(formula: Any) -> None:
    """A display formula without MathML: a paragraph with its picture and its text."""
    formula.tag = "p"
    formula.attrib.clear()
    for graphic in formula.iter("graphic"):
        graphic.tag = "inline-graphic"


def _into_caption(credit: Any) -> None:
    """A credit where there is no picture, where elifetools doesn't look for one: a paragraph, of the caption if any."""
    credit.tag = "p"
    caption = credit.getparent().find("caption")
    if caption is not None:
        credit.tail = None
        caption.append(credit)


def _into_line(footnote: Any) -> None:
    """A footnote in the running text: there, in brackets."""
    words = " ".join("".join(footnote.itertext()).split())
    _put_text(footnote, f" [{words}]" if words else "")


def _cite(citation: Any) -> None:
    """A work named in the running text (a dataset, mostly) as words and a link."""
    names = [" ".join(name.itertext()) for name in citation.iter("name", "collab")]
    others = [part for part in citation if part.tag not in ("person-group", "pub-id", "ext-link")]
    words = [*names, *("".join(part.itertext()) for part in others)]
    links = [_linked(part) for part in citation.iter("pub-id", "ext-link")]
    tail = citation.tail
    citation.clear()
    citation.tail, citation.text = tail, ", ".join(word for word in words if word.strip()) + (" " if links else "")
    citation.extend(links)
    unwrap(citation)


def _linked(name: Any) -> Any:
    text = "".join(name.itertext()).strip()
    is_doi = name.get("pub-id-type") == "doi"
    href = f"https://doi.org/{text}" if is_doi else name.get(HREF) or ""
    link = etree.Element("ext-link", {"ext-link-type": "uri", HREF: href}) if href else etree.Element("underline")
    link.text, link.tail = href if is_doi else text, " "
    return link


def _as_text(element: Any) -> None:
    text, tail = "".join(element.itertext()), element.tail
    element.clear()
    element.text, element.tail = text, tail


def _heads_a_column(cell: Any) -> bool:
    return _has_text(cell) and next(cell.iterancestors("thead"), None) is not None


def _has_text(element: Any) -> bool:
    return bool("".join(element.itertext()).strip())


def _in_cell(element: Any) -> bool:
    return next(element.iterancestors("td", "th"), None) is not None


def unwrap(element: Any) -> None:
    """Put an element's content in its place."""
    parent = element.getparent()
    place = parent.index(element)
    _add_text(parent, place, element.text or "")
    children = list(element)
    for child in reversed(children):
        parent.insert(place, child)
    _add_text(parent, place + len(children), element.tail or "")
    parent.remove(element)


def _put_text(element: Any, text: str) -> None:
    parent = element.getparent()
    _add_text(parent, parent.index(element), text + (element.tail or ""))
    parent.remove(element)


def _add_text(parent: Any, place: int, text: str) -> None:
    """Text before the child at `place`."""
    if place == 0:
        parent.text = (parent.text or "") + text
    else:
        before = parent[place - 1]
        before.tail = (before.tail or "") + text
