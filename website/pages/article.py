"""What an article's page shows, made of its EIF."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from continuum.articles import ArticleFile
from website.pages.markup import plain
from website.pages.people import EIF, Person, people
from website.store import ArticleVersion

JOURNAL = "eLife"
ISSN = "2050-084X"
PUBLISHER = "eLife Sciences Publications, Ltd"
_DOI = re.compile(r"10\.7554/eLife\.(\d{5,})", re.IGNORECASE)
_KINDS = {"POA": "Author's accepted manuscript", "VOR": "Version of record"}
# How the EIF's kinds of relation read on a page.
_RELATIONS = {
    "commentary": "Comment on this article",
    "commentary-article": "Comments on",
    "corrected-article": "Corrects",
    "article-reference": "Related article",
}


@dataclass(frozen=True)
class Relation:
    """Another article, and what it has to do with this one."""

    words: str
    doi: str

    @property
    def article_id(self) -> str:
        """The other's id, as DOIs of this journal end in it; '' for another journal's."""
        match = _DOI.fullmatch(self.doi)
        return match[1] if match else ""


@dataclass(frozen=True)
class Article:
    """One version of an article, as it was posted."""

    kept: ArticleVersion

    @property
    def eif(self) -> EIF:
        """Everything that was posted."""
        return self.kept.eif

    @property
    def id(self) -> str:
        """`00353`"""
        return self.kept.article_id

    @property
    def version(self) -> int:
        """From 1."""
        return self.kept.version

    @property
    def path(self) -> str:
        """`/content/1/e00353v1`"""
        return "/" + self.kept.path

    @property
    def title(self) -> str:
        """With JATS's inline tags."""
        return self.kept.title

    @property
    def plain_title(self) -> str:
        """The words alone."""
        return plain(self.title)

    @property
    def doi(self) -> str:
        """`10.7554/eLife.00353`"""
        return str(self.eif["doi"])

    @property
    def status(self) -> str:
        """`POA` or `VOR`."""
        return self.kept.status

    @property
    def kind(self) -> str:
        """The status in words."""
        return _KINDS.get(self.status, self.status)

    @property
    def impact(self) -> str:
        """The article in a sentence, with inline tags; may be empty."""
        return str(self.eif.get("impact-statement") or "")

    @property
    def published(self) -> datetime | None:
        """When the article was first published."""
        return self.kept.pub_date

    @property
    def updated(self) -> datetime | None:
        """When this version came."""
        return self.kept.update or self.published

    @property
    def is_published(self) -> bool:
        """False for a draft."""
        return self.kept.published

    @property
    def snippet(self) -> str:
        """The part of its text that a search found."""
        return self.kept.snippet

    @cached_property
    def authors(self) -> list[Person]:
        """Those of the byline."""
        return people(self.eif, "author", "on-behalf-of")

    @cached_property
    def others(self) -> list[Person]:
        """Authors who are not in the byline: members of a group."""
        return people(self.eif, "author non-byline")

    @cached_property
    def editors(self) -> list[Person]:
        """Editors and reviewers."""
        return people(self.eif, "editor", "reviewer")

    @property
    def byline(self) -> str:
        """`Eve Marder`, `A and B`, `A et al.`"""
        names = [author.name for author in self.authors]
        if len(names) > 2:
            return f"{names[0]} et al."
        return " and ".join(names)

    def category(self, kind: str) -> list[str]:
        """`display-channel` (the article's kind), `heading` (subjects) or `sub-display-channel`."""
        return list((self.eif.get("categories") or {}).get(kind) or [])

    def keywords(self, kind: str) -> list[str]:
        """`author-keywords` or `research-organism`."""
        return list((self.eif.get("keywords") or {}).get(kind) or [])

    def notes(self, kind: str) -> list[str]:
        """What the EIF says once for several people: `competing-interest`, `contribution` …"""
        return [note for note in ((self.eif.get("referenced") or {}).get(kind) or {}).values() if isinstance(note, str)]

    @property
    def funding(self) -> list[dict[str, Any]]:
        """Grants: `institution`, `award-id`."""
        return [grant for grant in ((self.eif.get("referenced") or {}).get("funding") or {}).values() if grant]

    @property
    def related(self) -> list[Relation]:
        """Articles that this one names."""
        return [
            Relation(_RELATIONS.get(one.get("type", ""), "Related article"), one["href"])
            for one in self.eif.get("related-articles") or []
            if str(one.get("href", "")).startswith("10.")
        ]

    def file(self, extension: str) -> str:
        """The article's own file of that kind, such as `elife-00353-v1.pdf`."""
        return ArticleFile(self.id, (), self.version, extension).name
