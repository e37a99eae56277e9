"""An article's way through the bot, lax and the website, as processes on this computer."""

from __future__ import annotations

import pytest

from tests.articles import make_article
from tests.pipeline.publishing import Publishing

pytestmark = pytest.mark.machines  # the local cloud needs root


def test_an_article_is_previewed_and_published(publishing: Publishing) -> None:
    package = make_article(article_id="10001")
    publishing.put(package.zip_name, package.zip_bytes())
    publishing.until_status("10001", 1, "ready to publish")
    assert not publishing.public(publishing.told("10001", 1, "path"))
    assert publishing.versions("10001") == {}
    publishing.approve("10001")
    publishing.until_status("10001", 1, "published")
    assert publishing.public(publishing.told("10001", 1, "path"))
    assert list(publishing.versions("10001")) == ["1"]
    assert publishing.keys("publishing-archive", "elife-10001") == ["elife-10001-vor-v1-20160528150000.zip"]
    assert publishing.events("10001", "error") == []
