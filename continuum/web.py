"""What every web application here has: /ping, security headers, plain errors; those of an API as JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)

API = "/api/"  # what lies under it answers programs: its errors are JSON, {"message": …}
_RETRY_SECONDS = "5"
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class NotWell(Exception):
    """What a web application needs is away: its text, a few words without secrets, is what /ping answers.

    Raised by any page, it becomes a 503 with that text.
    """


def application(name: str, check: Callable[[], None]) -> Flask:
    """A Flask application that answers /ping, with every answer carrying security headers.

    `check` raises NotWell when the application can't serve; /ping is then 503 with that text, else 200 `pong`.
    """
    app = Flask(name)
    app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=16 * 1024**2)

    @app.get("/ping")
    def ping() -> Response:
        try:
            check()
        except NotWell as error:
            return unwell(error)
        return _plain("pong", HTTPStatus.OK)

    @app.errorhandler(NotWell)
    def unwell(error: NotWell) -> Response:
        # The cause (host, user) is for the log only.
        log.error("%s: %s: %s", request.path, error, error.__cause__)
        response = _error(str(error), HTTPStatus.SERVICE_UNAVAILABLE)
        response.headers["Retry-After"] = _RETRY_SECONDS
        return response

    @app.errorhandler(HTTPException)
    def problem(error: HTTPException) -> Response:
        response = _error(_message(error), HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))
        # Allow of a 405, Location of a redirect: what the exception itself would have sent.
        for header, value in error.get_headers():
            if header not in ("Content-Type", "Content-Length"):
                response.headers[header] = value
        return response

    @app.after_request
    def headers(response: Response) -> Response:
        for header, value in _HEADERS.items():
            response.headers.setdefault(header, value)
        return response

    return app


def _message(error: HTTPException) -> str:
    """For programs what the one who raised it said, if anything; for people the bare code."""
    said = error.description != type(error).description
    return str(error.description) if said and _is_api() else f"{error.code} {error.name}"


def _is_api() -> bool:
    return request.path.startswith(API)


def _error(text: str, status: HTTPStatus) -> Response:
    if not _is_api():
        return _plain(text, status)
    response = jsonify({"message": text})
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(text: str, status: HTTPStatus) -> Response:
    response = Response(text + "\n" if status != HTTPStatus.OK else text, status=status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
