"""What Alembic runs around migrations: on the connection it is given, noting each migration that was run."""
