"""Errors, shown to people as a page of the site; programs keep the plain text or JSON that `continuum.web` gives."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, render_template, request

from continuum.web import API
from website.pages.site import blueprint, finished

_WORDS = {
    404: ("Not found", "There is nothing at this address. An article that was not published yet is not shown."),
    403: ("Not allowed", "This page is for people who are signed in."),
    500: ("Something went wrong", "This is our fault. It has been written down; please try again later."),
    503: ("Away for a moment", "The site is being looked after. Please try again in a few minutes."),
}


@blueprint.after_app_request
def as_page(response: Response) -> Response:
    """A plain error as a page, where a browser asked for one."""
    wants_page = request.accept_mimetypes.best_match(["text/plain", "text/html"]) == "text/html"
    is_plain_error = response.status_code >= 400 and response.mimetype == "text/plain"
    if not (wants_page and is_plain_error) or request.path.startswith(API):
        return response
    title, words = _WORDS.get(response.status_code, (HTTPStatus(response.status_code).phrase, ""))
    response.set_data(render_template("problem.html", title=title, words=words))
    response.mimetype = "text/html"
    finished(response)
    response.headers["Cache-Control"] = "no-store"
    return response
