"""ConvertJATS: the article's XML becomes its EIF, the JSON that website and lax take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.activity.task import PermanentFailure, Task
from bot.eif import ConversionError, convert
from bot.provider import dashboard, eif_file
from bot.provider.properties import Details
from bot.provider.storage import Storage
from continuum.articles import ArticleNameError, ArticleZip
from continuum.dates import written


def perform(task: Task) -> Mapping[str, Any]:
    """Answers `eif_location` and `path`, the article's address on the website."""
    article = task.article
    name = str(task.value("article_xml"))
    xml = Storage.of(task.settings).get("expanded_bucket", f"{task.value('expanded_folder')}/{name}")
    try:
        # Whether it is published at once, SetPublicationStatus decides.
        eif = convert(xml, article.version, _updated(task), publish=False)
    except ConversionError as error:
        raise PermanentFailure(f"{name} can't be converted: {error}") from error
    if eif["article-id"] != article.article_id:
        of = f"article {eif['article-id']}, not of {article.article_id}"
        raise PermanentFailure(f"{name} is the XML of {of}: correct the zip's name or its XML")
    where = eif_file.key(task)
    eif_file.write(task, where, eif)
    Details.of(eif).tell(dashboard.of(task))
    return {"eif_location": where, "path": eif["path"]}


def _updated(task: Task) -> str | None:
    """The date in the zip's name, if it has one: when this version was updated."""
    try:
        updated = ArticleZip.parse(str(task.value("zip_name")).rpartition("/")[2]).updated
    except ArticleNameError:
        return None
    return written(updated) if updated else None
