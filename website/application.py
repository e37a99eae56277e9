"""The website as a Flask application."""

from __future__ import annotations

from flask import Flask

from continuum.database import Connections, Database
from continuum.login import Login
from continuum.web import application
from website import accounts, admin, api, pages
from website.configuration import Configuration
from website.store import Store

VERSION = "0.1"


def create(database: Database, configuration: Configuration) -> Flask:
    """The website, on this database."""
    app = application("website", database.check)
    connections = Connections(database)
    app.extensions["store"] = Store(connections, configuration.cdn_url)
    accounts.install(app, connections, configuration.secret_key)
    login = Login(configuration.api_user, configuration.api_password)
    app.register_blueprint(api.service(connections, login, configuration.cdn_url))
    app.register_blueprint(admin.service(connections, configuration.cdn_url))
    app.register_blueprint(pages.blueprint)
    return app
