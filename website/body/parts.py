"""The parts of an article as elifetools reads them: titled lists of blocks (paragraphs, figures, tables …).

elifetools has read every article of the journal for its public API, of all years and kinds. What it makes are the
blocks of that API: https://api.elifesciences.org/documentation. A part that it can't read is shown as plain
paragraphs instead, and named among the problems.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from elifetools import parseJATS

from website.body import ASSET

log = logging.getLogger(__name__)

Block = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A titled part of an article."""

    id: str
    title: str
    blocks: list[Block]
    doi: str = ""


@dataclass
class Reading:
    """Reads one article's parts, and keeps what went wrong."""

    root: Any  # the article as lxml has it
    soup: Any  # the same as BeautifulSoup has it
    problems: list[str] = field(default_factory=list)

    def parts(self) -> Iterator[Part]:
        """The article in the order in which it is read."""
        yield from self._titled("abstract", "Abstract", parseJATS.abstract_json, "//article-meta/abstract[not(@*)]")
        yield from self._titled("digest", "Digest", parseJATS.digest_json, "//abstract[@abstract-type]")
        yield from self._titled("main", "Main text", self._body, "/article/body")
        yield from self._appendices()
        yield from self._titled("data", "Data availability", self._data, "//back/sec[@sec-type='data-availability']")
        yield from self._titled("files", "Additional files", parseJATS.supplementary_files_json, "")
        yield from self._titled("ethics", "Ethics", parseJATS.ethics_json, "")
        yield from self._titled("acknowledgements", "Acknowledgements", parseJATS.acknowledgements_json, "//back/ack")

    def letters(self) -> Iterator[Part]:
        """What passed between the editors, the reviewers and the authors."""
        assessment, evaluation = parseJATS.elife_assessment, parseJATS.editor_evaluation
        yield from self._titled("assessment", "eLife assessment", assessment, "")
        yield from self._titled("evaluation", "Editor's evaluation", evaluation, "")
        yield from self._titled("decision-letter", "Decision letter", parseJATS.decision_letter, "")
        for number, review in enumerate(self._read(parseJATS.public_reviews, "the reviews") or [], 1):
            yield Part(f"review-{number}", review.get("title") or f"Review {number}", review.get("content") or [])
        yield from self._titled("author-response", "Author response", parseJATS.author_response, "")

    def references(self) -> list[Block]:
        """The works that the article cites."""
        return list(self._read(parseJATS.references_json, "the references") or [])

    def _body(self, soup: Any) -> list[Block]:
        return list(parseJATS.body_json(soup, ASSET) or [])

    def _data(self, soup: Any) -> list[Block]:
        section = soup.find("sec", {"sec-type": "data-availability"})
        return parseJATS.render_raw_body(section, base_url=ASSET) if section else []

    def _appendices(self) -> Iterator[Part]:
        appendices = self._read(lambda soup: parseJATS.appendices_json(soup, ASSET), "the appendices")
        if appendices is None:
            yield from self._as_plain("appendices", "Appendices", "//back/app-group")
        for number, appendix in enumerate(appendices or [], 1):
            title = appendix.get("title") or f"Appendix {number}"
            blocks = appendix.get("content") or []
            yield Part(appendix.get("id") or f"appendix-{number}", title, blocks, appendix.get("doi") or "")

    def _titled(self, id: str, title: str, read: Callable[[Any], Any], path: str) -> Iterator[Part]:
        found = self._read(read, f"“{title}”")
        if found is None:
            yield from self._as_plain(id, title, path)
            return
        doi = ""
        if isinstance(found, dict):
            doi = found.get("doi") or ""
            found = [*found.get("description", []), *found.get("content", [])]
        if found:
            yield Part(id, title, list(found), doi)

    def _read(self, read: Callable[[Any], Any], name: str) -> Any:
        """What `read` makes of the article, [] where it has no such part; None where it failed."""
        try:
            return read(self.soup) or []
        except Exception as error:  # elifetools raises whatever odd markup leads it to
            log.exception("elifetools on %s", name)
            self.problems.append(f"{name} could not be read as usual ({type(error).__name__}: {error})")
            return None

    def _as_plain(self, id: str, title: str, path: str) -> Iterator[Part]:
        """The part's paragraphs and headings, their text alone."""
        texts = self.root.xpath(f"({path})//*[self::p or self::title]") if path else []
        blocks = [{"type": "plain", "text": " ".join("".join(text.itertext()).split())} for text in texts]
        if blocks:
            yield Part(id, title, blocks)
