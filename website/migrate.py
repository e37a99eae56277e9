"""Brings the website's database up to date: its tables, as `migrations/` says. Run it as often as you like."""

from pathlib import Path

from continuum import migrations
from continuum.database import Database
from continuum.settings import read
from website import settings

if __name__ == "__main__":
    raise SystemExit(migrations.main("website", read(Database, settings), Path(__file__).parent / "migrations"))
