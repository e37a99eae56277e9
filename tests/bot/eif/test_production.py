"""The real articles get the EIF that production made of them, the whole of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from bot.eif import convert
from continuum.articles import ArticleZip
from continuum.eif import problems
from tests.articles import articles_folder


def from_file(path: Path) -> dict[str, Any]:
    return dict(convert(path.read_bytes(), 1))


@pytest.mark.parametrize("name", ["elife-00288-v1", "elife-01328-v1"])
def test_the_whole_document_is_productions(name: str) -> None:
    folder = articles_folder()
    expected = json.loads((folder / f"{name}.eif.json").read_text())
    # As text too: the same order everywhere but in the keys of objects.
    made = from_file(folder / f"{name}.xml")
    assert json.dumps(made, indent=1, sort_keys=True) == json.dumps(expected, indent=1, sort_keys=True)


def test_every_part_that_is_known_of_an_article_is_in_it() -> None:
    folder = articles_folder()
    made = from_file(folder / "elife-06793-v1.xml")
    for part in json.loads((folder / "elife-06793-v1.eif-partial.json").read_text()):
        for name, expected in part["data"].items():
            assert made[name] == expected, part["description"]


def test_an_article_of_the_first_days_is_converted() -> None:
    path = articles_folder() / "elife-00353-vor-v1-20121213000000.zip"
    with ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".xml"))
        made = convert(archive.read(name), ArticleZip.parse(path.name).version or 0, update="2012-12-13T00:00:00Z")
    assert not problems(made)
    assert (made["article-type"], made["volume"], made["path"]) == ("discussion", 1, "content/1/e00353v1")
    assert made["update"] == "2012-12-13T00:00:00Z"
