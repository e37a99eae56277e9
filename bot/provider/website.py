"""The journal's website takes articles in, previews and publishes them: Drupal's EIF service, or what stands in."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.activity.task import PermanentFailure
from bot.provider.environment import BotSettings
from bot.provider.http import WebService
from bot.provider.http_failures import Busy, Refused, Unanswered
from bot.provider.same_eif import same

# Sites without a GET for an article version (405, 501) are taken at their POST's word.
_NOT_THERE = (404, 405, 501)
_MOST_PROBLEMS = 10
_FIRST_PAUSE_SECONDS = 0.25
_LONGEST_PAUSE_SECONDS = 5.0


@dataclass(frozen=True)
class Website:
    """The website at the settings' two endpoints."""

    service: WebService
    articles: str
    approvals: str

    @classmethod
    def of(cls, settings: BotSettings) -> Website:
        """As the settings say; raises PermanentFailure where they don't."""
        for name in ("drupal_EIF_endpoint", "drupal_approve_endpoint"):
            if not getattr(settings, name):
                raise PermanentFailure(f"The bot's settings have no {name}: it is the website's address for the bot")
        service = WebService("The website", settings.website_secret, settings.sqs_region, settings.http_seconds)
        return cls(service, settings.drupal_EIF_endpoint, settings.drupal_approve_endpoint)

    def stored(self, article_version_id: str) -> dict[str, Any] | None:
        """What the website has of an article version ('00353.1'), previews as well; None where it has nothing."""
        url = f"{self.articles.removesuffix('.json')}/{quote(article_version_id)}.json"
        answer = self.service.get(url, accept=_NOT_THERE)
        found = answer.json() if answer.status not in _NOT_THERE else None
        return found if isinstance(found, dict) and found else None

    def has(self, eif: Mapping[str, Any]) -> dict[str, Any] | None:
        """What the website has of this EIF's version if that is this EIF, else None."""
        stored = self.stored(str(eif["article-version-id"]))
        return stored if stored is not None and same(eif, stored) else None

    def post(
        self, eif: Mapping[str, Any], patience: float, abandoned: threading.Event, again: bool = True
    ) -> dict[str, Any]:
        """Gives the EIF to the website, if it hasn't it already; answers what the website has now.

        Before it is posted `again`, the website is asked whether it has arrived: a POST whose answer was lost (the web
        server cuts it at 60 s) goes on behind it, and must be neither repeated nor forgotten. The first time it is not
        asked: a correction may change the text alone, and have the EIF that the website has.
        A website that is busy with another article is asked again for so many seconds, or until `abandoned`.

        Raises Busy or Unanswered when that time is over, PermanentFailure for an EIF that it does not accept.
        """
        until = time.monotonic() + patience
        pause = _FIRST_PAUSE_SECONDS
        while True:
            if again and (stored := self.has(eif)) is not None:
                return stored
            again = True
            try:
                return self._post(eif)
            except (Busy, Unanswered) as failure:
                # An ingest takes a second or so; the site's own hint is for those that take long.
                hint = failure.retry_after if isinstance(failure, Busy) else None
                pause = min(pause * 2, hint or _LONGEST_PAUSE_SECONDS)
                if time.monotonic() + pause > until or abandoned.wait(pause):
                    raise

    def publish(self, article_version_id: str) -> dict[str, Any]:
        """Publishes a preview, once or again; answers the website's `{"publish", "pub-date", "update"}`."""
        url = f"{self.approvals.rstrip('/')}/{quote(article_version_id)}.json"
        try:
            answer = self.service.call("PUT", url, {"publish": "1"}).json()
        except Refused as refused:
            if refused.answer.status != 404:
                raise
            advice = "send its zip again, and approve it then"
            raise PermanentFailure(f"The website has no article {article_version_id} to publish: {advice}") from refused
        return answer if isinstance(answer, dict) else {}

    def _post(self, eif: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = self.service.call("POST", self.articles, dict(eif))
        except Unanswered as cut:
            raise Unanswered(f"{cut}; before the article is posted again, it is asked whether it has arrived") from cut
        except Refused as refused:
            if refused.answer.status != 400:
                raise
            raise PermanentFailure(f"The website does not accept the EIF: {_problems(refused)}") from refused
        stored = answer.json()
        return stored if isinstance(stored, dict) else {}


def _problems(refused: Refused) -> str:
    """Every field that the website names, in one line; its whole answer where it names none."""
    try:
        found = refused.answer.json()
    except Exception:  # noqa: BLE001 - whatever it is, it is shown as it came
        return str(refused)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found) or not found:
        return str(refused)
    told = [f"{one.get('field')}: {one.get('message')} ({str(one.get('value'))[:60]!r})" for one in found]
    more = f"; and {len(told) - _MOST_PROBLEMS} more" if len(told) > _MOST_PROBLEMS else ""
    return "; ".join(told[:_MOST_PROBLEMS]) + more
