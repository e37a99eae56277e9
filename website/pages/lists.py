"""Lists of articles: the latest, and what a search finds."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, request, url_for

from website.pages.article import Article
from website.pages.site import blueprint, page
from website.store import Found, store


@blueprint.get("/")
def home() -> Response:
    """The latest articles."""
    found = store().latest(page=_number())
    _exists(found)
    canonical = url_for("pages.home", page=found.page if found.page > 1 else None, _external=True)
    return page("home.html", found=found, shown=shown(found), link=_links("pages.home"), canonical=canonical)


@blueprint.get("/search")
def search() -> Response:
    """What a search finds."""
    query = " ".join(request.args.get("q", "").split())[:200]
    if not query:
        return page("search.html", query="")
    found = store().search(query, page=_number())
    _exists(found)
    return page("search.html", query=query, found=found, shown=shown(found), link=_links("pages.search", query))


def shown(found: Found) -> list[Article]:
    """Articles as pages show them."""
    return [Article(one) for one in found.articles]


def _number() -> int:
    """The page that is asked for."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text) > 0):
        abort(404)
    return int(text)


def _exists(found: Found) -> None:
    if found.page > found.pages:
        abort(404)


def _links(endpoint: str, query: str | None = None) -> Callable[[int], str]:
    return lambda number: url_for(endpoint, q=query, page=number)
