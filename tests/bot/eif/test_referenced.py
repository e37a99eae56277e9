"""Affiliations, emails, funding and footnotes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.eif.pieces import eif


def referenced(meta: str = "", **pieces: Any) -> dict[str, Any]:
    return dict(eif(meta, **pieces).get("referenced", {}))


def test_affiliations() -> None:
    made = referenced("""<contrib-group><aff id="aff1"><label>1</label><institution>First</institution>, <addr-line>
        <named-content content-type="city">Oslo</named-content></addr-line>, <country>Norway</country> and
        <institution>Second</institution></aff><aff id="aff2">The Fly House</aff><aff id="aff3"/>
        <aff><institution>Nobody can point here</institution></aff></contrib-group>""")
    assert made == {
        "affiliation": {
            "aff1": {"institution": "First", "city": "Oslo", "country": "Norway"},
            "aff2": {"institution": "The Fly House"},
        }
    }


@pytest.mark.parametrize(
    ("xml", "emails"),
    [
        ('<corresp id="cor1"><label>*</label>For correspondence: <email>a@example.org</email> (AB);</corresp>',
         {"cor1": "a@example.org"}),
        ('<corresp id="cor1"><email>a@example.org</email></corresp>'
         '<corresp id="cor2"><email>b@example.org</email></corresp>',
         {"cor1": "a@example.org", "cor2": "b@example.org"}),
        ('<corresp id="cor1"><email>a@example.org</email>, <email>b@example.org</email></corresp>',
         {"cor1": "a@example.org"}),
        ('<corresp id="cor1">Telephone: <phone>+47 1</phone></corresp>', None),
        ('<corresp id="cor1">+47 1</corresp>', None),
        ('<corresp><email>a@example.org</email></corresp>', None),
        ('<corresp id="cor1"><email>none</email></corresp>', None),
    ],
)  # fmt: skip
def test_emails(xml: str, emails: dict[str, str] | None) -> None:
    assert referenced(f"<author-notes>{xml}</author-notes>").get("email") == emails


def test_an_author_does_not_point_to_a_telephone() -> None:
    made = eif("""<contrib-group><contrib contrib-type="author"><name><surname>Byte</surname></name>
        <xref ref-type="corresp" rid="cor1"/><xref ref-type="corresp" rid="cor2"/></contrib></contrib-group>
        <author-notes><corresp id="cor1"><phone>+47 1</phone></corresp><corresp id="cor2"><email>a@example.org</email>
        </corresp></author-notes>""")
    assert made["contributors"][0]["references"] == {"email": ["cor2"]}


INSTITUTION = "<institution-wrap>{}<institution>Fly &amp; Co</institution></institution-wrap>"
FUNDREF = '<institution-id institution-id-type="FundRef">http://dx.doi.org/10.13039/1</institution-id>'


@pytest.mark.parametrize(
    ("xml", "award"),
    [
        (f"<funding-source>{INSTITUTION.format(FUNDREF)}</funding-source><award-id>A 1</award-id>",
         {"id": "http://dx.doi.org/10.13039/1", "id-type": "FundRef", "institution": "Fly & Co", "award-id": "A 1"}),
        (f"<funding-source>{INSTITUTION.format('')}</funding-source>", {"institution": "Fly & Co"}),
        ("<funding-source>Fly Trust</funding-source><award-id>A 1</award-id><award-id>A 2</award-id>",
         {"institution": "Fly Trust", "award-id": "A 1"}),
        ("<award-id>A 1</award-id>", {"award-id": "A 1"}),
        ("", {}),
    ],
)  # fmt: skip
def test_funding(xml: str, award: dict[str, str]) -> None:
    made = referenced(f'<funding-group><award-group id="par-1">{xml}</award-group></funding-group>')
    assert made == {"funding": {"par-1": award}}


def test_funding_without_an_id_gets_one() -> None:
    made = referenced("<funding-group><award-group><award-id>A 1</award-id></award-group></funding-group>")
    assert made == {"funding": {"award-group-1": {"award-id": "A 1"}}}


def test_footnotes_in_the_authors_notes() -> None:
    made = referenced("""<author-notes><fn fn-type="con" id="equal-contrib"><label>†</label><p>Equally</p></fn>
        <fn fn-type="con" id="equal-contrib2"><p>Equally <italic>too</italic></p></fn>
        <fn fn-type="present-address" id="pa1"><label>¶</label><p>Oslo,
            Norway</p><p>More</p></fn>
        <fn fn-type="deceased" id="fn1"><p>Deceased</p></fn><fn id="fn2"><p>Fly &amp; worm</p></fn>
        <fn fn-type="con"><p>Without an id</p></fn></author-notes>""")
    assert made == {
        "equal-contrib": {"equal-contrib": "Equally", "equal-contrib2": "Equally <italic>too</italic>"},
        "present-address": {"pa1": "Oslo, Norway"},
        "foot-note": {
            "fn1": {"type": "deceased", "value": "Deceased"},
            "fn2": {"type": "other", "value": "Fly &amp; worm"},
        },
    }


def test_footnotes_in_the_back() -> None:
    made = referenced(
        back="""<fn-group content-type="competing-interest"><title>Competing interests</title>
        <fn fn-type="conflict" id="conf1"><label>Competing interests:</label>
        <p>RS: Editor, <italic>eLife</italic>.</p></fn>
        <fn fn-type="COI-statement" id="conf2"><p>None</p></fn></fn-group><fn-group content-type="author-contribution">
        <fn fn-type="con" id="con1"><p>AB, Flies</p></fn></fn-group><fn-group content-type="ethics-information">
        <fn fn-type="other" id="eth1"><p>No</p></fn></fn-group>"""
    )
    assert made == {
        "contribution": {"con1": "AB, Flies"},
        "competing-interest": {"conf1": "RS: Editor, <italic>eLife</italic>.", "conf2": "None"},
    }


def test_related_objects() -> None:
    made = referenced(
        back='<sec><related-object id="dataro1">Data</related-object><related-object>No</related-object></sec>'
    )
    assert made == {"related-object": {"dataro1": {}}}
