"""Whatever is posted: taken in as it is, or refused with reasons; never an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from continuum.eif import problems
from tests.website.site import Site, eif
from website.documents import Invalid, read_eif, read_json

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
FULL = eif(
    impact_statement="A.",
    keywords={"author-keywords": ["a"]},
    categories={"heading": ["Biology"]},
    contributors=[{"type": "author", "surname": "A", "given-names": "B"}, {"type": "author", "collab": "C"}],
    related_articles=[{"type": "corrected-article", "href": "10.7554/eLife.00001"}],
    citations={"bib1": {"title": "T", "authors": [{"group-type": "author", "surname": "S"}]}},
    fragments=[{"type": "abstract", "doi": "10.7554/eLife.00777.001", "path": "content/1/e00777v1/abstract"}],
)


@given(st.binary())
@example(b"\xff\xfe{\0}\0")
@example(b'{"a": 1e999}')
@example(b'"\\udc00"')
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        document = read_json(body)
    except Invalid as refused:
        assert refused.problems
    else:
        json.dumps(document).encode()


@given(ANY)
def test_any_json_is_read_or_refused(document: Any) -> None:
    try:
        kept = read_eif(json.dumps(document).encode())
    except Invalid as refused:
        assert all(problem.message for problem in refused.problems)
    else:
        assert not problems(kept)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=st.sampled_from(sorted(FULL)), value=ANY)
@example(field="article-version-id", value="\ud7ff/../x")
@example(field="article-id", value="")
@example(field="pub-date", value="2012-12-13T00:00:00+00:00:30")
@example(field="update", value="1600-01-01T00:00:00+01:00")
@example(field="version", value=10**30)
@example(field="version", value=1.0)
@example(field="publish", value=1)
def test_an_eif_with_anything_in_one_field_is_kept_as_it_is_or_refused(site: Site, field: str, value: Any) -> None:
    document = {**FULL, field: value}
    answer = site.call("POST", "article.json", data=json.dumps(document), content_type="application/json")
    if answer.status_code == 200:
        assert answer.json == json.loads(json.dumps(document))
        assert site.call("DELETE", "article/{article-version-id}.json".format(**document)).status_code in (200, 404)
    else:
        assert answer.status_code == 400, answer.text
        assert answer.json


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=TEXT, impact=TEXT, surname=TEXT, publish=st.booleans())
@example(title="<script>alert(1)</script>", impact="<img src=x onerror=alert(1)>", surname="'\"><b>", publish=True)
def test_any_words_are_kept_and_shown(site: Site, title: str, impact: str, surname: str, publish: bool) -> None:
    person = {"type": "author", "surname": surname}
    document = eif(title=title, impact_statement=impact, contributors=[person], publish=publish)
    assert site.post(document).status_code == 200
    assert site.call("GET", "article/00777.1.json").json == document
    page = site.editor().get("/content/1/e00777v1")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


def test_nothing_of_a_document_is_lost(site: Site) -> None:
    assert site.post(FULL).json == site.call("GET", "article/00777.1.json").json == FULL


@pytest.mark.parametrize("number", ["1E400", "-1e999", "NaN", "-Infinity"])
def test_numbers_that_are_none_are_refused_wherever_they_stand(site: Site, number: str) -> None:
    group = {"type": "author", "collab": "C", "references": {"anything": "NUMBER"}}
    body = json.dumps(eif(contributors=[group])).replace('"NUMBER"', number)
    assert site.call("POST", "article.json", data=body).status_code == 400
    assert site.call("POST", "article.json", data=body.replace(number, "1e308")).status_code == 200
