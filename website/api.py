"""The EIF service: articles posted, read back, published and deleted by programs (the bot).

Drupal's service of that name has the same addresses and answers, so that its clients find here what they know.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import Forbidden, Unauthorized

from continuum.database import Connections
from continuum.eif import Problem
from continuum.login import Login
from website import publication
from website.documents import Invalid, read_eif, read_json
from website.ingest import demand_no_maintenance, ingest


def service(connections: Connections, login: Login, default_cdn: str) -> Blueprint:
    """The service on this database; `login` is who may use it."""
    api = Blueprint("api", __name__, url_prefix="/api")

    @api.before_request
    def admit() -> None:
        # Read before it is refused: what uWSGI has not read, nginx takes for the end of the application.
        request.get_data()
        _demand(login)
        with connections.transaction() as connection:
            demand_no_maintenance(connection)

    @api.post("/article.json")
    def post() -> Response:
        eif = read_eif(request.get_data())
        ingest(connections, eif, default_cdn)
        return jsonify(eif)

    @api.get("/article/<path:version_id>.json")
    def get(version_id: str) -> Response:
        return jsonify(publication.posted(connections, version_id))

    @api.put("/article/<path:version_id>.json")
    def put(version_id: str) -> Response:
        publication.posted(connections, version_id)
        eif = read_eif(request.get_data())
        if eif["article-version-id"] != version_id:
            raise Invalid(Problem("article-version-id", f"is not {version_id}", eif["article-version-id"]))
        ingest(connections, eif, default_cdn, known_only=True)
        return jsonify(eif)

    @api.delete("/article/<path:version_id>.json")
    def delete(version_id: str) -> Response:
        return jsonify(publication.delete(connections, version_id))

    @api.put("/publish/<path:version_id>.json")
    def publish(version_id: str) -> Response:
        if _wants_published(read_json(request.get_data())):
            done = publication.publish(connections, version_id, default_cdn)
        else:
            done = publication.withdraw(connections, version_id)
        return jsonify(
            {
                "publish": "1" if done.published else "0",
                "pub-date": _shown(done.pub_date),
                "update": _shown(done.update),
            }
        )

    @api.errorhandler(Invalid)
    def invalid(error: Invalid) -> Response:
        answer = jsonify([asdict(problem) for problem in error.problems])
        answer.status_code = HTTPStatus.BAD_REQUEST
        return answer

    return api


def _demand(login: Login) -> None:
    try:
        login.demand()
    except Unauthorized as error:
        if request.authorization is None or request.authorization.type != "basic":
            raise
        raise Forbidden(error.description) from None


def _wants_published(document: Any) -> bool:
    wanted = document.get("publish") if isinstance(document, dict) else None
    if wanted in ("1", "0") or (isinstance(wanted, int) and wanted in (0, 1)):
        return bool(int(wanted))
    raise Invalid(Problem("publish", 'is neither "1" nor "0"', wanted))


def _shown(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
