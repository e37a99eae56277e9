"""The parts of an article that have a DOI of their own, as a tree, each with the path it has on the website."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup
from elifetools import parseJATS

from bot.eif.markup import kept, one_line
from continuum.eif import FRAGMENT_TYPES, is_doi

_OURS = "10.7554/"
_TOKENS = {
    "fig": "figure", "supplementary-material": "supp-material", "table-wrap": "table", "boxed-text": "box",
    "media": "media", "app": "appendix", "chem-struct-wrap": "C",
}  # fmt: skip

_SUB_ARTICLES = ("decision", "response")

# (number of a sub-article, from 1; its contributors as elifetools reads them) -> as the EIF has them
Contributors = Callable[[int, Sequence[Mapping[str, Any]]], list[dict[str, object]]]


@dataclass(frozen=True)
class _Part:
    """A component as elifetools reads it, and those that stand in it."""

    raw: Mapping[str, Any]
    children: list[_Part] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.raw["type"])

    @property
    def title(self) -> str:
        """What it is called: a figure by its label, a letter by its title."""
        names = ("full_title",) if self.kind in ("sub-article", "abstract") else ("full_label", "full_title")
        return next((title for name in names if (title := one_line(self.raw.get(name) or ""))), "")


def fragments(soup: BeautifulSoup, path: str, contributors: Contributors) -> list[dict[str, object]]:
    """The tree of fragments of the article at `path`, in the order of the XML."""
    return list(_fragments(_tree(soup), path, contributors))


def _tree(soup: BeautifulSoup) -> list[_Part]:
    parts = [_Part(raw) for raw in parseJATS.components(soup) if _is_ours(raw)]
    by_place = {(part.kind, part.raw["ordinal"]): part for part in parts}
    roots: list[_Part] = []
    for part in parts:
        parent = _parent(part, by_place)
        (parent.children if parent else roots).append(part)
    return roots


def _is_ours(raw: Mapping[str, Any]) -> bool:
    doi = str(raw["doi"]).strip()
    return doi.startswith(_OURS) and is_doi(doi)


def _parent(part: _Part, by_place: Mapping[tuple[str, int], _Part]) -> _Part | None:
    """What it stands in; for a figure's supplement that is the first figure of their group."""
    for generation in ("parent", "parent_parent"):
        found = by_place.get((part.raw.get(f"{generation}_type", ""), part.raw.get(f"{generation}_ordinal", 0)))
        if found and found is not part:
            return found
    return None


def _fragments(parts: Sequence[_Part], path: str, contributors: Contributors) -> Iterator[dict[str, object]]:
    counted: Counter[str] = Counter()
    for part in parts:
        counted[part.kind] += 1
        own_path = f"{path}/{_token(part, counted[part.kind])}"
        inner = list(_fragments(part.children, own_path, contributors))
        if part.kind not in FRAGMENT_TYPES or not (part.title or part.kind == "abstract"):
            yield from inner  # the EIF has no place for an appendix, nor for what has no name
            continue
        yield kept(
            type=part.kind,
            doi=str(part.raw["doi"]).strip(),
            title=part.title,
            contributors=_contributors(part, contributors),
            fragments=inner,
            path=own_path,
        )


def _contributors(part: _Part, contributors: Contributors) -> list[dict[str, object]]:
    if part.kind != "sub-article":
        return []
    return contributors(part.raw["ordinal"], part.raw.get("contributors", ()))


def _token(part: _Part, number: int) -> str:
    """The part's own piece of its path: `figure2`, `figure-supp1`, `abstract` and `abstract2`, `decision`."""
    if part.kind == "abstract":
        return "abstract" if number == 1 else f"abstract{number}"
    if part.kind == "sub-article":
        return _SUB_ARTICLES[number - 1] if number <= len(_SUB_ARTICLES) else f"sub-article{number}"
    if part.raw.get("asset") == "figsupp":
        return f"figure-supp{number}"
    return f"{_TOKENS[part.kind]}{number}"
