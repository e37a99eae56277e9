"""Articles' texts: had when they are posted, else when a reader comes; anew after the CDN's path changed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.articles import articles_folder
from tests.website.cdn import Cdn
from tests.website.site import Site, eif
from tests.website.test_accounts import ADMIN, token
from website import content
from website.body import Body

PATH = "content/1/e00777v1"


def text(site: Site) -> str:
    found = site.store.by_path(PATH)
    assert found
    return found.body_html


def preview(site: Site) -> str:
    found = site.store.by_path(PATH, preview=True)
    assert found
    return found.body_html


def an_hour_passes(site: Site) -> None:
    site.rows("UPDATE content SET tried_at = tried_at - interval '1 hour' RETURNING id")


def test_a_text_that_was_not_there_is_fetched_when_a_reader_comes(site: Site, cdn: Cdn) -> None:
    site.post(eif(publish=True))
    assert site.store.search("counting flies").total == 0
    cdn.put_article("00777")
    assert text(site) == ""  # not within the minute
    an_hour_passes(site)
    assert text(site)
    assert site.store.search("counting flies").total == 1
    fetched = len(cdn.asked)
    assert text(site)
    assert len(cdn.asked) == fetched


def test_nobody_waits_for_a_cdn_again_and_again(site: Site, cdn: Cdn) -> None:
    site.post(eif(publish=True))
    for _ in range(3):
        assert text(site) == ""
    assert len(cdn.asked) == 1
    an_hour_passes(site)
    for _ in range(3):
        assert text(site) == ""
    assert len(cdn.asked) == 2


def test_of_many_readers_one_fetches(site: Site, cdn: Cdn) -> None:
    site.post(eif(publish=True))
    cdn.put_article("00777")
    an_hour_passes(site)
    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(lambda _: text(site), range(6)))
    assert any(texts)
    assert cdn.asked.count("/00777/elife-00777-v1.xml") == 2


def test_after_the_path_changed_texts_come_from_there(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    site.post(eif(publish=True))
    old = text(site)
    assert old
    editor = site.editor()
    editor.post(ADMIN, data={"path": f"{cdn.url}other/", "token": token(editor)})
    assert text(site) == old  # nothing there yet: what was had is shown
    cdn.put_article("00777", folder="other/")
    xml = "00777/elife-00777-v1.xml"
    cdn.files[f"/other/{xml}"] = cdn.files[f"/{xml}"].replace(b"</p>", b" zebra</p>")
    an_hour_passes(site)
    assert "zebra" in text(site)
    assert site.store.search("zebra").total == 1


def correct(cdn: Cdn, word: bytes = b"zebra") -> None:
    """The same article comes with another text."""
    xml = "/00777/elife-00777-v1.xml"
    cdn.files[xml] = cdn.files[xml].replace(b"</p>", b" " + word + b"</p>")


def test_an_editor_sees_a_drafts_text_as_the_cdn_has_it(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    site.post(eif())
    correct(cdn)
    assert "zebra" not in preview(site)  # not within seconds
    an_hour_passes(site)
    assert "zebra" in preview(site)
    an_hour_passes(site)
    site.rows("UPDATE content SET search = 'marked' RETURNING id")
    assert "zebra" in preview(site)
    assert site.rows("SELECT search::text AS search FROM content") == [{"search": "'marked'"}]  # not converted again


def test_what_readers_see_is_another_text_when_it_is_published_again_and_not_before(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    site.post(eif(publish=True))
    correct(cdn)
    an_hour_passes(site)
    assert "zebra" not in text(site)
    assert site.publish("00777.1").status_code == 200
    assert "zebra" in text(site)
    assert site.store.search("zebra").total == 1


def test_a_text_that_can_not_be_read_any_more_takes_none_away(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    site.post(eif(publish=True))
    old = text(site)
    for wrong in (b"<", b"<html/>", None):
        cdn.files["/00777/elife-00777-v1.xml"] = wrong or b""
        if wrong is None:
            cdn.files.clear()
        an_hour_passes(site)
        assert site.publish("00777.1").status_code == 200
        assert text(site) == old


def test_an_xml_that_could_not_be_read_is_tried_again(site: Site, cdn: Cdn) -> None:
    cdn.files["/00777/elife-00777-v1.xml"] = b"<article"
    site.post(eif(publish=True))
    found = site.store.by_path(PATH)
    assert found and found.body and found.body["problems"]
    cdn.put_article("00777")
    an_hour_passes(site)
    assert text(site)


def test_what_is_posted_while_a_reader_waits_is_not_overwritten(site: Site, cdn: Cdn) -> None:
    site.post(eif(publish=True))
    cdn.put_article("00777")
    an_hour_passes(site)
    cdn.asked.clear()
    cdn.open.clear()
    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(text, site)
        cdn.wait_until_asked()
        other = Site(site.database)  # knows no CDN: answers at once
        assert other.post(eif(publish=True, title="Newer")).status_code == 200
        other.close()
        cdn.open.set()
        reader.result()
    assert site.rows("SELECT title, body FROM content") == [{"title": "Newer", "body": None}]


def test_a_text_of_any_length_can_be_searched(site: Site) -> None:
    words = " ".join(f"{number:x}{number * 7:x}" for number in range(300_000))
    values = content.searched(eif(title="word " * 50_000), Body(text=words + "\0"))
    query = "SELECT length(to_tsvector('article', %s) || to_tsvector('article', %s)) AS words"
    assert site.rows(query, values["search_a"], values["search_d"])


@pytest.mark.parametrize("name", ["elife-00288-v1", "elife-01328-v1"])
def test_real_articles(site: Site, cdn: Cdn, name: str) -> None:
    folder = articles_folder()
    document = json.loads((folder / f"{name}.eif.json").read_text())
    cdn.files[f"/{document['article-id']}/{name}.xml"] = (folder / f"{name}.xml").read_bytes()
    assert site.post(document).json == document
    page = site.client().get(f"/{document['path']}")
    assert (page.status_code, document["contributors"][0]["surname"] in page.text) == (200, True)
    found = site.store.by_path(document["path"])
    assert found and found.body_html and found.published
    assert [one.id for one in site.store.search(document["doi"]).articles] == [document["article-version-id"]]
