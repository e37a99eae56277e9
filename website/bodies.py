"""Articles' texts: the XML fetched from the CDN and converted; again when a reader comes or an article is published.

A corrected article may come with the same EIF: then only its XML is another one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from continuum.database import Connections
from website import assets, body, content
from website.body import Body
from website.content import Text

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Seconds that fetching the XML and converting it may take."""

    fetching: float
    converting: float


TAKING_IN = Limits(20, 60)
_READING = Limits(5, 20)  # somebody waits

_CLAIM = """
    UPDATE content SET tried_source = %(source)s, tried_at = clock_timestamp()
    WHERE id = %(id)s AND live = %(live)s
    AND (tried_source <> %(source)s OR tried_at < clock_timestamp() - make_interval(secs => %(rest)s))
    RETURNING eif, posted_at, body_source, xml_sha256
"""
# Posted anew meanwhile: what was posted is newer. What can't be converted takes no text away that there is.
_FILL = f"""
    UPDATE content SET body = %(body)s, body_source = %(body_source)s, xml_sha256 = %(xml_sha256)s,
        search = {content.SEARCH}
    WHERE id = %(id)s AND live = %(live)s AND posted_at = %(posted_at)s AND (body_source = '' OR %(body_source)s <> '')
"""


def read(cdn: str, eif: Mapping[str, Any], limits: Limits) -> Text:
    """An article's text as the CDN has it now; without a body where the XML can't be had. Never fails."""
    source = assets.xml_address(cdn, eif["article-id"], eif["version"])
    xml = _fetched(source, eif, limits)
    return Text(source) if xml is None else _converted(cdn, source, xml, eif, limits)


def refresh(
    connections: Connections, cdn: str, version_id: str, source: str, live: bool, rest: float = 60, anyway: bool = False
) -> Body | None:
    """The text of an article version where it is another one now than the one that is kept, and keeps it. Else None.

    `source` is where its XML is now. Of all who ask at once, one fetches it, and nobody does for `rest` seconds then.
    `anyway`: it is converted although the XML is the same, since its pictures may be others.
    """
    which = {"id": version_id, "live": live, "source": source}
    with connections.transaction() as connection:
        claimed = connection.execute(_CLAIM, {**which, "rest": rest}).fetchone()
    xml = _fetched(source, claimed["eif"], _READING) if claimed else None
    if claimed is None or xml is None:
        return None
    is_same = claimed["body_source"] == source and claimed["xml_sha256"] == sha256(xml).digest()
    if is_same and not anyway:
        return None
    text = _converted(cdn, source, xml, claimed["eif"], _READING)
    with connections.transaction() as connection:
        values = {**which, "posted_at": claimed["posted_at"], **content.kept(claimed["eif"], text)}
        return text.body if connection.execute(_FILL, values).rowcount else None


def _fetched(source: str, eif: Mapping[str, Any], limits: Limits) -> bytes | None:
    try:
        return assets.fetch(source, limits.fetching)
    except assets.NotThere as reason:
        log.warning("article version %s: its XML can't be had for now: %s", eif["article-version-id"], reason)
        return None


def _converted(cdn: str, source: str, xml: bytes, eif: Mapping[str, Any], limits: Limits) -> Text:
    made = body.to_html(xml, limits.converting)
    for problem in made.problems:
        log.warning("article version %s: %s", eif["article-version-id"], problem)
    made = body.with_pictures(made, assets.folder(cdn, eif["article-id"]))
    return Text(source, sha256(xml).digest(), made)
