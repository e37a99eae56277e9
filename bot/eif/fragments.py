"""The parts of an article that have a DOI of their own, as a tree, each with the path it has on the website.

elifetools has `components` for this. It counts the whole document again for each of them (six seconds for an article
with two hundred figures), and loses what stands in a part without a DOI.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag
from elifetools.utils import doi_uri_to_doi

from bot.eif.markup import kept, marked, plain
from continuum.eif import FRAGMENT_TYPES, is_doi

_OURS = "10.7554/"
# What is a part, and what it is called in a path.
_TOKENS = {
    "abstract": "abstract", "fig": "figure", "supplementary-material": "supp-material", "table-wrap": "table",
    "boxed-text": "box", "media": "media", "app": "appendix", "chem-struct-wrap": "C", "sub-article": "sub-article",
}  # fmt: skip
_PARENTS = ("sub-article", "fig", "boxed-text", "table-wrap", "app", "media")
_LETTERS = ("decision", "response")

Contributors = Callable[[Tag], list[dict[str, object]]]


@dataclass(frozen=True)
class _Part:
    """An element with a DOI, and those that stand in it."""

    tag: Tag
    doi: str
    children: list[_Part] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.tag.name

    @property
    def title(self) -> str:
        """What it is called: a letter by its title, a figure by its label or else by what it shows."""
        if self.kind == "sub-article":
            return marked(self.tag.find("article-title"))
        if self.kind == "abstract":
            return _own(self.tag, "title")
        return _own(self.tag, "label") or _own(self.tag, "title") or _of_caption(self.tag) or _of_section(self.tag)


def fragments(soup: BeautifulSoup, path: str, contributors: Contributors) -> list[dict[str, object]]:
    """The tree of fragments of the article at `path`, in the order of the XML; `contributors` reads a sub-article's."""
    return list(_fragments(_tree(soup), path, contributors))


def _tree(soup: BeautifulSoup) -> list[_Part]:
    roots: list[_Part] = []
    seen: dict[int, _Part] = {}  # by id(tag): two tags that say the same are equal
    for tag in soup.find_all(list(_TOKENS)):
        doi = _doi(tag)
        if not doi:
            continue
        part = _Part(tag, doi)
        parent = _parent(tag, seen)
        (parent.children if parent else roots).append(part)
        seen[id(tag)] = part
    return roots


def _doi(tag: Tag) -> str:
    """The tag's own DOI, not that of a part in it; '' where it has none or one of another publisher."""
    name = "article-id" if tag.name == "sub-article" else "object-id"
    found = tag.find(name, attrs={"pub-id-type": "doi"})
    if not found or found.find_parent(list(_TOKENS)) is not tag:
        return ""
    doi = doi_uri_to_doi(plain(found))
    return doi if doi.startswith(_OURS) and is_doi(doi) else ""


def _parent(tag: Tag, seen: Mapping[int, _Part]) -> _Part | None:
    """The nearest part around it; a figure's supplement stands in the first figure of their group."""
    for around in tag.parents:
        acting = around.find("fig") if around.name == "fig-group" else around
        if acting and acting.name in _PARENTS and id(acting) in seen:
            return seen[id(acting)]
    return None


def _fragments(parts: Sequence[_Part], path: str, contributors: Contributors) -> Iterator[dict[str, object]]:
    counted: Counter[str] = Counter()
    for part in parts:
        counted[part.kind] += 1
        own_path = f"{path}/{_token(part, counted[part.kind])}"
        inner = list(_fragments(part.children, own_path, contributors))
        title = part.title
        if part.kind not in FRAGMENT_TYPES or not (title or part.kind == "abstract"):
            yield from inner  # the EIF has no place for an appendix, nor for what has no name
            continue
        yield kept(
            type=part.kind,
            doi=part.doi,
            title=title,
            contributors=contributors(part.tag) if part.kind == "sub-article" else None,
            fragments=inner,
            path=own_path,
        )


def _token(part: _Part, number: int) -> str:
    """The part's own piece of its path: `figure2`, `figure-supp1`, `abstract` and `abstract2`, `decision`."""
    if part.kind == "abstract" and number == 1:
        return "abstract"
    if part.kind == "sub-article" and number <= len(_LETTERS):
        return _LETTERS[number - 1]
    if part.kind == "fig" and part.tag.has_attr("specific-use"):
        return f"figure-supp{number}"
    return f"{_TOKENS[part.kind]}{number}"


def _own(tag: Tag, name: str) -> str:
    return marked(tag.find(name, recursive=False))


def _of_caption(tag: Tag) -> str:
    caption = tag.find("caption", recursive=False)
    return marked(caption.find("title")) if caption else ""


def _of_section(tag: Tag) -> str:
    """A box that is all of an appendix is called as the appendix is."""
    section = tag.parent
    return _own(section, "title") if tag.name == "boxed-text" and section and section.name in ("app", "sec") else ""
