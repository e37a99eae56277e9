"""An article's page, at the path that its EIF gives it, and what hangs on that path."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Response, abort, redirect, request
from markupsafe import Markup

from website import body
from website.accounts import current_user
from website.body import pictures
from website.pages import citation
from website.pages.article import Article, Relation
from website.pages.files import files, folder
from website.pages.site import blueprint, finished, page
from website.store import ArticleVersion, store

# `1/e00353`: the article, whichever version is the newest
_ANY_VERSION = re.compile(r"(?P<volume>\d+)/e(?P<id>\d{5,})")
_CITATIONS = {
    ".bib": (citation.bibtex, "application/x-bibtex"),
    ".ris": (citation.ris, "application/x-research-info-systems"),
}


@blueprint.get("/content/<path:rest>")
def article(rest: str) -> Response:
    """An article, its citation in a file, or the way to its newest version."""
    rest = rest.rstrip("/")
    ending = rest[-4:]
    if ending in _CITATIONS:
        return _citation(_found(rest[:-4]), ending)
    if _ANY_VERSION.fullmatch(rest):
        return _newest(rest)
    kept = _find(rest)
    if kept is None:
        # A part of an article, such as `2/e00288v1/abstract`, has no page of its own.
        kept = _found("/".join(rest.split("/")[:2]))
        return _to(Article(kept).path)
    return _page(kept)


def _page(kept: ArticleVersion) -> Response:
    one = Article(kept)
    base = folder(one)
    text = kept.body or {}
    html = body.at(str(text.get("html") or ""), base)
    versions = [Article(version) for version in _versions(one.id)]
    newest = _highest([version for version in versions if version.is_published]) or one
    addresses = files(one)
    figures = pictures.names(str(text.get("html") or ""))
    here = request.url_root.rstrip("/")
    return page(
        "article.html",
        assets=base,
        article=one,
        body=Markup(html),  # sanitised when it was made
        has_text=bool(text.get("has_text")),
        outline=text.get("outline") or [],
        problems=text.get("problems") or ([] if text else ["the article's XML could not be had from the CDN yet"]),
        published=kept.published,
        versions=versions,
        others=[version for version in versions if version.version != one.version],
        newer=newest if newest.version > one.version else None,
        related=[(relation, _there(relation)) for relation in one.related],
        canonical=f"{here}{newest.path}",
        picture=f"{base}{figures[0]}.jpg" if figures and base else "",
        files=addresses,
        citation=citation.words(one),
        metadata=citation.metadata(one, f"{here}{one.path}", addresses["pdf"]),
    )


def _there(relation: Relation) -> Article | None:
    """The other article, in its newest version, where readers can see it here."""
    versions = store().versions(relation.article_id) if relation.article_id else ()
    return _highest([Article(version) for version in versions])


def _citation(kept: ArticleVersion, ending: str) -> Response:
    write, mimetype = _CITATIONS[ending]
    one = Article(kept)
    response = Response(write(one), mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="elife-{one.id}-v{one.version}{ending}"'
    return finished(response)


def _newest(rest: str) -> Response:
    match = _ANY_VERSION.fullmatch(rest)
    versions = [Article(version) for version in _versions(match["id"]) if version.published] if match else []
    newest = _highest([version for version in versions if version.path.startswith(f"/content/{rest}v")])
    if newest is None:
        abort(404)
    return _to(newest.path)


def _highest(versions: list[Article]) -> Article | None:
    return max(versions, key=lambda version: version.version, default=None)


def _to(path: str) -> Response:
    response = redirect(path)
    assert isinstance(response, Response)
    return finished(response)


def _find(rest: str) -> ArticleVersion | None:
    return store().by_path(f"content/{rest}", preview=current_user() is not None)


def _found(rest: str) -> ArticleVersion:
    kept = _find(rest)
    if kept is None:
        abort(404)
    return kept


def _versions(article_id: str) -> Sequence[ArticleVersion]:
    return store().versions(article_id, preview=current_user() is not None)
