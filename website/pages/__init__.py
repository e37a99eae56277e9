"""The pages that readers see: lists, articles, the search, feeds.

`blueprint` is registered by the application. It also gives the plain errors of `continuum.web` the site's looks where
a browser asks.
"""

from website.pages import articles, errors, feeds, lists
from website.pages.site import blueprint

__all__ = ["articles", "blueprint", "errors", "feeds", "lists"]
