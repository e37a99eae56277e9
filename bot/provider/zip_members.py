"""Which files an article's zip has, by the rules of their names; and everything that is wrong with them, at once."""

from __future__ import annotations

import stat
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from bot.activity.task import PermanentFailure
from continuum.articles import ArticleFile, ArticleNameError

# What the programs that make zips leave in them.
_JUNK_FOLDER = "__MACOSX"
_JUNK_FILES = {".DS_Store", "Thumbs.db", "desktop.ini"}
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_ENCRYPTED = 0x1
_UNIX = 3
_NAMES_TOLD = 4


def members(infos: Iterable[zipfile.ZipInfo], zip_name: str, article_id: str) -> Mapping[str, zipfile.ZipInfo]:
    """The article's files by name, without the folders that they may lie in; folders and junk are left out.

    Raises PermanentFailure that tells the files that must not be there, those that are there twice (also: once with a
    version in its name and once without), and how many article XMLs there are, if not one.
    """
    found = [info for info in infos if not _is_junk(info)]
    if not found:
        raise PermanentFailure(f"{zip_name} has no files in it")
    wrong = [f"{info.orig_filename!r}: {why}" for info in found if (why := _why_not(info, article_id))]
    wrong = wrong or _twice(found) or _not_one_xml(found, article_id)
    if wrong:
        more = f"; and {len(wrong) - _NAMES_TOLD} more" if len(wrong) > _NAMES_TOLD else ""
        raise PermanentFailure(f"{zip_name}: {'; '.join(wrong[:_NAMES_TOLD])}{more}")
    return {_name(info): info for info in found}


def _is_junk(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    is_folder = info.filename.endswith("/")
    return is_folder or _JUNK_FOLDER in path.parts or path.name in _JUNK_FILES or path.name.startswith("._")


def _why_not(info: zipfile.ZipInfo, article_id: str) -> str:
    """What is wrong with one file; '' if nothing."""
    # zipfile cuts a name off at a NUL.
    path = info.orig_filename
    if "\0" in path or "\\" in path or path.startswith("/") or ".." in path.split("/") or ":" in path:
        return "it has a name that no file in a zip may have"
    if info.create_system == _UNIX and stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "it is a link, not a file"
    if info.flag_bits & _ENCRYPTED:
        return "it is locked with a password"
    if info.compress_type not in _METHODS:
        return f"it is packed in an unusual way (method {info.compress_type}); pack it as usual (deflate)"
    try:
        file = ArticleFile.parse(_name(info))
    except ArticleNameError as error:
        return error.problem.value
    return "" if file.article_id == article_id else f"it is of article {file.article_id}, the zip of {article_id}"


def _twice(found: Iterable[zipfile.ZipInfo]) -> list[str]:
    """Files that would have the same name once all have the article's version in it."""
    same: defaultdict[str, list[str]] = defaultdict(list)
    for info in found:
        file = ArticleFile.parse(_name(info))
        if not (file.extension == "xml" and not file.assets):  # two of those are told in words of their own
            same[file.at_version(0).name.lower()].append(info.filename)
    return [f"{' and '.join(names)} are the same file of the article" for names in same.values() if len(names) > 1]


def _not_one_xml(found: Iterable[zipfile.ZipInfo], article_id: str) -> list[str]:
    xmls = [info.filename for info in found if is_article_xml(_name(info))]
    if not xmls:
        return [f"there is no article XML in it (elife-{article_id}.xml)"]
    return [f"there are {len(xmls)} article XMLs in it: {', '.join(sorted(xmls))}"] if len(xmls) > 1 else []


def is_article_xml(name: str) -> bool:
    """Whether a file is the article itself: no asset, and .xml."""
    try:
        file = ArticleFile.parse(name)
    except ArticleNameError:
        return False
    return not file.assets and file.extension == "xml"


def _name(info: zipfile.ZipInfo) -> str:
    return PurePosixPath(info.filename).name
