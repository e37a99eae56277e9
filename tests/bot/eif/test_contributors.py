"""Authors, groups, members and editors, as articles of all years write them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.eif.pieces import author, contributor, eif

ADA: dict[str, Any] = {"type": "author", "surname": "Byte", "given-names": "Ada"}


def people(xml: str, **pieces: Any) -> list[dict[str, Any]]:
    return list(eif(xml, **pieces)["contributors"])


@pytest.mark.parametrize(
    ("xml", "more"),
    [
        (author(), {}),
        (author(attributes='id="author-1"'), {"id": "author-1"}),
        (author(attributes='corresp="yes" equal-contrib="yes" deceased="yes"'),
         {"corresp": True, "equal-contrib": True, "deceased": True}),
        (author(attributes='corresp="no" equal-contrib="no" deceased="no"'), {}),
        (author("<suffix>Jr</suffix>"), {"suffix": "Jr"}),
        (author("<role>Senior Editor</role>"), {"role": "Senior Editor"}),
        (author("<email>ada@example.org</email>"), {"email": "ada@example.org"}),
        (author("<email>a@example.org</email><email>b@example.org</email>"), {"email": "b@example.org"}),
    ],
)  # fmt: skip
def test_an_author(xml: str, more: dict[str, Any]) -> None:
    assert contributor(xml) == ADA | more


@pytest.mark.parametrize(
    ("written", "orcid"),
    [
        ("http://orcid.org/0000-0002-1825-0097", "http://orcid.org/0000-0002-1825-0097"),
        ("https://orcid.org/0000-0002-1825-009X", "https://orcid.org/0000-0002-1825-009X"),
        (" 0000-0002-1825-0097 ", "http://orcid.org/0000-0002-1825-0097"),
        ("http://www.orcid.org/0000-0002-1825-0097", "http://orcid.org/0000-0002-1825-0097"),
        ("Ada Byte", None),
        ("", None),
    ],
)
def test_an_orcid(written: str, orcid: str | None) -> None:
    made = contributor(author(f'<contrib-id contrib-id-type="orcid">{written}</contrib-id>'))
    assert made.get("orcid") == orcid


def test_a_contributor_is_either_a_group_or_a_person() -> None:
    made = contributor(author("<collab>Flies</collab>"))
    assert made == {"type": "author", "collab": "Flies", "group-author-key": "group-author-id1"}


def test_a_group_without_a_name_is_not_listed() -> None:
    assert "contributors" not in eif(
        "<contrib-group><contrib contrib-type='author'><collab/></contrib></contrib-group>"
    )


def test_names_with_one_part() -> None:
    assert contributor('<contrib contrib-type="author"><name><surname>Plato</surname></name></contrib>') == {
        "type": "author", "surname": "Plato",
    }  # fmt: skip
    assert contributor('<contrib contrib-type="author"><name><given-names>Plato</given-names></name></contrib>') == {
        "type": "author", "surname": "Plato",
    }  # fmt: skip


def test_who_stays_anonymous_is_not_listed() -> None:
    assert "contributors" not in eif(
        '<contrib-group><contrib contrib-type="reviewer"><anonymous/></contrib></contrib-group>'
    )


@pytest.mark.parametrize(
    ("xml", "kind"),
    [
        ('<contrib-group><contrib contrib-type="editor">{}</contrib></contrib-group>', "editor"),
        ('<contrib-group><contrib contrib-type="senior_editor">{}</contrib></contrib-group>', "editor"),
        ('<contrib-group><contrib contrib-type="reviewer">{}</contrib></contrib-group>', "reviewer"),
        ('<contrib-group content-type="section"><contrib>{}</contrib></contrib-group>', "editor"),
        ('<contrib-group><contrib>{}</contrib></contrib-group>', "author"),
        ('<contrib-group><contrib contrib-type="translator">{}</contrib></contrib-group>', "author"),
    ],
)  # fmt: skip
def test_types(xml: str, kind: str) -> None:
    (made,) = people(xml.format("<name><surname>Byte</surname></name>"))
    assert made["type"] == kind


def test_an_editor_has_a_role_and_an_address() -> None:
    made = contributor("""<contrib contrib-type="editor" id="author-10"><name><surname>Roe</surname>
        <given-names>R</given-names></name><role>Reviewing editor</role><aff><institution>Fly &amp; Worm</institution>,
        <country>Norway</country></aff></contrib>""")
    assert made == {
        "type": "editor", "surname": "Roe", "given-names": "R", "id": "author-10", "role": "Reviewing editor",
        "affiliations": [{"institution": "Fly & Worm", "country": "Norway"}],
    }  # fmt: skip


AFF = (
    '<aff{}><institution content-type="dept">Flies</institution>, <institution><italic>eLife</italic></institution>, '
    '<addr-line><named-content content-type="city">Cambridge</named-content></addr-line>, <country>United Kingdom'
    "</country> <email>p@example.org</email></aff>"
)
AFFILIATION = {
    "dept": "Flies", "institution": "<italic>eLife</italic>", "city": "Cambridge", "country": "United Kingdom",
    "email": "p@example.org",
}  # fmt: skip


def test_an_address_inside_of_the_author() -> None:
    # As an accepted manuscript has it; the email inside of the address is the address's.
    assert contributor(author(AFF.format(""))) == ADA | {"affiliations": [AFFILIATION]}


def test_an_address_inside_that_is_pointed_to_is_said_twice() -> None:
    inside = AFF.format(' id="aff1"') + '<xref ref-type="aff" rid="aff1"/>'
    made = eif(f"<contrib-group>{author(inside)}</contrib-group>")
    assert made["contributors"] == [ADA | {"affiliations": [AFFILIATION], "references": {"affiliation": ["aff1"]}}]
    assert made["referenced"] == {"affiliation": {"aff1": AFFILIATION}}


def test_an_address_in_plain_text() -> None:
    made = contributor(author("<aff><label>1</label>Fly House, Oslo</aff>"))
    assert made["affiliations"] == [{"institution": "Fly House, Oslo"}]


def test_what_an_author_points_to() -> None:
    pointers = [
        ("aff", "aff1"), ("aff", "aff2"), ("fn", "equal-contrib"), ("corresp", "cor1"), ("other", "par-1"),
        ("other", "fund2"), ("fn", "con1"), ("fn", "conf1"), ("fn", "pa1"), ("other", "dataro1"), ("other", "dataset2"),
        ("fn", "fn1"), ("fn", "unknown"), ("table", "tbl1"), ("corresp", "cor2"),
    ]  # fmt: skip
    xml = author("".join(f'<xref ref-type="{kind}" rid="{rid}">*</xref>' for kind, rid in pointers) + "<xref/>")
    notes = '<author-notes><corresp id="cor1"><email>a@example.org</email></corresp></author-notes>'
    assert contributor(xml, meta=notes)["references"] == {
        "affiliation": ["aff1", "aff2"], "equal-contrib": ["equal-contrib"], "email": ["cor1"],
        "funding": ["par-1", "fund2"], "contribution": ["con1"], "competing-interest": ["conf1"],
        "present-address": ["pa1"], "related-object": ["dataro1", "dataset2"], "foot-note": ["fn1"],
    }  # fmt: skip


def test_several_at_once() -> None:
    assert contributor(author('<xref ref-type="aff" rid="aff1 aff2"/>'))["references"] == {
        "affiliation": ["aff1", "aff2"]
    }


def test_notes_are_known_by_what_they_are_where_their_ids_say_nothing() -> None:
    notes = """<author-notes><fn fn-type="con" id="n1"><p>Equally</p></fn>
        <fn fn-type="present-address" id="n2"><p>Oslo</p></fn>
        <fn fn-type="deceased" id="n3"><p>Deceased</p></fn></author-notes>"""
    back = """<fn-group content-type="competing-interest">
        <fn fn-type="COI-statement" id="n4"><p>None</p></fn></fn-group>
        <fn-group content-type="author-contribution"><fn fn-type="con" id="n5"><p>All</p></fn></fn-group>"""
    xml = author("".join(f'<xref ref-type="fn" rid="n{number}"/>' for number in range(1, 6)))
    assert contributor(xml, meta=notes, back=back)["references"] == {
        "equal-contrib": ["n1"], "present-address": ["n2"], "foot-note": ["n3"], "competing-interest": ["n4"],
        "contribution": ["n5"],
    }  # fmt: skip


def test_on_behalf_of() -> None:
    made = people(
        f"<contrib-group>{author()}<on-behalf-of>for the <italic>Fly</italic> Study</on-behalf-of></contrib-group>"
    )
    assert made == [ADA, {"type": "on-behalf-of", "on-behalf-of": "for the <italic>Fly</italic> Study"}]


KEY = '<contrib-id contrib-id-type="group-author-key">group-author-id1</contrib-id>'
GROUP = {"type": "author", "group-author-key": "group-author-id1", "collab": "The Fly Group"}


def test_a_group_whose_members_stand_beside_it() -> None:
    # 2012 to 2015
    made = people(f"""<contrib-group><contrib contrib-type="author" corresp="yes" id="g">{KEY}
        <collab>The Fly Group</collab>        <xref ref-type="fn" rid="con9"/></contrib></contrib-group><contrib-group>
        <contrib contrib-type="author non-byline">{KEY}<name><surname>Byte</surname></name>
        <aff><institution>Fly House</institution></aff></contrib></contrib-group>""")
    assert made == [
        GROUP | {"corresp": True, "id": "g", "references": {"contribution": ["con9"]}},
        {"type": "author non-byline", "surname": "Byte", "group-author-key": "group-author-id1",
         "affiliations": [{"institution": "Fly House"}]},
    ]  # fmt: skip


def test_a_group_whose_members_stand_inside_of_its_name() -> None:
    # Since 2016. What is a member's must not become the group's.
    made = people("""<contrib-group><contrib contrib-type="author" id="g"><collab>The Fly Group<contrib-group>
        <contrib id="m1"><name><surname>Byte</surname></name><xref ref-type="aff" rid="aff1"/>
        <contrib-id contrib-id-type="orcid">http://orcid.org/0000-0002-1825-0097</contrib-id></contrib>
        <contrib><name><surname>Nybble</surname></name><email>n@example.org</email></contrib></contrib-group></collab>
        <xref ref-type="fn" rid="con9"/></contrib><contrib contrib-type="author"><collab>Others</collab></contrib>
        </contrib-group>""")
    assert made == [
        GROUP | {"id": "g", "references": {"contribution": ["con9"]}},
        {"type": "author non-byline", "id": "m1", "surname": "Byte", "group-author-key": "group-author-id1",
         "orcid": "http://orcid.org/0000-0002-1825-0097", "references": {"affiliation": ["aff1"]}},
        {"type": "author non-byline", "surname": "Nybble", "email": "n@example.org",
         "group-author-key": "group-author-id1"},
        {"type": "author", "group-author-key": "group-author-id2", "collab": "Others"},
    ]  # fmt: skip


def test_contributors_of_letters_are_not_the_articles() -> None:
    letter = f"<sub-article><front-stub><contrib-group>{author()}</contrib-group></front-stub></sub-article>"
    assert "contributors" not in eif(subs=letter)
