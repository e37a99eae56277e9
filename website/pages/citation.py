"""An article as others cite it: in words, as BibTeX, as RIS, and as the metadata that Google Scholar reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from website.pages.article import ISSN, JOURNAL, PUBLISHER, Article

_LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    character: "\\" + character for character in "&%$#_{}"
}


def words(article: Article) -> str:
    """`Marder E. 2012. A good life. eLife 1:e00353. doi: 10.7554/eLife.00353`"""
    authors = ", ".join(author.short for author in article.authors)
    title = article.plain_title
    stop = "" if title.endswith((".", "?", "!")) else "."
    return f"{authors}. {_year(article)}. {title}{stop} {JOURNAL} {_place(article)}. doi: {article.doi}".lstrip(". ")


def bibtex(article: Article) -> str:
    """The article as a BibTeX entry."""
    authors = " and ".join(
        _latex(f"{author.surname}, {author.given_names}".rstrip(", ")) if author.given_names
        else "{" + _latex(author.surname) + "}"
        for author in article.authors
    )  # fmt: skip
    fields = {
        "title": "{" + _latex(article.plain_title) + "}",
        "author": authors,
        "journal": JOURNAL,
        "volume": str(article.eif.get("volume", "")),
        "pages": str(article.eif.get("elocation-id", "")),
        "year": _year(article),
        "month": article.published.strftime("%b").lower() if article.published else "",
        "publisher": _latex(PUBLISHER),
        "issn": ISSN,
        "doi": article.doi,
        "url": f"https://doi.org/{article.doi}",
    }
    lines = "".join(f"    {key} = {{{value}}},\n" for key, value in fields.items() if value)
    return f"@article{{{JOURNAL}{article.id},\n{lines}}}\n"


def ris(article: Article) -> str:
    """The article as an RIS record."""
    lines = [
        ("TY", "JOUR"),
        ("TI", article.plain_title),
        *(("AU", f"{author.surname}, {author.given_names}".rstrip(", ")) for author in article.authors),
        ("JO", JOURNAL),
        ("VL", str(article.eif.get("volume", ""))),
        ("C7", str(article.eif.get("elocation-id", ""))),
        ("PY", _year(article)),
        ("DA", article.published.strftime("%Y/%m/%d") if article.published else ""),
        ("SN", ISSN),
        ("PB", PUBLISHER),
        ("DO", article.doi),
        ("UR", f"https://doi.org/{article.doi}"),
        *(("KW", _line(keyword)) for keyword in article.keywords("author-keywords")),
    ]
    return "".join(f"{tag}  - {_line(value)}\r\n" for tag, value in lines if value) + "ER  - \r\n"


def metadata(article: Article, page: str, pdf: str) -> Iterator[tuple[str, str]]:
    """Names and contents of `<meta>` elements: https://scholar.google.com/intl/en/scholar/inclusion.html"""
    yield "citation_title", article.plain_title
    for author in article.authors:
        yield "citation_author", author.name
        for place in author.affiliations:
            yield "citation_author_institution", place
        if author.orcid:
            yield "citation_author_orcid", author.orcid
    yield "citation_journal_title", JOURNAL
    yield "citation_issn", ISSN
    yield "citation_publisher", PUBLISHER
    yield "citation_volume", str(article.eif.get("volume", ""))
    yield "citation_firstpage", str(article.eif.get("elocation-id", ""))
    yield "citation_doi", article.doi
    if article.published:
        yield "citation_publication_date", article.published.strftime("%Y/%m/%d")
    for keyword in article.keywords("author-keywords"):
        yield "citation_keywords", _line(keyword)
    yield "citation_fulltext_html_url", page
    if pdf:
        yield "citation_pdf_url", pdf


def _year(article: Article) -> str:
    return str(article.published.year) if article.published else "in press"


def _place(article: Article) -> str:
    return f"{article.eif.get('volume', '')}:{article.eif.get('elocation-id', '')}"


def _line(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)
