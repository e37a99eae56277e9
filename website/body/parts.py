"""The parts of an article as elifetools reads them: titled lists of blocks (paragraphs, figures, tables …).

elifetools has read every article of the journal for its public API, of all years and kinds. What it makes are the
blocks of that API: https://api.elifesciences.org/documentation. A part that it can't read is shown as plain
paragraphs instead, and named among the problems.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import strftime
from typing import Any

from elifetools import parseJATS
from markupsafe import escape

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
        yield from self._titled("notes", "Notes", parseJATS.footnotes_json, "//back/fn-group[not(@content-type)]")
        yield from self._titled("acknowledgements", "Acknowledgements", parseJATS.acknowledgements_json, "//back/ack")
        yield from self._titled("publication", "Publication history and licence", self._publication, "")

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
        """The works that the article cites; each has an `id`."""
        # Loose text is no work to elifetools; readers want it all the same.
        for ref in self.soup.find_all("ref"):
            if not ref.find("element-citation"):
                ref.decompose()
        works = {work.get("id"): work for work in self._read(parseJATS.references_json, "the references") or []}
        return [works.get(ref.get("id")) or _as_words(ref) for ref in self.root.xpath("//ref-list/ref")]

    def _body(self, soup: Any) -> list[Block]:
        try:
            return list(parseJATS.body_json(soup, ASSET) or [])
        except Exception as error:  # as in _read
            log.exception("elifetools on the main text")
            self.problems.append(f"a part of the text is shown without its markup ({type(error).__name__}: {error})")
            return piecemeal(soup.find("body"))

    def _data(self, soup: Any) -> list[Block]:
        section = soup.find("sec", {"sec-type": "data-availability"})
        return parseJATS.render_raw_body(section, base_url=ASSET) if section else []

    def _publication(self, soup: Any) -> list[Block]:
        dates = [(word, parseJATS.history_date(soup, word.lower())) for word in ("Received", "Accepted")]
        lines = [f"{word} {date.tm_mday} {strftime('%B %Y', date)}" for word, date in dates if date]
        lines += [str(escape(parseJATS.copyright_statement(soup) or "")), parseJATS.license_json(soup) or ""]
        return [{"type": "paragraph", "text": line} for line in lines if line]

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


def piecemeal(tag: Any) -> list[Block]:
    """The blocks inside a tag, each read by itself: what elifetools can't read loses its markup, the others don't."""
    blocks: list[Block] = []
    for child in tag.find_all(True, recursive=False):
        try:
            blocks += [block for block in parseJATS.body_block_content_render(child, base_url=ASSET) if block]
        except Exception:
            log.debug("elifetools on <%s>", child.name, exc_info=True)
            if child.name == "sec":
                title = child.find("title", recursive=False)
                words = str(escape(title.get_text())) if title else ""
                blocks.append({"type": "section", "id": child.get("id"), "title": words, "content": piecemeal(child)})
            else:
                blocks.append({"type": "plain", "text": " ".join(child.get_text(" ").split())})
    return blocks


def _as_words(ref: Any) -> Block:
    texts = (" ".join(text.split()) for text in ref.itertext())
    return {"id": ref.get("id"), "details": str(escape(" ".join(text for text in texts if text)))}
