"""ExpandArticle: the zip that arrived is checked, and its files put into the expanded bucket."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.activity.task import Article, PermanentFailure, Task
from bot.provider import article_xml
from bot.provider.article_zip import Limits, Package, open_zip
from bot.provider.environment import BotSettings
from bot.provider.expanded import BUCKET
from bot.provider.lax import Lax
from bot.provider.scratch import scratch
from bot.provider.side_by_side import each
from bot.provider.storage import Storage
from bot.provider.zip_members import is_article_xml
from continuum.articles import ArticleFile, ArticleNameError, ArticleZip
from continuum.dates import DateError, instant, written


def identify(task: Task) -> Article:
    """The article that the zip's name says; where the name has no version, lax knows which it will be."""
    named = _named(task)
    return Article(named.article_id, _version(task.settings, named, task.force, task.run_id), task.article_run)


def perform(task: Task) -> Mapping[str, Any]:
    """Answers what the zip's name says, and where its files are now.

    A zip that can't be an article is a PermanentFailure that names the file and says what is wrong with it.
    """
    article, named = identify(task), _named(task)
    folder = f"{article.article_id}.{article.version}/{article.run}"
    with scratch() as file:
        Storage.of(task.settings).fetch(*_place(task), file)
        with open_zip(file, _zip_name(task), article.article_id) as package:
            _put_all(task, package, folder)
    return {
        "article_id": article.article_id,
        "version": article.version,
        "run": article.run,
        "status": named.status.value,
        "update_date": _update_date(task, named),
        "expanded_folder": folder,
        "zip_name": _zip_name(task),
    }


def _place(task: Task) -> tuple[str, str]:
    """The zip's bucket and key. It may be in any bucket: the feeder's message says which."""
    bucket = task.data.get("bucket_name") or task.settings.bucket("production_bucket")
    return str(bucket), str(task.data["file_name"])


def _zip_name(task: Task) -> str:
    return _place(task)[1].rpartition("/")[2]


def _named(task: Task) -> ArticleZip:
    name = _zip_name(task)
    try:
        named = ArticleZip.parse(name)
    except ArticleNameError as error:
        raise PermanentFailure(f"{error}; give it such a name and send it again") from error
    if named.version == 0:
        raise PermanentFailure(f"{name}: an article has no version 0; give it the right version and send it again")
    return named


@lru_cache(maxsize=64)
def _version(settings: BotSettings, named: ArticleZip, force: bool, _execution: str) -> int:
    """Asked once a process for an execution, so that one try files everything under one version."""
    if force:
        return Lax.of(settings).highest_version(named.article_id)
    return named.version or Lax.of(settings).next_version(named.article_id)


def _update_date(task: Task, named: ArticleZip) -> str:
    """The date in the zip's name, else when S3 says that it came."""
    if named.updated:
        return written(named.updated)
    try:
        return written(instant(str(task.data.get("event_time"))))
    except DateError:
        return written(Storage.of(task.settings).changed(*_place(task)))


def _put_all(task: Task, package: Package, folder: str) -> None:
    """The XML first: where it is wrong, nothing else needs to be unpacked. Large files one after another."""
    storage = Storage.of(task.settings)

    def put(name: str) -> None:
        with package.open(name) as file:
            storage.upload(BUCKET, f"{folder}/{name}", file)

    xml = next(name for name in package.files if is_article_xml(name))
    # What is there is not replaced: where this worker was taken for dead, it has its version already.
    storage.put(BUCKET, f"{folder}/{xml}", _xml(package, xml), "application/xml", replace=False)
    others = [name for name in package.files if name != xml]
    each(task, put, (name for name in others if not package.is_large(name)))
    each(task, put, (name for name in others if package.is_large(name)), at_once=1)


def _xml(package: Package, name: str) -> bytes:
    """The article's XML; PermanentFailure where it can't be that."""
    limit = Limits().xml_bytes
    with package.open(name) as file:
        xml = file.read(limit + 1)
    if len(xml) > limit:
        raise PermanentFailure(f"{name} in {package.name} is larger than {limit // 1024**2} MB")
    try:
        article_xml.check(xml, ArticleFile.parse(name).article_id)
    except article_xml.XmlProblem as problem:
        raise PermanentFailure(f"{name} in {package.name} {problem}") from problem
    return xml
