"""What shall come of an article, whatever happened on its way."""

from __future__ import annotations

import re

from tests.articles import Package
from tests.pipeline.publishing import PUBLISHED, READY, Publishing

SIZES = 11  # of each figure: ten widths and the thumbnail


def publish_all(publishing: Publishing, packages: list[Package], seconds: float = 300) -> None:
    """An editor who approves each article as soon as it is ready; until all is done, what follows too."""
    approved: set[str] = set()

    def done() -> bool:
        publishing.look()
        for package in packages:
            if package.article_id not in approved and status(package) == READY:
                publishing.approve(package.article_id, package.version or 1)
                approved.add(package.article_id)
        return not open_ones()

    def open_ones() -> list[str]:
        return [package.article_id for package in packages if status(package) != PUBLISHED]

    def status(package: Package) -> str:
        return publishing.told(package.article_id, package.version or 1, "publication-status")

    try:
        publishing.until(done, seconds)
    except TimeoutError as late:
        raise AssertionError("\n".join([f"not all published in {late}", *map(publishing.story, open_ones())])) from late
    publishing.until_idle()


def check_published_once(publishing: Publishing, package: Package) -> None:
    """One execution of each workflow, one version in lax, one archive, every figure; no error told."""
    article = package.article_id
    assert publishing.events(article, "error") == []
    assert publishing.keys("publishing-archive", f"elife-{article}-") == [package.zip_name]
    sizes = [key for key in publishing.keys("publishing-cdn", f"{article}/") if re.search(r"-\d+w\.(jpg|gif)$", key)]
    figures = [name for name in package.files if name.endswith(".tif") and "-inf" not in name]
    assert len(sizes) == len(figures) * SIZES, sizes
    assert list(publishing.versions(article)) == [str(package.version)]
    assert publishing.public(publishing.told(article, package.version or 1, "path"))
    ran = [execution for execution in publishing.executions() if article in execution["execution"]["workflowId"]]
    names = sorted((execution["workflowType"]["name"], execution["closeStatus"]) for execution in ran)
    assert names == [("ApproveArticlePublication", "COMPLETED"), ("PostPerfectPublication", "COMPLETED"),
                     ("PublishPerfectArticle", "COMPLETED")]  # fmt: skip
