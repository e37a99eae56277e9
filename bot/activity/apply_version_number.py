"""ApplyVersionNumber: every file of the article carries `-v<version>`, in its name and where the XML links to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import PermanentFailure, Task
from bot.provider import article_xml
from bot.provider.expanded import BUCKET, Expanded
from bot.provider.pictures import pictures
from bot.provider.side_by_side import each
from bot.provider.storage import NoSuchFile
from bot.provider.zip_members import is_article_xml


def perform(task: Task) -> Mapping[str, Any]:
    """Answers the name of the article's XML, and the images that are to be converted."""
    expanded = Expanded(task)
    names = expanded.all_names()
    each(task, lambda name: _rename(expanded, name), names)
    return {"article_xml": expanded.xml, "images": pictures(_at_version(expanded, name) for name in names)}


def _at_version(expanded: Expanded, name: str) -> str:
    return article_xml.versioned_name(name, expanded.article.article_id, expanded.article.version)


def _rename(expanded: Expanded, name: str) -> None:
    renamed = _at_version(expanded, name)
    try:
        if is_article_xml(name):
            _rewrite(expanded, name, renamed)
        elif name != renamed:
            expanded.storage.copy((BUCKET, expanded.key(name)), (BUCKET, expanded.key(renamed)))
    except NoSuchFile:
        # Another worker, taken for dead, has just done the same.
        if renamed not in expanded.all_names():
            raise
    if name != renamed:
        expanded.storage.delete(BUCKET, expanded.key(name))


def _rewrite(expanded: Expanded, name: str, renamed: str) -> None:
    article, storage = expanded.article, expanded.storage
    xml = storage.get(BUCKET, expanded.key(name))
    try:
        rewritten = article_xml.at_version(xml, article.article_id, article.version)
    except article_xml.XmlProblem as problem:
        raise PermanentFailure(f"{name} {problem}") from problem
    if (name, xml) != (renamed, rewritten):
        storage.put(BUCKET, expanded.key(renamed), rewritten, "application/xml")
