"""Brings lax's database up to date: its tables, as the folder `migrations` says. Run it as often as you like."""

from pathlib import Path

from continuum import migrations
from continuum.database import Database
from continuum.settings import read
from lax import settings

if __name__ == "__main__":
    raise SystemExit(migrations.main("lax", read(Database, settings), Path(__file__).parent / "migrations"))
