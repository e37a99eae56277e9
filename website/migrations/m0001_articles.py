"""Articles as they are shown, as they are prepared, and as they are searched; who is signed in; what was switched"""

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
    # An article version has up to two rows: what readers see (live), and what was posted and is not published yet.
    # `eif` is json, not jsonb: it is given back as it came. `body_source` is where the XML of `body` came from, '' if
    # there is no text (then `body` may still say why). It was last looked for in `tried_source`, at `tried_at`.
    op.execute("""
        CREATE TABLE content (
            id text NOT NULL,
            live boolean NOT NULL,
            article_id text NOT NULL,
            version integer NOT NULL,
            path text NOT NULL,
            title text NOT NULL,
            status text NOT NULL,
            pub_date timestamptz,
            updated timestamptz,
            eif json NOT NULL,
            body json,
            body_source text NOT NULL,
            xml_sha256 bytea NOT NULL,
            tried_source text NOT NULL,
            tried_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            search tsvector NOT NULL,
            posted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (id, live),
            CHECK (pub_date IS NOT NULL OR NOT live)
        )
    """)
    op.execute("CREATE INDEX content_path ON content (path)")
    op.execute("CREATE INDEX content_versions ON content (article_id, version)")
    op.execute("CREATE INDEX content_latest ON content (pub_date DESC, id DESC) WHERE live")
    op.execute("CREATE INDEX content_search ON content USING gin (search) WHERE live")
    # What was set on an admin page, by name; without a row the machine's settings.py holds.
    op.execute("CREATE TABLE setting (name text PRIMARY KEY, value text NOT NULL)")
    # Who holds the site, and until when at most; NULL: until it is let go.
    op.execute("""
        CREATE TABLE maintenance (
            holder text PRIMARY KEY,
            since timestamptz NOT NULL DEFAULT now(),
            until timestamptz
        )
    """)
    # Of a link and of a session's cookie only the SHA-256 is kept: who reads the database can't sign in with it.
    for table in ("login_link", "sign_in"):
        op.execute(f"""
            CREATE TABLE {table} (
                secret bytea PRIMARY KEY CHECK (length(secret) = 32),
                name text NOT NULL,
                expires timestamptz NOT NULL
            )
        """)
