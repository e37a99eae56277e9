"""References of every kind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.eif.pieces import citation, eif

NAME = "<name><surname>Byte</surname><given-names>A</given-names><suffix>Jr</suffix></name>"
ADA = {"group-type": "author", "surname": "Byte", "given-names": "A", "suffix": "Jr"}


def test_a_paper() -> None:
    assert citation(f"""<person-group person-group-type="author">{NAME}
        <collab>The Fly <bold>Group</bold></collab><etal/></person-group>
        <year iso-8601-date="2010">2010</year><article-title>On <italic>flies</italic></article-title>
        <source>Flies &amp; <italic>Worms</italic></source><volume>1</volume><fpage>2</fpage>
        <pub-id pub-id-type="doi">10.1000/fly.1</pub-id><comment>in German</comment>""") == {
        "authors": [ADA, {"group-type": "author", "collab": "The Fly <bold>Group</bold>"}],
        "year": "2010",
        "title": "On <italic>flies</italic>",
        "source": "Flies & Worms",
        "doi": "10.1000/fly.1",
        "comment": "in German",
    }


def test_a_chapter_has_editors_too() -> None:
    made = citation(f"""<person-group person-group-type="author">{NAME}</person-group>
        <chapter-title>A chapter</chapter-title>
        <person-group person-group-type="editor"><name><surname>Nybble</surname></name></person-group>
        <source>A book</source>""")
    assert made == {
        "authors": [ADA, {"group-type": "editor", "surname": "Nybble"}], "title": "A chapter", "source": "A book",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("xml", "authors"),
    [
        (f"<person-group>{NAME}</person-group>", []),  # whose role nobody knows
        ("<collab>Fly Group</collab>", [{"group-type": "author", "collab": "Fly Group"}]),
        ('<person-group person-group-type="author"><collab/></person-group>', []),
        ('<person-group person-group-type="author"><name><given-names>Plato</given-names></name></person-group>',
         [{"group-type": "author", "surname": "Plato"}]),
        ('<person-group person-group-type="author"><string-name><surname>Byte</surname></string-name></person-group>',
         [{"group-type": "author", "surname": "Byte"}]),
        ('<person-group person-group-type="author"/>', None),
    ],
)  # fmt: skip
def test_authors(xml: str, authors: list[dict[str, str]] | None) -> None:
    assert citation(xml).get("authors") == authors


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("2010", "2010"), ("2010a", "2010"), ("(1998)", "1998"), ("2010–2012", "2010–2012"), ("in press", "in press"),
        ("In press", "In press"), ("submitted", None), ("n.d.", None), ("", None),
    ],
)  # fmt: skip
def test_years(written: str, year: str | None) -> None:
    assert citation(f"<year>{written}</year><source>S</source>").get("year") == year


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        ("10.1000/fly.1", "10.1000/fly.1"),
        (" 10.1000/fly.1\n", "10.1000/fly.1"),
        ("http://dx.doi.org/10.1000/fly.1", "10.1000/fly.1"),
        ("https://doi.org/10.1000/fly.1", "10.1000/fly.1"),
        ("doi:10.1000/fly.1", "10.1000/fly.1"),
        ("DOI: 10.1000/fly.1", "10.1000/fly.1"),
        ("10.1002/(SICI)1097-0258(19980815)17:15&lt;1661::AID-SIM968&gt;3.0.CO;2-2",
         "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2"),
        ("fly.1", None),
        ("10.1/fly one", None),
        ("", None),
    ],
)  # fmt: skip
def test_dois(written: str, doi: str | None) -> None:
    assert citation(f'<pub-id pub-id-type="doi">{written}</pub-id><source>S</source>').get("doi") == doi


def test_other_identifiers_are_no_doi() -> None:
    assert citation('<pub-id pub-id-type="pmid">1</pub-id><source>S</source>') == {"source": "S"}


def test_data_and_mixed_citations() -> None:
    assert citation("<data-title>Flies</data-title><source>Dryad</source>") == {"title": "Flies", "source": "Dryad"}
    mixed = "<mixed-citation><year>1999</year>, <source>S</source></mixed-citation>"
    assert eif(back=f"<ref-list><ref id='bib1'>{mixed}</ref></ref-list>")["citations"] == {
        "bib1": {"year": "1999", "source": "S"}
    }


def test_order_and_ids() -> None:
    refs = "".join(f"<ref {at}><element-citation><year>{year}</year></element-citation></ref>"
                   for at, year in (('id="bib2"', 2002), ('id="bib1"', 2001), ("", 2000)))  # fmt: skip
    made: dict[str, Any] = eif(back=f"<ref-list>{refs}</ref-list>")["citations"]
    assert list(made.items()) == [("bib2", {"year": "2002"}), ("bib1", {"year": "2001"})]
