"""lax as a Flask application."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from flask import Flask, render_template

from continuum.database import Connections, Database
from continuum.login import Login
from continuum.settings import read
from continuum.web import application
from lax.api import api
from lax.register import Register

VERSION = "1.0"


@dataclass(frozen=True)
class Settings:
    """What lax is told: where its database is, and who may write."""

    database: Database
    login: Login

    @classmethod
    def of(cls, module: ModuleType) -> Settings:
        """From settings.py; raises SettingsError with everything that is wrong there."""
        return cls(read(Database, module), read(Login, module))


def create(settings: Settings) -> Flask:
    """lax, with these settings."""
    app = application("lax", settings.database.check)
    app.url_map.strict_slashes = False  # clients of both habits
    app.register_blueprint(api(Register(Connections(settings.database)), settings.login))

    @app.get("/")
    def front() -> str:
        return render_template("front.html", version=VERSION)

    return app
