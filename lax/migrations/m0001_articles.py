"""Versions of articles, and every EIF that said something about them"""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # What was received is never changed: who sent what, and when. An EIF that says the same as the one before it is not
    # received anew.
    op.execute("""
        CREATE TABLE received (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            article_id bigint NOT NULL CHECK (article_id > 0),
            version integer NOT NULL CHECK (version > 0),
            received_at timestamptz NOT NULL DEFAULT now(),
            received_by text NOT NULL,
            sha256 bytea NOT NULL CHECK (length(sha256) = 32),
            eif jsonb NOT NULL
        )
    """)
    op.execute("CREATE INDEX received_of_version ON received (article_id, version, id)")
    # published_at: the earliest date that any EIF of this version gave. received_id: the EIF that holds now.
    op.execute("""
        CREATE TABLE article_version (
            article_id bigint NOT NULL CHECK (article_id > 0),
            version integer NOT NULL CHECK (version > 0),
            published_at timestamptz NOT NULL,
            received_id bigint NOT NULL REFERENCES received (id),
            PRIMARY KEY (article_id, version)
        )
    """)
