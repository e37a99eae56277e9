"""What the dashboard shows of an article, in words for its readers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.provider.dashboard import Dashboard

# A tag of the EIF's texts, `<italic>`; not the signs of "p < 0.05".
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


@dataclass(frozen=True)
class Details:
    """An article version's properties; their names on the dashboard have hyphens."""

    article_id: str
    doi: str
    title: str
    status: str
    publication_date: str
    article_type: str
    authors: str
    corresponding_authors: str
    path: str

    @classmethod
    def of(cls, eif: Mapping[str, Any]) -> Details:
        """From its EIF; '' for what that doesn't say."""
        authors = [one for one in eif.get("contributors", ()) if one.get("type") == "author"]
        return cls(
            article_id=str(eif["article-id"]),
            doi=str(eif["doi"]),
            title=plain(str(eif["title"])),
            status=str(eif["status"]),
            publication_date=str(eif.get("pub-date", "")),
            article_type=str(eif["article-type"]),
            authors=_names(authors),
            corresponding_authors=_names(one for one in authors if one.get("corresp")),
            path=str(eif["path"]),
        )

    def tell(self, dashboard: Dashboard) -> None:
        """Sets the properties that there are."""
        for name, value in asdict(self).items():
            if value:
                dashboard.property(name.replace("_", "-"), value)


def plain(text: str) -> str:
    """An EIF's text without its markup: 'from the <italic>trans</italic> Golgi' -> 'from the trans Golgi'."""
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def _names(people: Iterable[Mapping[str, Any]]) -> str:
    """'Ada Author, Ben Writer Jr, The Consortium'"""
    return ", ".join(name for one in people if (name := _name(one)))


def _name(one: Mapping[str, Any]) -> str:
    parts = (
        (one.get("collab"),) if one.get("collab") else (one.get(part) for part in ("given-names", "surname", "suffix"))
    )
    return plain(" ".join(str(part) for part in parts if part))
