"""The sizes in which an article's pictures are on the CDN: made by the bot, asked for by the website's pages."""

from __future__ import annotations

from continuum.articles import ArticleFile, ArticleNameError

# `-300w.jpg` … behind a figure's name; none is larger than the picture itself
WIDTHS = (300, 480, 511, 542, 600, 742, 972, 1022, 1084, 1484)
# The assets of which they are made. Others (tables, pictures in a line of text) are there in their own size only.
SCALED = frozenset({"app", "dec", "fig", "figsupp", "repstand", "resp"})


def is_scaled(name: str) -> bool:
    """Whether a picture, named as `elife-00353-fig1-v1.jpg`, is there in several widths."""
    try:
        assets = ArticleFile.parse(name).assets
    except ArticleNameError:
        return False
    return bool(assets) and assets[-1].rstrip("0123456789") in SCALED
