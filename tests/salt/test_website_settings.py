"""The website's settings as Salt writes them: read by the website itself, for AWS and for the local cloud."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from jinja2 import Environment, StrictUndefined

from continuum.database import Database
from continuum.settings import read
from website.configuration import Configuration

TEMPLATE = Path(__file__).parents[2] / "salt/salt/elife-website/config/srv-website-settings.py"
APP = {
    "db": {"name": "elife_website", "host": "/var/run/postgresql", "port": 5432, "username": "elife", "password": "p"},
    "api_user": "elife-bot",
    "api_password": "a",
    "secret_key": "s",
    "log_level": "INFO",
}


def rendered(endpoint: str | None, app: dict[str, Any] | None = None, **stack: str) -> ModuleType:
    def cfg(*paths: str) -> Any:
        *asked, default = paths if len(paths) > 1 else (*paths, None)
        return next((stack[key] for key in (path.rpartition(".")[2] for path in asked) if key in stack), default)

    salt = {"elife.cfg": cfg, "environ.get": lambda name: endpoint or ""}
    template = Environment(undefined=StrictUndefined).from_string(TEMPLATE.read_text())
    made = ModuleType("settings")
    made.__file__ = "settings.py"
    exec(template.render(pillar={"elife_website": APP | (app or {})}, salt=salt), made.__dict__)
    return made


@pytest.mark.parametrize(
    ("endpoint", "prefix", "cdn"),
    [
        ("http://10.64.0.1:4566", "ct", "http://10.64.0.1:4566/ct-elife-publishing-cdn/"),
        (None, "ct", "https://ct-elife-publishing-cdn.s3.amazonaws.com/"),
        (None, "", "https://elife-publishing-cdn.s3.amazonaws.com/"),
    ],
)
def test_figures_come_from_the_buckets_public_address(endpoint: str | None, prefix: str, cdn: str) -> None:
    assert read(Configuration, rendered(endpoint, prefix=prefix)).cdn_url == cdn


def test_the_pillar_may_name_another_cdn() -> None:
    made = rendered(None, {"cdn_url": "https://cdn.example/"}, prefix="ct")
    assert read(Configuration, made).cdn_url == "https://cdn.example/"


def test_the_website_reads_who_posts_where_it_is_and_its_database() -> None:
    made = rendered(None, prefix="ct", Host="ct.v2.elifesciences.org", RDSHost="db.example", RDSPort="5433")
    told = read(Configuration, made)
    assert (told.api_user, told.api_password, told.secret_key) == ("elife-bot", "a", "s")
    assert told.site_url == "http://ct.v2.elifesciences.org"
    where = read(Database, made)
    assert (where.host, where.port, where.database, where.user) == ("db.example", 5433, "elife_website", "elife")
