"""The zip that an article is archived as: its name, and its bytes, which depend on the files in it and nothing else."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import IO

from bot.activity.task import PermanentFailure, Task
from bot.provider.storage import Stored
from continuum.articles import ArticleZip, Status
from continuum.dates import DateError, instant

# The earliest that a zip can say. When the files were made is not known, when they were packed is of no interest.
_DATE = (1980, 1, 1, 0, 0, 0)
_PERMISSIONS = 0o644 << 16
# What is packed already; the longest files of an article are among these.
_PACKED = {"avi", "gif", "gz", "jpeg", "jpg", "m4v", "mov", "mp3", "mp4", "pdf", "png", "wmv", "xlsx", "docx", "zip"}
_PIECE = 1024 * 1024


def archive_name(task: Task) -> str:
    """`elife-00353-vor-v1-20121213000000.zip`, from the article, its status and its update date."""
    article, status, date = task.article, str(task.value("status")).lower(), str(task.value("update_date"))
    try:
        return ArticleZip(article.article_id, Status(status), None, article.version, instant(date)).name
    except DateError as error:
        raise PermanentFailure(f"The update_date can't be read: {error}") from error
    except ValueError as error:
        raise PermanentFailure(f"The status {status!r} is neither poa nor vor") from error


def write_zip(file: IO[bytes], names: Iterable[str], opened: Callable[[str], AbstractContextManager[Stored]]) -> None:
    """Writes a zip of the files of these names, each read from what `opened(name)` gives."""
    with zipfile.ZipFile(file, "w") as archive:
        for name in sorted(names):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = zipfile.ZIP_STORED if name.rpartition(".")[2] in _PACKED else zipfile.ZIP_DEFLATED
            info.external_attr = _PERMISSIONS
            with opened(name) as stored:
                info.file_size = stored.size  # so that zipfile knows beforehand whether it needs ZIP64
                with archive.open(info, "w") as member:
                    shutil.copyfileobj(stored.body, member, _PIECE)
