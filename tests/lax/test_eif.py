"""Anything may be sent to lax: it is taken or refused with a reason, and never breaks it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lax.eif import BadEif, number, number_of_doi, read
from tests.articles import articles_folder
from tests.lax.asked import Lax, eif

FIELDS = sorted({*eif(353), "update", "impact-statement", "contributors", "fragments", "citations", "referenced"})
ODD_TEXT = st.sampled_from(
    ["", " ", "\0", "\ud800", "1", "-1", "POA", "vor", "10.7554/eLife.00353", "10.7554/eLife.", "e00353", "00353",
     "2012-12-13", "2012-12-13T00:00:00Z", "2012-12-13T00:00:00", "0001-01-01T00:00:00+14:00", "2012-12-13t24:00:00z",
     "9999-12-31T23:59:59.999999-23:59", "٣" * 5, "10.7554/eLife.٣", "x" * 100_000]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False) | st.text() | ODD_TEXT
ANYTHING = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(max_size=8), part, max_size=4)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changed=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, min_size=1, max_size=3))
def test_any_value_in_any_field_is_taken_or_refused(lax: Lax, changed: dict[str, Any]) -> None:
    document = {**eif(354), **changed}
    answer = lax.send(document)
    try:
        body = json.loads(json.dumps(document, allow_nan=False))
        publication = read(body)
    except BadEif as bad:
        assert answer.status_code == 400
        shown = [problem["field"] for problem in answer.get_json()["problems"]]
        assert sorted(shown) == sorted(problem.field for problem in bad.problems)
    except ValueError:  # infinity, which JSON does not know
        assert answer.status_code == 400
    else:
        assert answer.status_code == 200
        there = lax.get(f"10.7554/eLife.{publication.article_id}/version/{publication.version}")
        assert there.get_json() == answer.get_json()
        assert lax.send(document).get_json() == answer.get_json()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(min_size=1, max_size=200)
    | st.text(min_size=1, max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_answered(lax: Lax, body: bytes) -> None:
    answer = lax.post(body)
    assert answer.status_code == 400
    assert answer.get_json()["message"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.text(st.characters(exclude_characters="/\\?#"), min_size=1), min_size=1, max_size=4))
def test_any_address_is_answered(lax: Lax, parts: list[str]) -> None:
    path = "/".join(quote(part, errors="surrogatepass") for part in parts)
    assert lax.get(path).status_code in (404, 405)


@given(st.integers(1, 10**12 - 1), st.integers(0, 6), st.sampled_from(["eLife", "elife", "ELIFE"]))
def test_an_article_has_one_number(article: int, zeros: int, name: str) -> None:
    digits = "0" * zeros + str(article)
    assert number(digits) == number_of_doi(f"10.7554/{name}.{digits}") == article


@given(st.datetimes(), st.integers(1, 9))
def test_a_date_is_the_moment_that_the_eif_names(when: datetime, version: int) -> None:
    moment = when.replace(tzinfo=UTC)
    dated = "pub_date" if version == 1 else "update"
    assert read(eif(353, version, **{dated: moment.isoformat()})).published == moment


@pytest.mark.parametrize("name", ["elife-00288-v1.eif.json", "elife-01328-v1.eif.json"])
def test_what_production_made_is_taken(lax: Lax, name: str) -> None:
    document = json.loads((articles_folder() / name).read_text())
    answer = lax.send(document)
    assert answer.status_code == 200, answer.text
    record = answer.get_json()
    assert record["datetime_published"] == document["pub-date"]
    assert {name: record[name] for name in ("title", "doi", "status", "path")} == {
        name: document[name] for name in ("title", "doi", "status", "path")
    }
