"""Taking in an article: one after another, all of it or nothing.

An ingest is one transaction, under a lock that the database holds for as long as the transaction lasts, whichever
machine it is on. Who comes meanwhile is told so (Busy) and comes again. Where the process, its machine or the network
dies, the database undoes what was begun and lets the lock go. Whether somebody still waits for the answer makes no
difference: an ingest that nginx has cut off is there when it is done.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow
from werkzeug.exceptions import NotFound, ServiceUnavailable, TooManyRequests

from continuum.database import Connections
from continuum.eif import Problem
from website import bodies, content, maintenance, switches
from website.content import Text
from website.documents import Invalid, moment

log = logging.getLogger(__name__)

LOCK = (0x45494600, 1)  # of the ingest, the only one there is
# The longest that one statement of an ingest may wait for others. Far over nginx's 60 s: that cut does no harm.
_MINUTES = 10
# How the server notices, within seconds, that a process or its machine has died in the middle of an ingest.
_LIMITS = f"""
    SET LOCAL statement_timeout = '{_MINUTES}min'; SET LOCAL idle_in_transaction_session_timeout = '{_MINUTES}min';
    SET LOCAL client_connection_check_interval = '1s';
    SET LOCAL tcp_keepalives_idle = 10; SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 3
"""


class Busy(TooManyRequests):
    """Another article is being taken in."""

    def __init__(self) -> None:
        super().__init__("another article is being taken in; try again soon", retry_after=5)


class Held(ServiceUnavailable):
    """Maintenance: the site takes nothing in now."""

    def __init__(self) -> None:
        super().__init__("the site is in maintenance; try again later", retry_after=30)


class Unknown(NotFound):
    """There is no such article version."""

    def __init__(self) -> None:
        super().__init__("there is no such article version")


def ingest(connections: Connections, eif: Mapping[str, Any], default_cdn: str, known_only: bool = False) -> None:
    """Takes in an EIF (one that `documents.read_eif` has accepted) and fetches the article's XML.

    It is published at once if it says `publish`, or if it says `force` and this version is published already. Else it
    is kept as a draft; what readers see stays as it is until the draft is published.

    `known_only`: raises Unknown for an article version that was never posted. Raises Busy, Held, and Invalid for a path
    that another article version has.
    """
    version_id = eif["article-version-id"]
    with connections.transaction() as connection:
        begin(connection)
        if known_only and not content.rows(connection, version_id):
            raise Unknown
        _claim_path(connection, eif)
        live = _write(connection, eif, bodies.read(switches.cdn(connection, default_cdn), eif, bodies.TAKING_IN))
    log.info("article version %s taken in, %s", version_id, "published" if live else "not published")


def begin(connection: Connection[DictRow]) -> None:
    """Makes this transaction the only ingest there is until it ends. Raises Busy or Held."""
    connection.execute(_LIMITS)
    taken = connection.execute("SELECT pg_try_advisory_xact_lock(%s, %s) AS taken", LOCK).fetchone()
    if not taken or not taken["taken"]:
        raise Busy
    demand_no_maintenance(connection)


def demand_no_maintenance(connection: Connection[DictRow]) -> None:
    """Raises Held where the site is held."""
    if maintenance.holds(connection):
        raise Held


def _claim_path(connection: Connection[DictRow], eif: Mapping[str, Any]) -> None:
    other = connection.execute(
        "SELECT id FROM content WHERE path = %s AND id <> %s LIMIT 1",
        (content.normal_path(eif), eif["article-version-id"]),
    ).fetchone()
    if other:
        raise Invalid(Problem("path", f"is the path of article version {other['id']}", eif["path"]))


def _write(connection: Connection[DictRow], eif: Mapping[str, Any], text: Text) -> bool:
    version_id = eif["article-version-id"]
    content.lock(connection, version_id)
    before = content.rows(connection, version_id)
    published = before.get(True)
    live = eif.get("publish", False) or (eif.get("force", False) and published is not None)
    date = moment(eif, "pub-date")
    if live:
        date = date or (published["pub_date"] if published else datetime.now(UTC))
        connection.execute("DELETE FROM content WHERE id = %s AND NOT live", (version_id,))
    content.write(connection, eif, live, date, text)
    return bool(live)
