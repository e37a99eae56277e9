"""Articles as they are shown, as they are prepared, and as they are searched"""

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    # Accents make no difference to a search. The extension is a trusted one: it needs no superuser.
    op.execute("CREATE EXTENSION IF NOT EXISTS unaccent")
    op.execute("CREATE TEXT SEARCH CONFIGURATION article (COPY = english)")
    op.execute("""
        ALTER TEXT SEARCH CONFIGURATION article
        ALTER MAPPING FOR hword, hword_part, word, asciiword, asciihword, hword_asciipart WITH unaccent, english_stem
    """)
    # An article version has up to two rows: what readers see (live), and what was posted but is not published: its draft.
    # `eif` is json, not jsonb: it is given back as it came. A missing `body` means that the XML could not be had yet.
    op.execute("""
        CREATE TABLE content (
            id text NOT NULL,
            live boolean NOT NULL,
            article_id text NOT NULL,
            version bigint NOT NULL,
            path text NOT NULL,
            title text NOT NULL,
            status text NOT NULL,
            pub_date timestamptz,
            updated timestamptz,
            eif json NOT NULL,
            body json,
            body_source text NOT NULL DEFAULT '',
            search tsvector NOT NULL,
            posted_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (id, live)
        )
    """)
    op.execute("CREATE INDEX content_path ON content (path)")
    op.execute("CREATE INDEX content_versions ON content (article_id, version)")
    op.execute("CREATE INDEX content_latest ON content (pub_date DESC) WHERE live")
    op.execute("CREATE INDEX content_search ON content USING gin (search) WHERE live")
