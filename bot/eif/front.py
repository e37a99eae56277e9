"""What the front of an article says about it as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from bs4 import BeautifulSoup, Tag
from elifetools import parseJATS
from elifetools.utils import doi_uri_to_doi

from bot.eif.markup import kept, marked, plain
from continuum.eif import RELATIONS

FIRST_YEAR = 2012  # volume 1


def meta(soup: BeautifulSoup) -> Tag:
    """The article's own metadata; an empty element where the XML has none."""
    return _tag(soup.find("article-meta")) or soup.new_tag("article-meta")


def identity(soup: BeautifulSoup) -> dict[str, str]:
    """`doi`, `article-id` and `elocation-id`, as far as they are told by any of the three."""
    doi = (parseJATS.doi(soup) or "").strip()
    own_id = (parseJATS.publisher_id(soup) or "").strip()
    last = doi.rpartition(".")[2]
    article_id = own_id or (last if last.isdigit() else "")
    if article_id.isdigit():
        article_id = article_id.zfill(5)
    elocation = (parseJATS.elocation_id(soup) or "").strip()
    derived = f"e{article_id}" if article_id.isdigit() else ""
    found = {"doi": doi, "article-id": article_id, "elocation-id": elocation or derived}
    return {name: value for name, value in found.items() if value}


def title(soup: BeautifulSoup) -> str:
    """The title with its italics."""
    group = _tag(meta(soup).find("title-group"))
    return marked(_tag(group.find("article-title"))) if group else ""


def article_type(soup: BeautifulSoup) -> str:
    """`research-article`, `correction` …"""
    root = _tag(soup.find("article"))
    return str(root.get("article-type", "")) if root else ""


def status(soup: BeautifulSoup) -> str:
    """A version of record has a body; an author's accepted manuscript is its PDF."""
    root = _tag(soup.find("article"))
    return "VOR" if root and root.find("body", recursive=False) else "POA"


def impact_statement(soup: BeautifulSoup) -> str:
    """One sentence on what was found."""
    for custom in meta(soup).find_all("custom-meta"):
        if plain(custom.find("meta-name")).lower() == "author impact statement":
            return marked(custom.find("meta-value"))
    return ""


def published(soup: BeautifulSoup) -> date | None:
    """The day of publication; None where the XML has no whole date."""
    # The wide search of elifetools would find a date of anything; other years wrote `epub`.
    found = parseJATS.pub_date(meta(soup))
    if found:
        return date(found.tm_year, found.tm_mon, found.tm_mday)
    electronic = _tag(meta(soup).find("pub-date", attrs={"pub-type": "epub"}))
    parts = [plain(_tag(electronic.find(name))) for name in ("year", "month", "day")] if electronic else []
    try:
        return date(*map(int, parts)) if parts else None
    except ValueError:
        return None


def volume(soup: BeautifulSoup, update: str | None) -> int:
    """The volume; where the XML has none, as before an issue is made, that of the year it gives: 2012 had the first."""
    own = plain(_tag(meta(soup).find("volume", recursive=False)))
    if re.fullmatch("[0-9]+", own, re.ASCII) and int(own):
        return int(own)
    return max(_year(soup, update) - FIRST_YEAR + 1, 1)


def _year(soup: BeautifulSoup, update: str | None) -> int:
    day = published(soup)
    if day:
        return day.year
    for years in (meta(soup).select("pub-date > year"), meta(soup).select("permissions > copyright-year")):
        numbers = [int(plain(year)) for year in years if re.fullmatch("[0-9]{4}", plain(year), re.ASCII)]
        if numbers:
            return max(numbers)
    return int(update[:4]) if update else datetime.now(UTC).year


def categories(soup: BeautifulSoup) -> dict[str, object]:
    """The subjects by what they are for: `display-channel`, `heading`, `sub-display-channel`."""
    found: dict[str, list[str]] = {}
    for group in meta(soup).select("article-categories > subj-group"):
        found.setdefault(str(group.get("subj-group-type")), []).extend(
            text for subject in group.find_all("subject") if (text := plain(subject))
        )
    return _in_order(found, "display-channel", "heading", "sub-display-channel")


def keywords(soup: BeautifulSoup) -> dict[str, object]:
    """The keywords by who gave them; those of early articles that don't say are the authors'."""
    found: dict[str, list[str]] = {}
    for group in meta(soup).find_all("kwd-group"):
        kind = str(group.get("kwd-group-type", "author-keywords")).strip()
        found.setdefault(kind, []).extend(text for word in group.find_all("kwd") if (text := marked(word)))
    return _in_order(found, "author-keywords", "research-organism")


def related_articles(soup: BeautifulSoup) -> list[dict[str, str]]:
    """The articles that this one comments on, corrects, or is commented on by; of the kinds that the EIF knows."""
    return list(_related(soup))


def _related(soup: BeautifulSoup) -> Iterator[dict[str, str]]:
    for related in parseJATS.related_article(soup):
        kind, href = related["related_article_type"], doi_uri_to_doi(related["xlink_href"] or "").strip()
        if kind in RELATIONS and href:
            yield {"type": kind, "href": href}


def _in_order(found: Mapping[str, list[str]], *names: str) -> dict[str, object]:
    return kept(**{name: found.get(name) for name in names})


def _tag(found: object) -> Tag | None:
    return found if isinstance(found, Tag) else None
