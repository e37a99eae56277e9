"""The folder of the expanded bucket with an article's files, for the activities that come after ExpandArticle."""

from __future__ import annotations

from bot.activity.task import PermanentFailure, Task
from bot.provider.storage import Storage
from continuum.articles import ArticleFile, ArticleNameError

BUCKET = "expanded_bucket"


class Expanded:
    """The files of the article that a task is for, by name; PermanentFailure where there is none of them."""

    def __init__(self, task: Task) -> None:
        self.article = task.article
        self.storage = Storage.of(task.settings)
        self.folder = str(task.value("expanded_folder")).rstrip("/")

    @property
    def xml(self) -> str:
        """The name of the article XML, as ApplyVersionNumber left it."""
        return ArticleFile(self.article.article_id, (), self.article.version, "xml").name

    def key(self, name: str) -> str:
        """The key of a file."""
        return f"{self.folder}/{name}"

    def all_names(self) -> list[str]:
        """Every file in the folder, in order."""
        keys = self.storage.list(BUCKET, f"{self.folder}/")
        if not keys:
            raise PermanentFailure(f"There are no files in {self.folder} of the expanded bucket; send the zip again")
        return [key.removeprefix(f"{self.folder}/") for key in keys]

    def names(self) -> list[str]:
        """The files that carry the article's version, in order.

        A worker that was taken for dead may still put a file there without: that one is none of the article's.
        """
        return [name for name in self.all_names() if self._carries_the_version(name)]

    def _carries_the_version(self, name: str) -> bool:
        try:
            return ArticleFile.parse(name).version == self.article.version
        except ArticleNameError:
            return False
