"""The EIF service, as a client of Drupal's knows it: who may, what is refused and how, what is given back."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from tests.website.cdn import Cdn
from tests.website.site import AUTH, Site, eif
from website.application import create
from website.configuration import Configuration


def test_what_was_posted_comes_back(site: Site) -> None:
    document = eif(keywords={"author-keywords": ["b", "a"]}, title="Größe &amp; <sup>2</sup>")
    answer = site.post(document)
    assert (answer.status_code, answer.json) == (200, document)
    assert list(site.call("GET", "article/00777.1.json").json or {}) == sorted(document)
    assert site.call("GET", "article/00777.1.json").json == document


def test_the_same_twice_is_one(site: Site) -> None:
    assert [site.post(eif()).status_code for _ in range(3)] == [200] * 3
    assert site.rows("SELECT id, live FROM content") == [{"id": "00777.1", "live": False}]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "article.json"), ("GET", "article/00777.1.json"), ("PUT", "article/00777.1.json"),
     ("DELETE", "article/00777.1.json"), ("PUT", "publish/00777.1.json")],
)  # fmt: skip
def test_nobody_else_may(site: Site, method: str, path: str) -> None:
    site.post(eif())
    before = site.rows("SELECT * FROM content")

    def status(**request: Any) -> int:
        return site.client().open(f"/api/{path}", method=method, json=eif(title="X"), **request).status_code

    assert status() == 401
    assert status(headers={"Authorization": "Bearer x"}) == 401
    assert status(auth=("bot", "another")) == 403
    assert status(auth=("another", AUTH[1])) == 403
    assert status(headers={"Authorization": "Basic " + b64encode(b"bot:\xff\xfe").decode()}) in (401, 403)
    assert site.rows("SELECT * FROM content") == before


def test_without_a_password_in_the_settings_nobody_may(site: Site) -> None:
    client = create(site.database, Configuration(api_user="bot")).test_client()
    assert client.post("/api/article.json", json=eif(), auth=("bot", "")).status_code == 403


def test_each_wrong_field_is_named(site: Site) -> None:
    answer = site.post(eif(status="vor", volume=0, doi=None, contributors=[{"type": "author", "given-names": "A"}]))
    assert answer.status_code == 400
    problems = {problem["field"]: problem for problem in answer.json or []}
    assert set(problems) == {"status", "volume", "doi", "contributors.0.surname"}
    assert problems["status"]["value"] == "vor"
    assert all(set(problem) == {"field", "message", "value"} and problem["message"] for problem in problems.values())
    assert not site.rows("SELECT FROM content")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b"\xff", b'"x"', b"{" * 100_000, b"[" * 100_000, b'{"version": NaN}',
     b'{"title": "\\ud800"}', b'{"title": "a\\u0000b"}', b'{"version": ' + b"9" * 5000 + b"}", b"\0"],
)  # fmt: skip
def test_what_is_no_eif_is_refused(site: Site, body: bytes) -> None:
    answer = site.call("POST", "article.json", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json
    assert all(set(problem) == {"field", "message", "value"} for problem in answer.json)


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "a\0b"), ("version", 2**31), ("article_version_id", ""), ("path", "x" * 501),
     ("pub_date", "0001-01-01T00:00:00+23:59"), ("update", "9999-12-31T23:59:59-23:59")],
)  # fmt: skip
def test_what_the_database_could_not_keep_is_refused(site: Site, field: str, value: Any) -> None:
    answer = site.post(eif(**{field: value}))
    assert answer.status_code == 400, answer.text
    assert answer.json


def test_too_much_is_refused(site: Site) -> None:
    answer = site.post(eif(title="x" * 17 * 1024**2))
    assert answer.status_code == 413
    assert answer.json and answer.json["message"]


def test_two_article_versions_never_have_one_path(site: Site) -> None:
    site.post(eif(version=1))
    answer = site.post(eif(version=2, path="content/1/e00777v1/"))
    assert answer.status_code == 400
    assert answer.json == [
        {
            "field": "path",
            "message": "is the path of article version 00777.1",
            "value": "content/1/e00777v1/",
        }
    ]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_unknown_article_version(site: Site, method: str) -> None:
    answer = site.call(method, "article/00777.1.json", json=eif())
    assert answer.status_code == 404
    assert answer.json == {"message": "there is no such article version"}
    assert site.publish("00777.1").status_code == 404
    assert not site.rows("SELECT FROM content")


def test_put_replaces(site: Site) -> None:
    site.post(eif(title="Old"))
    assert site.call("PUT", "article/00777.1.json", json=eif(title="New")).status_code == 200
    assert (site.call("GET", "article/00777.1.json").json or {})["title"] == "New"
    wrong = site.call("PUT", "article/00777.1.json", json=eif(version=2))
    assert (wrong.status_code, (wrong.json or [{}])[0]["field"]) == (400, "article-version-id")


def test_delete(site: Site) -> None:
    site.post(eif(publish=True))
    site.post(eif(title="Draft"))
    answer = site.call("DELETE", "article/00777.1.json")
    assert (answer.status_code, (answer.json or {})["title"]) == (200, "Draft")
    assert site.call("DELETE", "article/00777.1.json").status_code == 404
    assert site.client().get("/content/1/e00777v1").status_code == 404


@pytest.mark.parametrize("body", [{}, [], "1", {"publish": "yes"}, {"publish": 2}, {"publish": None}, {"publish": []}])
def test_publish_wants_to_know_which(site: Site, body: object) -> None:
    site.post(eif())
    answer = site.call("PUT", "publish/00777.1.json", json=body)
    assert answer.status_code == 400
    assert (answer.json or [{}])[0]["field"] == "publish"


def test_any_id_that_was_posted_can_be_asked_for(site: Site) -> None:
    odd = eif(article_version_id="a/b ä.json", path="content/odd")
    assert site.post(odd).status_code == 200
    assert site.call("GET", "article/a/b%20%C3%A4.json.json").json == odd


def test_what_has_no_such_method_says_so(site: Site) -> None:
    answer = site.call("GET", "article.json")
    assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"POST", "OPTIONS"})
    assert answer.json


def test_the_xml_is_fetched_and_shown(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    site.post(eif(publish=True))
    assert cdn.asked[0] == "/00777/elife-00777-v1.xml"
    found = site.store.by_path("content/1/e00777v1")
    assert found and found.body and found.body["text"]
