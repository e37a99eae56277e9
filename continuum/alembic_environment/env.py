"""Run by Alembic, not imported: continuum/migrations.py gives the connection and the list."""

from __future__ import annotations

from typing import Any, cast

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import Script

given = context.config.attributes


def note(ctx: MigrationContext, step: MigrationInfo, heads: Any, run_args: Any) -> None:
    """Called by Alembic after each migration, with arguments of these names."""
    migration = cast(Script, step.up_revision)
    given["done"].append(f"{migration.revision} {migration.doc}")


context.configure(connection=given["connection"], on_version_apply=note)
context.run_migrations()
