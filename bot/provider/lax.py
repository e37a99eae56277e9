"""lax knows which versions of an article there are, and when each was published; the bot asks it, and tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.activity.task import PermanentFailure
from bot.provider.environment import BotSettings
from bot.provider.http import WebService
from bot.provider.http_failures import Refused
from continuum.eif import is_date_time

_VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_PLACE = "{article_id}"  # in the setting lax_article_versions


class UnknownArticle(PermanentFailure):
    """lax has no version of this article."""


class BadAnswer(PermanentFailure):
    """lax answered, but not as lax does: what is at its address is something else."""


@dataclass(frozen=True)
class Lax:
    """lax at the settings' two addresses.

    Each method raises TemporaryFailure while lax is away, busy or broken, and PermanentFailure where it refuses the
    bot or answers as something else does (BadAnswer).
    """

    service: WebService
    article_versions: str
    updates: str

    @classmethod
    def of(cls, settings: BotSettings) -> Lax:
        """As the settings say; raises PermanentFailure where they don't."""
        for name in ("lax_article_versions", "lax_update"):
            if not getattr(settings, name):
                raise PermanentFailure(f"The bot's settings have no {name}: it is lax's address for the bot")
        if _PLACE not in settings.lax_article_versions:
            raise PermanentFailure(f"The setting lax_article_versions has no {_PLACE}: the article's id goes there")
        service = WebService("lax", settings.lax_secret, settings.sqs_region, settings.http_seconds)
        return cls(service, settings.lax_article_versions, settings.lax_update)

    def versions(self, article_id: str) -> dict[int, dict[str, Any]]:
        """lax's record of each version of an article ("00353"), the first first; raises UnknownArticle for none."""
        address = self.article_versions.replace(_PLACE, quote(article_id))
        answer = self.service.get(address, accept=(404,))
        found = answer.json() if answer.status != 404 else {}
        if not isinstance(found, dict) or not all(_is_version(*item) for item in found.items()):
            raise BadAnswer(f"lax did not answer with the versions of article {article_id}: is its address right?")
        if not found:
            raise UnknownArticle(f"lax has no version of article {article_id}")
        return {version: found[str(version)] for version in sorted(map(int, found))}

    def highest_version(self, article_id: str) -> int:
        """The highest version that lax has; raises UnknownArticle for none."""
        return max(self.versions(article_id))

    def next_version(self, article_id: str) -> int:
        """The version that comes next: one more than the highest, 1 for an article that lax does not know."""
        try:
            return self.highest_version(article_id) + 1
        except UnknownArticle:
            return 1

    def publication_date(self, article_id: str) -> str | None:
        """When the article's first version was published (`2012-12-13T00:00:00Z`); None where lax doesn't have it."""
        try:
            first = self.versions(article_id).get(1)
        except UnknownArticle:
            return None
        date = first and first.get("datetime_published")
        return date if isinstance(date, str) and is_date_time(date) else None

    def update(self, eif: Mapping[str, Any]) -> dict[str, Any]:
        """Tells lax of a published version, once or again; answers lax's record of it."""
        try:
            record = self.service.call("POST", self.updates, dict(eif)).json()
        except Refused as refused:
            if refused.answer.status != 400:
                raise
            raise PermanentFailure(f"lax does not accept the EIF: {_reason(refused)}") from refused
        if not isinstance(record, dict):
            raise BadAnswer("lax did not answer with the version that it was told of: is its address right?")
        return record


def _is_version(number: str, record: object) -> bool:
    """Whether it is an entry such as `"1": {"datetime_published": "2012-12-13T00:00:00Z"}`."""
    return _VERSION.fullmatch(number) is not None and isinstance(record, dict)


def _reason(refused: Refused) -> str:
    """What lax says is wrong; its whole answer where it doesn't say it as ours does."""
    try:
        said = refused.answer.json()
    except Exception:  # noqa: BLE001 - whatever it is, it is shown as it came
        return str(refused)
    message = said.get("message") if isinstance(said, dict) else None
    return message if isinstance(message, str) and message else str(refused)
