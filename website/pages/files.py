"""Where an article's files are: on the CDN, in a folder named by the article's id."""

from __future__ import annotations

from website import assets
from website.pages.article import Article
from website.store import store


def folder(article: Article) -> str:
    """The address below which the article's files lie, with a slash at its end; '' where no CDN is set."""
    return assets.folder(store().cdn(), article.id)


def files(article: Article) -> dict[str, str]:
    """The addresses of the article itself: `pdf` and `xml`; '' where no CDN is set."""
    base = folder(article)
    return {kind: f"{base}{article.file(kind)}" if base else "" for kind in ("pdf", "xml")}
