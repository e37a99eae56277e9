"""The dashboard as a Flask application."""

from __future__ import annotations

from flask import Flask, render_template

from continuum.database import Database
from continuum.web import application

VERSION = "0.1"


def create(database: Database) -> Flask:
    """The dashboard, on this database."""
    app = application("dashboard", database.check)

    @app.get("/")
    def front() -> str:
        return render_template("front.html", version=VERSION)

    return app
