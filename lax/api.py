"""lax's API: what the register knows, for anyone; and EIFs, from whoever may send them."""

from __future__ import annotations

import json
import logging
import re
from typing import Any, NoReturn

from flask import Blueprint, Response, abort, jsonify, request

from continuum import documents
from continuum.eif import Problem
from continuum.login import Login
from lax.eif import BadEif, number_of_doi, read
from lax.register import AlreadyThere, NotThere, Register, doi

_VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_MOST_PROBLEMS = 100
_LONGEST_VALUE = 200

log = logging.getLogger(__name__)


def api(register: Register, login: Login) -> Blueprint:
    """The API on this register; `login` is who may send EIFs."""
    pages = Blueprint("api", __name__, url_prefix="/api/v1/article")

    @pages.get("/<prefix>/<name>/version/")
    def versions(prefix: str, name: str) -> Response:
        article = _article(prefix, name)
        found = register.versions(article)
        if not found:
            _unknown(article)
        return _fresh({str(record["version"]): record for record in found})

    @pages.get("/<prefix>/<name>/")
    def latest(prefix: str, name: str) -> Response:
        article = _article(prefix, name)
        return _fresh(register.latest(article) or _unknown(article))

    @pages.get("/<prefix>/<name>/version/<number>/")
    def version(prefix: str, name: str, number: str) -> Response:
        article = _article(prefix, name)
        found = register.version(article, int(number)) if _VERSION.fullmatch(number) else None
        return _fresh(found or abort(404, f"there is no version {number[:20]} of article {doi(article)}"))

    @pages.post("/create-update/")
    def create_update() -> Response:
        return _receive(register, login.demand(), create=True, update=True)

    @pages.post("/create/")
    def create() -> Response:
        return _receive(register, login.demand(), create=True, update=False)

    @pages.post("/update/")
    def update() -> Response:
        return _receive(register, login.demand(), create=False, update=True)

    return pages


def _receive(register: Register, by: str, create: bool, update: bool) -> Response:
    """Enters the EIF in the request's body, and answers with its version's record."""
    try:
        publication = read(_document())
    except BadEif as bad:
        return _refusal(bad.problems)
    article, version = publication.article_id, publication.version
    try:
        what = register.receive(publication, by, create, update)
    except AlreadyThere:
        abort(409, f"there is a version {version} of article {doi(article)} already: send it to update/ to change it")
    except NotThere:
        abort(404, f"there is no version {version} of article {doi(article)}: send it to create/ or create-update/")
    log.info("article %05d version %d from %s: %s", article, version, by, what)
    response = jsonify(register.version(article, version))
    response.headers["Cache-Control"] = "no-store"
    return response


def _article(prefix: str, name: str) -> int:
    found = number_of_doi(f"{prefix}/{name}")
    if found is None:
        abort(404, "there is no such article: its DOI is like 10.7554/eLife.00353")
    return found


def _unknown(article: int) -> NoReturn:
    abort(404, f"there is no article {doi(article)}")


def _document() -> Any:
    """The JSON of the request's body; 411, 415 and 400 for what is none."""
    if request.content_length is None:  # sent in chunks: nginx does not tell uWSGI how much it is
        abort(411, "the body must be sent with its length (Content-Length)")
    if request.mimetype and not request.is_json:
        abort(415, f"the body must be JSON (Content-Type: application/json), not {request.mimetype[:100]}")
    try:
        return documents.read(request.get_data())
    except documents.NotJson as error:
        abort(400, f"the body is not JSON: {str(error)[:_LONGEST_VALUE]}")


def _refusal(problems: list[Problem]) -> Response:
    """400 with what is wrong, field by field."""
    shown = [
        {"field": problem.field, "message": problem.message, "value": _shown(problem.value)}
        for problem in problems[:_MOST_PROBLEMS]
    ]
    message = f"the EIF has mistakes: {'; '.join(str(problem)[:_LONGEST_VALUE] for problem in problems[:5])}"
    response = jsonify({"message": message, "problems": shown})
    response.status_code = 400
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(value: object) -> object:
    """A wrong value, where it is short enough to help."""
    return value if len(json.dumps(value)) <= _LONGEST_VALUE else None


def _fresh(document: dict[str, Any]) -> Response:
    """An answer that may be kept, but is asked for again before it is used."""
    response = jsonify(document)
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response
