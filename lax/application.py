"""lax as a Flask application."""

from __future__ import annotations

from flask import Flask, Response

from continuum.database import Database
from continuum.web import application

VERSION = "0.1"


def create(database: Database) -> Flask:
    """lax, on this database."""
    app = application("lax", database.check)

    @app.get("/")
    def front() -> Response:
        return Response(
            f"lax {VERSION}: the journal's register of articles and their versions.\n", mimetype="text/plain"
        )

    return app
