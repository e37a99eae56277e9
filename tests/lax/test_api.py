"""What lax answers: versions and their dates, EIFs taken, repeated, corrected, and refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.lax.asked import API, LOGIN, Lax, eif
from tests.postgresql import PostgreSQL


def doi(article: int) -> str:
    return f"10.7554/eLife.{article:05}"


def dates(lax: Lax, article: int) -> dict[str, str]:
    answer = lax.get(f"{doi(article)}/version/")
    assert answer.status_code == 200, answer.text
    return {version: record["datetime_published"] for version, record in answer.get_json().items()}


def received(lax: Lax, article: int) -> list[dict[str, object]]:
    with psycopg.connect(**lax.database.parameters(0), row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM received WHERE article_id = %s ORDER BY id", [article]).fetchall()


def test_an_article_that_nobody_sent_is_unknown(lax: Lax, article: int) -> None:
    for path in (doi(article), f"{doi(article)}/version/", f"{doi(article)}/version/1/"):
        answer = lax.get(path)
        assert answer.status_code == 404
        assert doi(article) in answer.get_json()["message"]
        assert answer.headers["Cache-Control"] == "no-store", "it may be here in a moment"


def test_what_was_sent_is_there(lax: Lax, article: int) -> None:
    sent = lax.send(eif(article))
    assert sent.status_code == 200
    record = sent.get_json()
    assert record["doi"] == doi(article)
    assert record["article-id"] == str(article)
    assert (record["version"], record["status"], record["article-type"]) == (1, "VOR", "research-article")
    assert record["title"] == "Of what is <italic>tested</italic> – ünïcode"
    assert record["datetime_published"] == "2012-12-13T00:00:00Z"
    assert lax.get(f"{doi(article)}/version/").get_json() == {"1": record}
    assert lax.get(f"{doi(article)}/version/1/").get_json() == record
    assert lax.get(f"{doi(article)}/").get_json() == record


def test_a_later_version_is_dated_by_its_update(lax: Lax, article: int) -> None:
    lax.send(eif(article, 1, update="2014-01-01T00:00:00Z"))
    lax.send(eif(article, 2, update="2015-06-07T08:09:10Z"))
    lax.send(eif(article, 3))
    lax.send(eif(article, 12, update="2016-01-01t01:00:00.123+02:00"))
    assert dates(lax, article) == {
        "1": "2012-12-13T00:00:00Z",
        "2": "2015-06-07T08:09:10Z",
        "3": "2012-12-13T00:00:00Z",
        "12": "2015-12-31T23:00:00Z",
    }
    assert lax.get(f"{doi(article)}/").get_json()["version"] == 12
    assert lax.get(f"{doi(article)}/version/2/").get_json()["version"] == 2
    assert lax.get(f"{doi(article)}/version/4/").status_code == 404


def test_an_accepted_manuscript_may_have_no_date_but_its_updates(lax: Lax, article: int) -> None:
    lax.send(eif(article, status="POA", pub_date=None, update="2014-01-02T03:04:05Z"))
    assert dates(lax, article) == {"1": "2014-01-02T03:04:05Z"}


def test_the_same_again_changes_nothing(lax: Lax, article: int) -> None:
    first = lax.send(eif(article)).get_json()
    turned = dict(reversed(eif(article).items()))
    assert lax.send(turned).get_json() == first
    assert len(received(lax, article)) == 1


def test_a_silent_correction_is_no_new_version_and_is_remembered(lax: Lax, article: int) -> None:
    lax.send(eif(article))
    answer = lax.send(eif(article, title="Corrected", status="POA"))
    assert (answer.get_json()["title"], answer.get_json()["status"]) == ("Corrected", "POA")
    assert list(dates(lax, article)) == ["1"]
    assert [(row["received_by"], row["eif"]) for row in received(lax, article)] == [
        ("bot", eif(article)),
        ("bot", eif(article, title="Corrected", status="POA")),
    ]
    # Taken back by sending the old one again.
    assert lax.send(eif(article)).get_json()["title"] == eif(article)["title"]
    assert len(received(lax, article)) == 3


def test_an_earlier_date_is_never_lost(lax: Lax, article: int) -> None:
    lax.send(eif(article, pub_date="2013-01-01T00:00:00Z"))
    lax.send(eif(article, pub_date="2014-01-01T00:00:00Z"))
    assert dates(lax, article) == {"1": "2013-01-01T00:00:00Z"}
    lax.send(eif(article, pub_date="2012-01-01T00:00:00Z"))
    lax.send(eif(article, pub_date="2013-01-01T00:00:00Z"))
    assert dates(lax, article) == {"1": "2012-01-01T00:00:00Z"}
    lax.send(eif(article, 2, update="2016-01-01T00:00:00Z"))
    lax.send(eif(article, 2, update="2017-01-01T00:00:00Z", title="Corrected"))
    assert dates(lax, article) == {"1": "2012-01-01T00:00:00Z", "2": "2016-01-01T00:00:00Z"}


def test_an_article_is_the_same_with_leading_zeros_and_without_in_any_case(lax: Lax) -> None:
    lax.send(eif(353))
    lax.send({**eif(353, 2), "doi": "10.7554/ELIFE.353", "article-id": "0000353"})
    for name in ("eLife.00353", "elife.353", "ELIFE.0353", "eLife.000000353"):
        answer = lax.get(f"10.7554/{name}/version/")
        assert list(answer.get_json()) == ["1", "2"]
        assert {record["doi"] for record in answer.get_json().values()} == {"10.7554/eLife.00353"}


def test_create_takes_what_is_new_or_the_same(lax: Lax, article: int) -> None:
    assert lax.send(eif(article), "create").status_code == 200
    assert lax.send(eif(article), "create").status_code == 200
    answer = lax.send(eif(article, title="Other"), "create")
    assert answer.status_code == 409
    assert "update/" in answer.get_json()["message"]
    assert lax.send(eif(article, 2), "create").status_code == 200
    assert len(received(lax, article)) == 2


def test_update_takes_what_is_there(lax: Lax, article: int) -> None:
    answer = lax.send(eif(article), "update")
    assert answer.status_code == 404
    assert "create/" in answer.get_json()["message"]
    lax.send(eif(article))
    assert lax.send(eif(article), "update").status_code == 200
    assert lax.send(eif(article, title="Other"), "update").get_json()["title"] == "Other"
    assert lax.send(eif(article, 2), "update").status_code == 404


def test_a_slash_at_the_end_does_not_matter(lax: Lax, article: int) -> None:
    auth = (LOGIN.api_user, LOGIN.api_password)
    for verb in ("create-update", "create", "update"):
        assert lax.client().post(f"{API}/{verb}", json=eif(article), auth=auth).status_code == 200
    for path in (doi(article), f"{doi(article)}/version", f"{doi(article)}/version/1"):
        assert lax.get(path).get_json() == lax.get(f"{path}/").get_json()


@pytest.mark.parametrize(
    "path",
    [
        "10.7554/eLife.00353/version/0/",
        "10.7554/eLife.00353/version/01/",
        "10.7554/eLife.00353/version/-1/",
        "10.7554/eLife.00353/version/x/",
        "10.7554/eLife.00353/version/\u0661/",
        "10.7554/eLife.00353/version/" + "9" * 5000,
        "10.7554/eLife." + "9" * 5000,
        "10.7554/eLife.00000/",
        "10.7554/eLife./",
        "10.7554/eLife.00353'/",
        "10.7554/eLife.00353%00/",
        "10.7554/other.00353/version/",
        "10.1234/eLife.00353/version/",
        "../../ping",
        "10.7554/eLife.00353/version/1/2/",
    ],
)
def test_what_cannot_be_there_is_not_there(lax: Lax, path: str) -> None:
    lax.send(eif(353))
    answer = lax.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/json")
    assert answer.get_json()["message"]


def test_head_and_an_etag_spare_who_has_it_already(lax: Lax, article: int) -> None:
    lax.send(eif(article))
    path = f"{doi(article)}/version/"
    whole = lax.get(path)
    assert whole.headers["Cache-Control"] == "no-cache"
    head = lax.client().head(f"{API}/{path}")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", whole.headers["ETag"])
    assert lax.get(path, If_None_Match=whole.headers["ETag"]).status_code == 304
    lax.send(eif(article, 2))
    assert lax.get(path, If_None_Match=whole.headers["ETag"]).status_code == 200


@pytest.mark.parametrize("verb", ["create-update", "create", "update"])
def test_only_who_knows_the_word_may_write(lax: Lax, article: int, verb: str) -> None:
    for auth in (None, ("bot", "wrong"), ("other", LOGIN.api_password)):
        answer = lax.client().post(f"{API}/{verb}/", json=eif(article), auth=auth)
        assert answer.status_code == 401
        assert answer.get_json()["message"]
    assert lax.get(doi(article)).status_code == 404
    assert lax.client().get(f"{API}/{verb}/").status_code == 405


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 411),
        (b"{", "application/json", 400),
        (b"\xff{}", "application/json", 400),
        (b"NaN", "application/json", 400),
        (b'{"version": 1e999}', "application/json", 400),
        (b'{"version": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"[" * 100_000 + b"]" * 100_000, "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"<eif/>", "text/xml", 415),
        (b"{}", "application/x-www-form-urlencoded", 415),
        (b" " * (16 * 1024**2 + 1), "application/json", 413),
    ],
)
def test_a_body_that_is_no_eif_is_refused(lax: Lax, body: bytes, content_type: str, status: int) -> None:
    answer = lax.post(body, content_type)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert answer.get_json()["message"]


def test_a_body_without_a_content_type_is_read(lax: Lax) -> None:
    assert lax.post(b"{}", None).status_code == 400


def test_every_wrong_field_is_named(lax: Lax, article: int) -> None:
    wrong = eif(
        article, title=1, version=0, doi="10.1234/x", status="vor", pub_date="yesterday", volume=None, other="x"
    )
    answer = lax.send(wrong)
    assert answer.status_code == 400
    named = {problem["field"] for problem in answer.get_json()["problems"]}
    assert named == {"title", "version", "doi", "status", "pub-date", "volume", "other"}
    assert "title" in answer.get_json()["message"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"doi": "10.7554/other.00353"}, "doi"),
        ({"doi": "10.7554/eLife.0"}, "doi"),
        ({"doi": "10.7554/eLife." + "9" * 50}, "doi"),
        ({"article_id": "00354"}, "article-id"),
        ({"article_id": "x"}, "article-id"),
        ({"version": 10**9}, "version"),
        ({"version": 10**30}, "version"),
        ({"version": True}, "version"),
        ({"version": "1"}, "version"),
        ({"pub_date": None}, "pub-date"),
        ({"version": 2, "pub_date": None}, "update"),
        ({"pub_date": "2012-12-13T00:00:00"}, "pub-date"),
        ({"pub_date": "2012-02-30T00:00:00Z"}, "pub-date"),
        ({"pub_date": "0001-01-01T00:00:00+14:00"}, "pub-date"),
        ({"version": 2, "update": "9999-12-31T23:59:59-14:00"}, "update"),
        ({"version": 2, "update": ""}, "update"),
        ({"title": "a\0b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"keywords": {"author-keywords": ["a", "\0"]}}, "keywords.author-keywords.1"),
    ],
)
def test_what_lax_cannot_keep_is_refused(lax: Lax, changed: dict[str, Any], field: str) -> None:
    answer = lax.send(eif(353, **changed))
    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.get_json()["problems"]] == [field]


def test_the_first_and_the_last_moment_are_dates(lax: Lax, article: int) -> None:
    lax.send(eif(article, pub_date="0001-01-01T00:00:00Z"))
    lax.send(eif(article, 2, update="9999-12-31T23:59:59Z"))
    assert dates(lax, article) == {"1": "0001-01-01T00:00:00Z", "2": "9999-12-31T23:59:59Z"}


def test_without_its_database_it_says_so_and_goes_on_when_it_is_back(
    lax: Lax, cluster: PostgreSQL, article: int
) -> None:
    lax.send(eif(article))
    cluster.stop()
    try:
        for answer in (lax.get(doi(article)), lax.send(eif(article))):
            assert answer.status_code == 503
            assert "try again later" in answer.get_json()["message"]
            assert int(answer.headers["Retry-After"]) > 0
    finally:
        cluster.start()
    assert lax.get(doi(article)).status_code == 200


def test_a_database_that_was_restarted_meanwhile_is_not_noticed(lax: Lax, cluster: PostgreSQL, article: int) -> None:
    lax.send(eif(article))
    cluster.stop()
    cluster.start()
    assert lax.get(doi(article)).status_code == 200


def test_without_a_database_configured_it_says_so(lax: Lax) -> None:
    answer = Lax(replace(lax.database, host="")).get("10.7554/eLife.00353/")
    assert (answer.status_code, answer.get_json()) == (503, {"message": "no database is configured"})
