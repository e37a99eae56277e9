"""The website as a Flask application."""

from __future__ import annotations

from flask import Flask

from continuum.database import Connections, Database
from continuum.web import application
from website import pages
from website.configuration import Configuration
from website.store import Store

VERSION = "0.1"


def create(database: Database, configuration: Configuration) -> Flask:
    """The website, on this database."""
    app = application("website", database.check)
    connections = Connections(database)
    app.extensions["store"] = Store(connections)
    app.register_blueprint(pages.blueprint)
    return app
