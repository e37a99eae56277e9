"""Where articles' files are: set on the admin page, checked; the XML fetched within bounds."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.website.cdn import Cdn
from tests.website.site import Site, eif
from tests.website.test_accounts import ADMIN, token
from website import assets


def saved(editor: FlaskClient, path: str) -> TestResponse:
    return editor.post(ADMIN, data={"path": path, "token": token(editor)})


@pytest.mark.parametrize(
    ("typed", "holds"),
    [("https://cdn.example.org/a", "https://cdn.example.org/a/"), (" http://[::1]:8080// ", "http://[::1]:8080/"),
     ("http://10.0.3.1:4566/ct-elife-publishing-cdn/", "http://10.0.3.1:4566/ct-elife-publishing-cdn/")],
)  # fmt: skip
def test_another_path_is_used_at_once_and_can_be_taken_back(site: Site, cdn: Cdn, typed: str, holds: str) -> None:
    editor = site.editor()
    assert site.store.cdn() == cdn.url
    answer = saved(editor, typed)
    assert (answer.status_code, "have been saved" in answer.text) == (200, True)
    assert site.store.cdn() == holds
    assert f'value="{holds}"' in editor.get(ADMIN).text
    assert saved(editor, "").status_code == 200
    assert site.store.cdn() == cdn.url


@pytest.mark.parametrize(
    "typed",
    ["cdn.example.org", "ftp://cdn.example.org/", "javascript:alert(1)", "http://", "http:///x", "https://user:word@example.org/",
     "https://example.org/?a", "https://example.org/#a", "https://example.org/a b", 'https://example.org/"onload="',
     "http://example.org:99999/", "http://[::1", "https://example.org/;", "//example.org/", "http://exämple.org/"],
)  # fmt: skip
def test_a_path_that_can_not_be_is_said_so_and_not_used(site: Site, cdn: Cdn, typed: str) -> None:
    answer = saved(site.editor(), typed)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert site.store.cdn() == cdn.url


@given(st.text())
def test_whatever_is_typed_gets_an_answer(typed: str) -> None:
    wrong = assets.problem(typed)
    if wrong is None:
        assert assets.normal(typed).startswith(("http://", "https://", "HTTP", "Http", "hTTp"))
        assert not set(typed) & set(" \"'<>?#\\")


@pytest.mark.parametrize("article_id", ["..", "a/b", "", "a.b", "ä", "%2e%2e"])
def test_no_id_leads_out_of_the_folder(article_id: str) -> None:
    assert assets.xml_address("http://cdn/", article_id, 1) == ""


def test_the_address_of_the_xml() -> None:
    assert assets.xml_address("http://cdn/x/", "00353", 2) == "http://cdn/x/00353/elife-00353-v2.xml"
    assert assets.xml_address("", "00353", 2) == ""


def test_no_redirection_is_followed(cdn: Cdn) -> None:
    cdn.redirects["/a.xml"] = f"{cdn.url}b.xml"
    cdn.files["/b.xml"] = b"secret"
    with pytest.raises(assets.NotThere, match="307"):
        assets.fetch(f"{cdn.url}a.xml", 5)
    assert cdn.asked == ["/a.xml"]


def test_what_is_too_long_or_never_ends_is_given_up(cdn: Cdn, monkeypatch: pytest.MonkeyPatch) -> None:
    cdn.files["/a.xml"] = b"x" * 1000
    monkeypatch.setattr(assets, "_LARGEST_XML", 999)
    with pytest.raises(assets.NotThere, match="over"):
        assets.fetch(f"{cdn.url}a.xml", 5)
    cdn.trickling = True
    with pytest.raises(assets.NotThere, match="not there after"):
        assets.fetch(f"{cdn.url}a.xml", 0.5)


def test_what_does_not_answer_is_given_up(cdn: Cdn) -> None:
    cdn.open.clear()
    with pytest.raises(assets.NotThere, match="timed out"):
        assets.fetch(f"{cdn.url}a.xml", 0.3)
    with pytest.raises(assets.NotThere):
        assets.fetch("http://127.0.0.1:1/a.xml", 5)
    with pytest.raises(assets.NotThere):
        assets.fetch("file:///etc/passwd", 5)


def test_an_article_is_taken_in_whatever_the_cdn_does(site: Site, cdn: Cdn) -> None:
    entity = b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><article>&b;</article>"
    for number, content in enumerate((b"", b"<", b"<html/>", b"\xff\xfe", gzip.compress(b"x"), entity)):
        article_id = f"0000{number}"
        cdn.files[f"/{article_id}/elife-{article_id}-v1.xml"] = content
        assert site.post(eif(article_id, publish=True)).status_code == 200
        page = site.client().get(f"/content/1/e{article_id}v1")
        assert page.status_code == 200
        assert "root:" not in page.text
