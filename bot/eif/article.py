"""An article's XML -> its EIF, the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from bs4 import BeautifulSoup
from elifetools import parseJATS
from lxml import etree

from bot.eif import front
from bot.eif.citations import citations
from bot.eif.contributors import contributors, make_even, of_sub_article
from bot.eif.failure import ConversionError
from bot.eif.fragments import fragments
from bot.eif.markup import kept
from bot.eif.referenced import emails, footnotes, referenced
from continuum import safe_xml
from continuum.eif import Problem, problems

# Where the XML says what an EIF can't do without.
_SAID_BY = {
    "title": "article-meta/title-group/article-title",
    "doi": "article-meta/article-id[@pub-id-type='doi']",
    "article-id": "article-meta/article-id[@pub-id-type='publisher-id']",
    "elocation-id": "article-meta/elocation-id",
    "article-type": "article/@article-type",
}
_DERIVED = ("article-version-id", "path")


def convert(xml: bytes, version: int, update: str | None = None, publish: bool = True) -> dict[str, object]:
    """The EIF of an article's XML as it is at `version`, valid by continuum.eif.

    `update` is when this version was made, "2012-12-13T00:00:00Z". `publish` is what the website is to do with it; as
    in production it is true until SetPublicationStatus decides. Raises ConversionError with every reason: XML that
    can't be read or is not safe, what is missing, what has a value that no EIF may have.
    """
    soup = _read(xml)
    try:
        document = _document(soup, version, update, publish)
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        # elifetools expects JATS as eLife has it, and says in no other way that something is not.
        raise ConversionError([f"the XML is not an article's JATS as it should be: {error!r}"]) from error
    wrong = problems(document)
    if wrong:
        raise ConversionError(_told(wrong))
    return document


def _read(xml: bytes) -> BeautifulSoup:
    try:
        root = safe_xml.parse(xml)
    except safe_xml.UnsafeXml as error:
        raise ConversionError([str(error)]) from None
    if root.tag != "article":
        raise ConversionError([f"the XML is not an article: its root element is {root.tag!r}, not 'article'"])
    if root.find("front/article-meta") is None:
        raise ConversionError(["the XML says nothing about the article: it has no front/article-meta"])
    soup: BeautifulSoup = parseJATS.parse_xml(etree.tostring(root, encoding="unicode", with_tail=False))
    make_even(soup)
    return soup


def _document(soup: BeautifulSoup, version: int, update: str | None, publish: bool) -> dict[str, object]:
    identity = front.identity(soup)
    article_id = identity.get("article-id")
    volume = front.volume(soup, update)
    path = f"content/{volume}/e{article_id}v{version}" if article_id else ""
    day = front.published(soup)
    addresses, notes = emails(soup), footnotes(soup)
    return kept(
        article_type=front.article_type(soup),
        title=front.title(soup),
        status=front.status(soup),
        publish=publish,
        doi=identity.get("doi"),
        pub_date=f"{day:%Y-%m-%d}T00:00:00Z" if day else None,
        update=update,
        volume=volume,
        elocation_id=identity.get("elocation-id"),
        path=path,
        article_id=article_id,
        impact_statement=front.impact_statement(soup),
        keywords=front.keywords(soup),
        categories=front.categories(soup),
        contributors=contributors(soup, addresses, notes),
        referenced=referenced(soup, addresses, notes),
        fragments=fragments(soup, path, partial(of_sub_article, soup, notes)) if path else [],
        citations=citations(soup),
        related_articles=front.related_articles(soup),
        version=version,
        article_version_id=f"{article_id}.{version}" if article_id else None,
    )


def _told(wrong: Iterable[Problem]) -> Iterator[str]:
    for problem in wrong:
        if problem.field in _DERIVED and problem.value is None:
            continue  # the id that it is made of is missing, and told
        said_by = _SAID_BY.get(problem.field)
        value = "" if problem.value is None else f": {problem.value!r}"
        yield f"{problem}{value}{f' (in the XML: {said_by})' if said_by else ''}"
