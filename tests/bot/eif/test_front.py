"""Title, date, volume, subjects and the like, in the variants that articles of all years have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.eif import ConversionError
from tests.bot.eif.pieces import IDS, eif


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("On <italic>D. melanogaster</italic> flies", "On <italic>D. melanogaster</italic> flies"),
        ("H<sub>2</sub>O and 10<sup>4</sup>", "H<sub>2</sub>O and 10<sup>4</sup>"),
        ("over\n   two lines", "over two lines"),
        ("Flies &amp; worms, p &lt; 0.05", "Flies & worms, p < 0.05"),  # as themselves, as production had it
        ("β-catenin — a “protein”", "β-catenin — a “protein”"),
        ("&#946;&alpha;&eacute;", "βαé"),  # by number, and by a name that the JATS DTD has
        ("seen<!-- or not --> <?why not?>by all", "seen by all"),
        ("<![CDATA[a < b]]>", "a < b"),
        ("a no-break space", "a no-break space"),
    ],
)
def test_a_title_keeps_its_markup(written: str, title: str) -> None:
    assert eif(title=f"<title-group><article-title>{written}</article-title></title-group>")["title"] == title


def test_a_title_of_a_reference_is_not_the_articles() -> None:
    ref = "<ref id='bib1'><element-citation><article-title>No</article-title></element-citation></ref>"
    with pytest.raises(ConversionError, match=r"title: is missing.*article-meta/title-group/article-title"):
        eif(title="", back=f"<ref-list>{ref}</ref-list>")


@pytest.mark.parametrize(
    ("dates", "meta", "day", "volume"),
    [
        ('<pub-date date-type="pub"><day>5</day><month>1</month><year>2012</year></pub-date>', "", "2012-01-05", 1),
        ('<pub-date date-type="pub"><day>28</day><month>02</month><year>2014</year></pub-date>', "<volume>9</volume>",
         "2014-02-28", 9),
        ('<pub-date date-type="publication"><day>1</day><month>11</month><year>2018</year></pub-date>', "",
         "2018-11-01", 7),
        ('<pub-date pub-type="epub"><day>15</day><month>10</month><year>2012</year></pub-date>', "", "2012-10-15", 1),
        ('<pub-date pub-type="ppub"><day>15</day><month>10</month><year>2012</year></pub-date>', "", None, 1),
        ('<pub-date date-type="pub"><year>2015</year></pub-date>', "", None, 4),
        ('<pub-date date-type="pub"><day>31</day><month>2</month><year>2015</year></pub-date>', "", None, 4),
        ('<pub-date pub-type="collection"><year>2016</year></pub-date>', "", None, 5),
        ("", "<permissions><copyright-year>2013</copyright-year></permissions>", None, 2),
        ("", "<volume>first</volume><permissions><copyright-year>2013</copyright-year></permissions>", None, 2),
    ],
)  # fmt: skip
def test_date_and_volume(dates: str, meta: str, day: str | None, volume: int) -> None:
    made = eif(meta, date=dates)
    assert made.get("pub-date") == (f"{day}T00:00:00Z" if day else None)
    assert (made["volume"], made["path"]) == (volume, f"content/{volume}/e00777v1")


def test_without_any_year_the_volume_is_this_years() -> None:
    assert eif(date="")["volume"] in (datetime.now(UTC).year - 2011, datetime.now(UTC).year - 2012)


def test_the_volume_of_a_reference_is_not_the_articles() -> None:
    ref = "<ref-list><ref id='bib1'><element-citation><volume>52</volume></element-citation></ref></ref-list>"
    assert eif(back=ref)["volume"] == 5


def test_ids() -> None:
    made = eif("<elocation-id>e00777</elocation-id>", version=3)
    assert (made["doi"], made["article-id"]) == ("10.7554/eLife.00777", "00777")
    assert (made["version"], made["article-version-id"], made["path"]) == (3, "00777.3", "content/5/e00777v3")


@pytest.mark.parametrize(
    "ids",
    [
        '<article-id pub-id-type="doi">10.7554/eLife.00777</article-id>',
        '<article-id pub-id-type="doi">http://dx.doi.org/10.7554/eLife.00777</article-id>',
        '<article-id pub-id-type="publisher-id">777</article-id>'
        '<article-id pub-id-type="doi">10.7554/eLife.00777</article-id>',
    ],
)
def test_ids_are_known_from_each_other(ids: str) -> None:
    made = eif(ids=ids)
    assert (made["doi"], made["article-id"], made["elocation-id"]) == ("10.7554/eLife.00777", "00777", "e00777")


def test_a_body_makes_a_version_of_record() -> None:
    assert eif(body="<body><p>Flies.</p></body>")["status"] == "VOR"
    # A letter has a body of its own.
    assert eif(body="", subs="<sub-article><body><p>Dear authors</p></body></sub-article>")["status"] == "POA"


def test_subjects() -> None:
    made = eif("""<article-categories>
        <subj-group subj-group-type="display-channel"><subject>Insight</subject></subj-group>
        <subj-group subj-group-type="heading"><subject>Cell Biology</subject></subj-group>
        <subj-group subj-group-type="heading"><subject>Genes &amp; <italic>E. coli</italic></subject></subj-group>
        <subj-group subj-group-type="sub-display-channel"><subject>Ageing</subject></subj-group>
        <subj-group subj-group-type="other"><subject>No</subject></subj-group>
        <subj-group><subject>No</subject></subj-group></article-categories>""")
    assert made["categories"] == {
        "display-channel": ["Insight"],
        "heading": ["Cell Biology", "Genes & E. coli"],
        "sub-display-channel": ["Ageing"],
    }


def test_keywords() -> None:
    made = eif("""<kwd-group kwd-group-type="author-keywords"><title>Author keywords</title><kwd>white gene </kwd><kwd/>
        </kwd-group><kwd-group kwd-group-type="research-organism"><kwd><italic>D. melanogaster</italic></kwd>
        <kwd>None</kwd></kwd-group><kwd-group kwd-group-type="other"><kwd>No</kwd></kwd-group>""")
    assert made["keywords"] == {
        "author-keywords": ["white gene"], "research-organism": ["<italic>D. melanogaster</italic>", "None"],
    }  # fmt: skip


def test_keywords_without_a_kind_are_the_authors() -> None:
    assert eif("<kwd-group><kwd>flies</kwd></kwd-group>")["keywords"] == {"author-keywords": ["flies"]}


def test_impact_statement() -> None:
    value = "<meta-value>A <bold>fly</bold>.</meta-value>"
    custom = "<custom-meta-group><custom-meta><meta-name>{}</meta-name>{}</custom-meta></custom-meta-group>"
    assert eif(custom.format("Author impact statement", value))["impact-statement"] == "A <bold>fly</bold>."
    assert "impact-statement" not in eif(custom.format("Template", value))


def test_related_articles() -> None:
    related = '<related-article ext-link-type="doi" related-article-type="{}" xlink:href="{}"/>'
    made = eif(
        related.format("commentary", "10.7554/eLife.00001")
        + related.format("commentary-article", "http://dx.doi.org/10.7554/eLife.00002")
        + related.format("corrected-article", "10.7554/eLife.00003")
        + related.format("article-reference", "10.7554/eLife.00004")
        + related.format("retracted-article", "10.7554/eLife.00005")  # the EIF has no such relation
        + '<related-article related-article-type="commentary"/>'
    )
    assert [item["href"][-1] for item in made["related-articles"]] == ["1", "2", "3", "4"]
    assert made["related-articles"][1] == {"type": "commentary-article", "href": "10.7554/eLife.00002"}


def test_what_says_nothing_is_left_out() -> None:
    assert set(eif()) == {
        "article-type", "title", "status", "publish", "doi", "pub-date", "volume", "elocation-id", "path", "article-id",
        "version", "article-version-id",
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["article-commentary", "editorial", "book-review", "discussion", "correction"])
def test_types_of_articles(kind: str) -> None:
    assert eif(kind=kind)["article-type"] == kind


def test_each_reason_is_told() -> None:
    with pytest.raises(ConversionError) as caught:
        eif(kind="retraction", ids="", title="")
    told = "\n".join(caught.value.reasons)
    for name in ("article-type: is none of", "title: is missing", "doi: is missing", "article-id: is missing"):
        assert name in told


def test_an_id_that_is_no_doi() -> None:
    with pytest.raises(ConversionError, match=r"doi: is not like 10\.7554/eLife\.00353: 'eLife 777'"):
        eif(ids=IDS.replace("10.7554/eLife.00777", "eLife 777"))
