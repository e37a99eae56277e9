"""What happens to an article version after it was posted: it is read back, published, withdrawn, deleted."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow

from continuum.database import Connections
from website import assets, content, switches
from website.bodies import refresh
from website.ingest import Unknown, demand_no_maintenance

log = logging.getLogger(__name__)

_REST_SECONDS = 5  # what was posted and at once published has its text already


@dataclass(frozen=True)
class Publication:
    """Whether an article version is published, when it first was, and when it was last updated (None: never)."""

    published: bool
    pub_date: datetime | None
    update: datetime | None


def posted(connections: Connections, version_id: str) -> Mapping[str, Any]:
    """The EIF of an article version as it was last posted. Raises Unknown."""
    with connections.transaction() as connection:
        found = content.rows(connection, version_id)
    return _posted(found)


def delete(connections: Connections, version_id: str) -> Mapping[str, Any]:
    """Deletes an article version, published or not; answers its EIF. Raises Unknown."""
    with connections.transaction() as connection:
        demand_no_maintenance(connection)
        content.lock(connection, version_id)
        found = _posted(content.rows(connection, version_id))
        connection.execute("DELETE FROM content WHERE id = %s", (version_id,))
    log.info("article version %s deleted", version_id)
    return found


def publish(connections: Connections, version_id: str, default_cdn: str) -> Publication:
    """Makes what was last posted of an article version what readers see, with the text that the CDN has now.

    Again: changes nothing but that text. Raises Unknown.
    """
    done = _publish(connections, version_id)
    with connections.transaction() as connection:
        row = content.rows(connection, version_id).get(True)
        cdn = switches.cdn(connection, default_cdn)
    source = assets.xml_address(cdn, row["article_id"], row["version"]) if row else ""
    if source:
        refresh(connections, cdn, version_id, source, True, _REST_SECONDS, anyway=True)
    return done


def _publish(connections: Connections, version_id: str) -> Publication:
    with connections.transaction() as connection:
        draft, live = _both(connection, version_id)
        if draft is None:
            assert live is not None
            return Publication(True, live["pub_date"], live["updated"])
        date = draft["pub_date"] or (live["pub_date"] if live else datetime.now(UTC))
        connection.execute("DELETE FROM content WHERE id = %s AND live", (version_id,))
        connection.execute("UPDATE content SET live = true, pub_date = %s WHERE id = %s", (date, version_id))
    log.info("article version %s published", version_id)
    return Publication(True, date, draft["updated"])


def withdraw(connections: Connections, version_id: str) -> Publication:
    """Takes an article version away from readers; what was last posted of it stays as its draft. Raises Unknown."""
    with connections.transaction() as connection:
        draft, live = _both(connection, version_id)
        last = draft or live
        assert last is not None
        if live is not None and draft is not None:
            connection.execute("DELETE FROM content WHERE id = %s AND live", (version_id,))
        elif live is not None:
            connection.execute("UPDATE content SET live = false WHERE id = %s", (version_id,))
    log.info("article version %s withdrawn", version_id)
    return Publication(False, last["pub_date"], last["updated"])


def _both(connection: Connection[DictRow], version_id: str) -> tuple[DictRow | None, DictRow | None]:
    """The draft and the live row, at least one of them, kept from others until the transaction ends."""
    demand_no_maintenance(connection)
    content.lock(connection, version_id)
    found = content.rows(connection, version_id)
    if not found:
        raise Unknown
    return found.get(False), found.get(True)


def _posted(found: Mapping[bool, DictRow]) -> Mapping[str, Any]:
    if not found:
        raise Unknown
    eif: Mapping[str, Any] = (found.get(False) or found[True])["eif"]
    return eif
