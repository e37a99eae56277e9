"""For programs: the feed of new articles, the map of the site, what crawlers may read."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, render_template, request, url_for

from website.pages.lists import shown
from website.pages.site import blueprint, finished
from website.store import store

# As many as a sitemap may have: https://www.sitemaps.org/protocol.html
_MOST = 49_999


@blueprint.get("/feed.xml")
def feed() -> Response:
    """The latest articles as an Atom feed."""
    articles = shown(store().latest())
    updated = max((one.updated for one in articles if one.updated), default=datetime(1970, 1, 1, tzinfo=UTC))
    return _xml("feed.xml", "application/atom+xml", shown=articles, updated=updated, here=request.base_url)


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Every article, for search engines."""
    return _xml("sitemap.xml", "application/xml", addresses=store().addresses(_MOST))


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers may read: all but the search's endless pages."""
    lines = ["User-agent: *", "Disallow: /search", "Disallow: /admin", "Disallow: /api"]
    lines.append(f"Sitemap: {url_for('pages.sitemap', _external=True)}")
    return finished(Response("\n".join(lines) + "\n", mimetype="text/plain"))


def _xml(template: str, mimetype: str, **values: object) -> Response:
    text = render_template(template, root=request.url_root.rstrip("/"), **values)
    return finished(Response(text, content_type=f"{mimetype}; charset=utf-8"))
