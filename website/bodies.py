"""Articles' texts: the XML fetched from the CDN and converted; tried again when a reader comes where it failed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from continuum.database import Connections
from website import assets, body, content
from website.body import Body

log = logging.getLogger(__name__)

_CONVERSION_SECONDS = 60
# When a reader waits for it, and how long after one failure nobody does.
_READER_XML_SECONDS = 5
_READER_CONVERSION_SECONDS = 20
_REST_SECONDS = 60

_CLAIM = """
    UPDATE content SET tried_source = %(source)s, tried_at = clock_timestamp()
    WHERE id = %(id)s AND live = %(live)s AND body_source <> %(source)s
    AND (tried_source <> %(source)s OR tried_at < clock_timestamp() - make_interval(secs => %(rest)s))
    RETURNING eif, posted_at
"""
_FILL = f"""
    UPDATE content SET body = %(body)s, body_source = %(source)s, search = {content.SEARCH}
    WHERE id = %(id)s AND live = %(live)s AND posted_at = %(posted_at)s
"""


def read_body(
    cdn: str, eif: Mapping[str, Any], seconds: float, conversion_seconds: float = _CONVERSION_SECONDS
) -> tuple[str, Body | None]:
    """Where an article's XML is, and its text; None where the XML can't be had within so many seconds. Never fails."""
    source = assets.xml_address(cdn, eif["article-id"], eif["version"])
    try:
        xml = assets.fetch(source, seconds)
    except assets.NotThere as reason:
        log.warning("article version %s has no text for now: %s", eif["article-version-id"], reason)
        return source, None
    made = body.to_html(xml, conversion_seconds)
    for problem in made.problems:
        log.warning("article version %s: %s", eif["article-version-id"], problem)
    return source, body.with_pictures(made, assets.folder(cdn, eif["article-id"]))


def refresh(connections: Connections, cdn: str, source: str, version_id: str, live: bool) -> Body | None:
    """The text of an article version, fetched from `source`, where its XML is now; None where it can't be had.

    Of all who ask for the same text at once, one fetches it; nobody does within a minute after that failed.
    """
    which = {"id": version_id, "live": live, "source": source}
    with connections.transaction() as connection:
        claimed = connection.execute(_CLAIM, {**which, "rest": _REST_SECONDS}).fetchone()
    if not claimed:
        return None
    _, made = read_body(cdn, claimed["eif"], _READER_XML_SECONDS, _READER_CONVERSION_SECONDS)
    if made:
        values = {"body": content.as_json(made), "posted_at": claimed["posted_at"]}
        with connections.transaction() as connection:
            # Posted anew meanwhile: what was posted is newer.
            connection.execute(_FILL, {**which, **values, **content.searched(claimed["eif"], made)})
    return made
