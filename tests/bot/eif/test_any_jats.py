"""Whatever the XML is, there is a valid EIF or an error with reasons: never a crash, never half an EIF."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from bot.eif import ConversionError, convert
from continuum.eif import problems
from tests.articles import make_article
from tests.bot.eif.pieces import HEAD

ELEMENTS = (
    "article", "front", "article-meta", "article-id", "article-categories", "subj-group", "subject", "title-group",
    "article-title", "contrib-group", "contrib", "name", "surname", "given-names", "suffix", "collab", "contrib-id",
    "xref", "aff", "institution", "addr-line", "named-content", "country", "email", "on-behalf-of", "role",
    "anonymous", "author-notes", "corresp", "phone", "fn", "p", "pub-date", "day", "month", "year", "volume",
    "elocation-id", "permissions", "copyright-year", "related-article", "abstract", "object-id", "title", "kwd-group",
    "kwd", "funding-group", "award-group", "funding-source", "institution-wrap", "institution-id", "award-id",
    "custom-meta-group", "custom-meta", "meta-name", "meta-value", "body", "sec", "fig-group", "fig", "label",
    "caption", "table-wrap", "media", "supplementary-material", "boxed-text", "chem-struct-wrap", "back", "fn-group",
    "ref-list", "ref", "element-citation", "mixed-citation", "person-group", "etal", "source", "pub-id", "comment",
    "app-group", "app", "sub-article", "front-stub", "related-object", "italic", "sup", "ext-link",
)  # fmt: skip
ATTRIBUTES = {
    "article-type": ("research-article", "correction", "nonsense"),
    "pub-id-type": ("doi", "publisher-id", "pmid"),
    "subj-group-type": ("heading", "display-channel"),
    "contrib-type": ("author", "editor", "author non-byline", "reviewer", ""),
    "contrib-id-type": ("orcid", "group-author-key"),
    "ref-type": ("aff", "fn", "corresp", "other"),
    "rid": ("aff1", "conf1", "cor1", "x1", "", "aff1 aff2"),
    "id": ("aff1", "conf1", "cor1", "x1", "bib1", ""),
    "fn-type": ("con", "conflict", "present-address", "other"),
    "content-type": ("dept", "city", "competing-interest", "author-contribution", "section"),
    "date-type": ("pub", "publication"),
    "pub-type": ("collection", "epub"),
    "specific-use": ("child-fig",),
    "person-group-type": ("author",),
    "kwd-group-type": ("author-keywords",),
    "related-article-type": ("commentary", "other"),
    "institution-id-type": ("FundRef",),
    "mimetype": ("video",),
    "corresp": ("yes", "no"),
    "abstract-type": ("executive-summary",),
}  # fmt: skip
TEXTS = (
    "", " ", "2016", "31", "0", "x", "10.7554/eLife.00777", "10.7554/eLife.00777.003", "00777", "e777", "a@b", "@",
    "DOI:", "Decision letter", "Author impact statement", "in press", "http://dx.doi.org/10.1", "\u00a0", "<&>", "Æ",
)  # fmt: skip


def check(xml: bytes) -> None:
    try:
        made = convert(xml, 1)
    except ConversionError as error:
        assert error.reasons
        assert all(isinstance(reason, str) and reason.strip() for reason in error.reasons)
    else:
        assert problems(made) == []


def tree(choice: random.Random, depth: int = 0) -> etree._Element:
    """A few elements of JATS in each other, as nobody would write them."""
    made = etree.Element(choice.choice(ELEMENTS))
    for name in choice.sample(sorted(ATTRIBUTES), choice.randint(0, 3)):
        made.set(name, choice.choice(ATTRIBUTES[name]))
    made.text = choice.choice(TEXTS)
    made.extend(tree(choice, depth + 1) for _ in range(choice.randint(0, max(3 - depth, 0))))
    return made


SEEDS = st.integers(0, 2**32)


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_elements_of_jats_in_any_order(seed: int) -> None:
    choice = random.Random(seed)
    root = etree.fromstring(make_article().xml)
    for place in choice.choices([root, *root.iter("article-meta", "contrib-group", "back", "sec")], k=4):
        place.insert(choice.randint(0, len(place)), tree(choice))
    check(HEAD.encode("ascii") + etree.tostring(root))


Change = Callable[[etree._Element, random.Random], None]


def leave_out(chosen: etree._Element, _: random.Random) -> None:
    parent = chosen.getparent()
    if parent is not None:
        parent.remove(chosen)


def repeat(chosen: etree._Element, _: random.Random) -> None:
    if chosen.getparent() is not None:
        chosen.addnext(deepcopy(chosen))


def empty(chosen: etree._Element, _: random.Random) -> None:
    chosen.clear()


def rename(chosen: etree._Element, choice: random.Random) -> None:
    chosen.tag = choice.choice(ELEMENTS)


def say_something_else(chosen: etree._Element, choice: random.Random) -> None:
    chosen.text = choice.choice(TEXTS)


def change_attributes(chosen: etree._Element, choice: random.Random) -> None:
    for name in list(chosen.attrib):
        if choice.random() < 0.5:
            del chosen.attrib[name]
    name = choice.choice(sorted(ATTRIBUTES))
    chosen.set(name, choice.choice(ATTRIBUTES[name]))


def move(chosen: etree._Element, choice: random.Random) -> None:
    target = choice.choice(list(chosen.getroottree().getroot().iter("*")))
    if chosen.getparent() is not None and chosen not in (target, *target.iterancestors()):
        target.append(chosen)


CHANGES: tuple[Change, ...] = (leave_out, repeat, empty, rename, say_something_else, change_attributes, move)


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 6),
    st.sampled_from(["research-article", "editorial"]),
    st.sampled_from(["vor", "poa"]),
)
def test_an_article_with_something_wrong(seed: int, times: int, kind: str, status: str) -> None:
    choice = random.Random(seed)
    root = etree.fromstring(make_article(article_type=kind, status=status).xml)
    for _ in range(times):
        choice.choice(CHANGES)(choice.choice(list(root.iter("*"))), choice)
    check(etree.tostring(root))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
@example(b"")
@example(b"<article/>")
@example(b"<html/>")
@example("<article/>".encode("utf-16"))
@example(b"\xff\xfe")
@example(b"<?xml version='1.0' encoding='nonsense'?><article/>")
def test_bytes(content: bytes) -> None:
    check(content)


@pytest.mark.parametrize("levels", [50, 5_000])
@pytest.mark.parametrize("element", ["sec", "fig", "sub-article", "contrib", "collab", "abstract", "italic"])
def test_nested_as_deeply_as_anybody_likes(element: str, levels: int) -> None:
    inside = f"<{element}><object-id pub-id-type='doi'>10.7554/eLife.1.1</object-id><label>F</label>" * levels
    for place in (b"<body>", b"<contrib-group>"):
        nested = place + (inside + f"</{element}>" * levels).encode()
        check(make_article().xml.replace(place, nested, 1))
