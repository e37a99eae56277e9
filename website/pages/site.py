"""What all pages share: the blueprint, words for templates, caching, and which hosts a page may load from."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, render_template, request, url_for
from markupsafe import Markup, escape

from website.accounts import current_user
from website.pages import markup
from website.pages.article import ISSN, JOURNAL, PUBLISHER
from website.store import SNIPPET_END, SNIPPET_START

_FOLDER = Path(__file__).resolve().parents[1]
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("pages", __name__)
blueprint.add_app_template_filter(markup.rich)
blueprint.add_app_template_filter(markup.plain)


@blueprint.app_template_filter()
def day(moment: datetime) -> str:
    """`13 December 2012`"""
    return f"{moment.day} {moment:%B %Y}"


@blueprint.app_template_filter()
def marked(snippet: str) -> Markup:
    """A part of an article's text, the words that were searched for marked."""
    return Markup(escape(snippet).replace(SNIPPET_START, Markup("<mark>")).replace(SNIPPET_END, Markup("</mark>")))


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"JOURNAL": JOURNAL, "ISSN": ISSN, "PUBLISHER": PUBLISHER, "static": static, "user": current_user()}


def static(name: str) -> str:
    """The address of a file of ours; another one when its content is another."""
    return url_for("static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return sha256((_FOLDER / "static" / name).read_bytes()).hexdigest()[:12]


@blueprint.after_app_request
def _keep_static(response: Response) -> Response:
    if request.endpoint == "static" and "v" in request.args and response.status_code < 400:
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
    return response


def page(template: str, assets: str = "", **values: Any) -> Response:
    """A page made of a template. It may show pictures and films from the host of `assets`, and runs nothing."""
    return finished(make_response(render_template(template, **values)), assets)


def finished(response: Response, assets: str = "") -> Response:
    """With its headers: readers' pages are asked for again each time and sent only when they are others; editors'
    are never kept."""
    host = _origin(assets)
    films = host or "'none'"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self'; img-src 'self' {host}; media-src {films}; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    response.headers["Vary"] = "Cookie"
    if current_user() is not None:
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    if response.status_code == HTTPStatus.OK:
        response.add_etag()
        response.make_conditional(request)
    return response


def _origin(address: str) -> str:
    parts = urlsplit(address)
    # A host with anything odd in it would end the directive and begin another.
    odd = set(parts.netloc) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]")
    return (
        "" if odd or not parts.netloc or parts.scheme not in ("http", "https") else f"{parts.scheme}://{parts.netloc}"
    )
