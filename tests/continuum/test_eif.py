"""What an EIF must look like: as the published schema has it, and said by field."""

from __future__ import annotations

import json
import random
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.eif import convert
from continuum.eif import Problem, is_date_time, is_doi, is_email, problems
from tests.articles import articles_folder, make_article


@cache
def published() -> Any:
    """The published schema as others read it: draft 4, formats checked."""
    from jsonschema import Draft4Validator, FormatChecker

    file = articles_folder().parent / "eif-schema.json"
    if not file.is_file():
        pytest.skip(f"needs the EIF's schema, which is not in the repository: no {file}")
    formats = FormatChecker(formats=())
    formats.checks("email")(lambda value: not isinstance(value, str) or is_email(value))
    formats.checks("date-time")(lambda value: not isinstance(value, str) or is_date_time(value))
    return Draft4Validator(json.loads(file.read_text()), format_checker=formats)


@cache
def made() -> tuple[dict[str, Any], ...]:
    """EIFs of our own making."""
    return tuple(dict(convert(make_article(status=status, figures=2).xml, 1)) for status in ("vor", "poa"))


def agree(document: Any) -> None:
    ours, theirs = problems(document), list(published().iter_errors(document))
    assert bool(ours) == bool(theirs), (ours, theirs)


def test_what_production_made_is_valid() -> None:
    real = [json.loads(file.read_text()) for file in sorted(articles_folder().glob("*.eif.json"))]
    assert real
    for document in (*real, *made()):
        assert problems(document) == []
        agree(document)


ODD: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, 1.5, "", "x", "yes", "2016", "2010a", "in press", "In Press", "2010–2012",
    "author", "editor", "author non-byline", "on-behalf-of", "abstract", "fig", "sub-article", "app",
    "10.7554/eLife.00777", "10.7554/", "10.7554/a\u00a0b", "\u0661\u0662\u0663\u0664", "http://x/y",
    "a/b", "/a", "a//b", "a/", "a:b", "e00777", "e777", "xe00777", "POA", "poa", "a@b", "@",
    "http://orcid.org/1", "orcid.org/1", "2016-05-28T15:00:00Z", "2016-05-28", "2016-05-28T15:00:00", [], ["x"], [1],
    [[]], {}, {"x": "y"}, {"type": "author"}, {"type": "author", "collab": "x"}, {"type": "author", "surname": "x"},
    {"type": "on-behalf-of", "on-behalf-of": "x"}, {"group-type": "author"}, {"group-type": "a", "surname": "x"},
    {"group-type": "a", "collab": "x"}, {"type": "abstract", "doi": "10.1000/1", "path": "a"}, {"city": None},
    [{"type": "fig", "doi": "10.1000/1", "path": "a", "title": "x"}], [{"type": "commentary", "href": "x"}], [{}],
]  # fmt: skip
NAMES = (
    "title", "type", "doi", "path", "fragments", "contributors", "surname", "given-names", "collab", "on-behalf-of",
    "affiliations", "references", "referenced", "email", "year", "comment", "suffix", "orcid", "city", "dept", "x",
    "bib1", "equal-contrib", "deceased", "corresp", "role", "group-author-key", "group-type", "authors", "citations",
    "force", "update", "publish", "pub-date", "related-articles", "keywords",
    "foot-note", "value", "funding", "version", "volume",
)  # fmt: skip


def places(value: Any) -> list[Any]:
    """All lists and objects in a document, itself included."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    own = [value] if isinstance(value, dict | list) else []
    return [*own, *(place for item in inner for place in places(item))]


def change(document: Any, choice: random.Random) -> None:
    """One thing left out, put in, replaced or copied from elsewhere."""
    place = choice.choice(places(document))
    other = choice.choice(places(document))
    new = deepcopy(choice.choice(ODD if choice.random() < 0.8 else [other]))
    if isinstance(place, list):
        if place and choice.random() < 0.5:
            place[choice.randrange(len(place))] = new
        else:
            place.insert(choice.randint(0, len(place)), new)
        return
    keys = [*place, choice.choice(NAMES)]
    key = choice.choice(keys)
    if key in place and choice.random() < 0.3:
        del place[key]
    else:
        place[key] = new


@settings(max_examples=400, deadline=None)
@given(which=st.integers(0, 1), seed=st.integers(0, 2**32), times=st.integers(1, 3))
def test_it_agrees_with_the_schema_whatever_is_changed(which: int, seed: int, times: int) -> None:
    document = deepcopy(made()[which])
    choice = random.Random(seed)
    for _ in range(times):
        change(document, choice)
    agree(document)


PLACES: tuple[tuple[str | int, ...], ...] = (
    ("contributors", 0), ("contributors", 0, "affiliations"), ("contributors", 0, "references"), ("fragments", 0),
    ("citations", "bib1"), ("citations", "bib1", "authors", 0), ("referenced",), ("referenced", "affiliation", "aff1"),
    ("referenced", "email", "cor1"), ("referenced", "funding", "par-1"), ("referenced", "contribution", "con1"),
    ("related-articles",), ("categories",), ("keywords",), ("keywords", "author-keywords"),
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: ".".join(map(str, place)))
def test_it_agrees_with_the_schema_on_anything_in_each_place(place: tuple[str | int, ...]) -> None:
    for odd in (*ODD, {"collab": "x"}, {"surname": "x"}, {"type": "x", "value": "y", "more": 1}, {"type": 1}):
        document: Any = deepcopy(made()[0])
        inner = document
        for step in place[:-1]:
            inner = inner[step]
        inner[place[-1]] = deepcopy(odd)
        agree(document)


def test_it_agrees_with_the_schema_on_footnotes() -> None:
    for note in ({}, {"type": "x", "value": "y", "more": 1}, {"type": 1}, {"value": 1}, "x", None):
        agree({**made()[0], "referenced": {"foot-note": {"fn1": note}}})


anything = st.recursive(
    st.sampled_from([item for item in ODD if not isinstance(item, dict | list)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(anything, st.sampled_from(NAMES))
def test_it_agrees_with_the_schema_on_anything(value: Any, name: str) -> None:
    agree(value)
    document = deepcopy(made()[1])
    document[name] = value
    agree(document)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["title"], ..., Problem("title", "is missing", None)),
        (["version"], True, Problem("version", "is not a whole number", True)),
        (["version"], 0, Problem("version", "is less than 1", 0)),
        (["contributors", 0, "surname"], ..., Problem("contributors.0.surname", "is missing", None)),
        (["contributors", 0, "age"], 7, Problem("contributors.0.age", "is not a field that is known here", 7)),
        (["contributors"], {}, Problem("contributors", "is not a list", {})),
        (["citations", "bib1", "year"], "x",
         Problem("citations.bib1.year", "is not like 2010, 2010a, 2010–2012 or in press", "x")),
        (["doi"], "x", Problem("doi", "is not like 10.7554/eLife.00353", "x")),
        (["status"], "vor", Problem("status", "is none of: POA, VOR", "vor")),
        (["publish"], "1", Problem("publish", "is neither true nor false", "1")),
        (["pub-date"], "2016-02-31T00:00:00Z",
         Problem("pub-date", "is not like 2012-12-13T00:00:00Z", "2016-02-31T00:00:00Z")),
        (["referenced", "affiliation", "aff1"], {},
         Problem("referenced.affiliation.aff1", "has none of: dept, institution, city, country, email", {})),
        (["fragments", 0, "fragments"], [7], Problem("fragments.0.fragments.0", "is not an object", 7)),
    ],
)  # fmt: skip
def test_each_problem_is_told_by_its_field(path: list[Any], value: Any, problem: Problem) -> None:
    document: Any = convert(make_article().xml, 1)
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    assert problems(document) == [problem]


def test_all_problems_are_told_at_once() -> None:
    document = {**convert(make_article().xml, 1), "doi": "x", "version": "1", "more": 1}
    assert [problem.field for problem in problems(document)] == ["doi", "version", "more"]


@pytest.mark.parametrize("document", [None, 1, "x", [], [{}]])
def test_what_is_no_object_at_all(document: Any) -> None:
    assert [str(problem) for problem in problems(document)] == ["the document: is not an object"]


def test_a_deep_tree_costs_no_more_than_its_size() -> None:
    fragment: dict[str, Any] = {"type": "fig", "title": "x", "doi": "10.1000/1", "path": "a"}
    tree = deepcopy(fragment)
    for _ in range(60):
        tree = {**fragment, "fragments": [tree]}
    document = {**convert(make_article().xml, 1), "fragments": [tree]}
    assert problems(document) == []
    for _ in range(2000):
        tree = {**fragment, "fragments": [tree]}
    assert problems({**document, "fragments": [tree]}) == [Problem("fragments", "are nested too deeply", None)]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2016-05-28T15:00:00Z", True), ("2016-05-28T15:00:00+01:00", True), ("2016-05-28T15:00:00.000Z", True),
     ("2016-05-28", False), ("2016-05-28T15:00:00", False), ("2016-05-28 15:00:00Z", False), ("", False),
     ("20160528T150000Z", False), ("2016-13-28T15:00:00Z", False)],
)  # fmt: skip
def test_date_times(text: str, is_one: bool) -> None:
    assert is_date_time(text) is is_one


def test_dois() -> None:
    assert is_doi("10.7554/eLife.00353.001")
    assert (
        not is_doi("http://dx.doi.org/10.7554/eLife.00353") and not is_doi("10.7554/a b") and not is_doi("10.7554/a\n")
    )
