"""The tree of parts with DOIs, and their paths."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bot.eif.pieces import doi, eif

ROOT = "content/5/e00777v1"
CHILD = 'specific-use="child-fig"'


def fragments(meta: str = "", **pieces: Any) -> list[dict[str, Any]]:
    return list(eif(meta, **pieces).get("fragments", []))


def body(*parts: str) -> str:
    return f"<body><sec>{''.join(parts)}</sec></body>"


def part(kind: str, number: int, label: str, inside: str = "", attributes: str = "") -> str:
    return f"<{kind} {attributes}>{doi(number)}<label>{label}</label>{inside}</{kind}>"


def paths(found: list[dict[str, Any]]) -> list[str]:
    """All paths below the article's, in order, children after their parents."""
    return [path for one in found for path in (one["path"][len(ROOT) + 1 :], *paths(one.get("fragments", [])))]


def test_abstract_and_digest() -> None:
    made = fragments(
        f"<abstract>{doi(1)}<p>Flies</p></abstract>"
        f"<abstract abstract-type='executive-summary'>{doi(2)}<title>eLife digest</title><p>F</p></abstract>"
    )
    assert made == [
        {"type": "abstract", "doi": "10.7554/eLife.00777.001", "path": f"{ROOT}/abstract"},
        {"type": "abstract", "doi": "10.7554/eLife.00777.002", "title": "eLife digest", "path": f"{ROOT}/abstract2"},
    ]


@pytest.mark.parametrize(
    ("kind", "token"),
    [("fig", "figure"), ("table-wrap", "table"), ("boxed-text", "box"), ("media", "media"),
     ("supplementary-material", "supp-material")],
)  # fmt: skip
def test_each_kind_is_counted_for_itself(kind: str, token: str) -> None:
    made = fragments(body=body(part(kind, 3, "One."), part(kind, 4, "Two.")))
    assert [(one["type"], one["title"]) for one in made] == [(kind, "One."), (kind, "Two.")]
    assert paths(made) == [f"{token}1", f"{token}2"]


def test_a_figure_with_supplements_and_source_data() -> None:
    data = part("supplementary-material", 4, "Figure 1—source data 1.")
    group = (
        f"<fig-group>{part('fig', 3, 'Figure 1.', data)}"
        f"{part('fig', 5, 'Figure 1—figure supplement 1.', attributes=CHILD)}"
        f"{part('fig', 6, 'Figure 1—figure supplement 2.', attributes=CHILD)}</fig-group>"
    )
    made = fragments(body=body(group, part("fig", 7, "Figure 2.")))
    assert paths(made) == [
        "figure1", "figure1/supp-material1", "figure1/figure-supp1", "figure1/figure-supp2", "figure2",
    ]  # fmt: skip


def test_source_data_of_a_supplement_stands_below_it() -> None:
    data = part("supplementary-material", 5, "Figure 1—figure supplement 1—source data 1.")
    group = (
        f"<fig-group>{part('fig', 3, 'Figure 1.')}"
        f"{part('fig', 4, 'Figure 1—figure supplement 1.', data, CHILD)}</fig-group>"
    )
    assert paths(fragments(body=body(group))) == [
        "figure1", "figure1/figure-supp1", "figure1/figure-supp1/supp-material1",
    ]  # fmt: skip


def test_a_box_with_a_figure_and_a_table_with_a_video() -> None:
    made = fragments(body=body(
        part("boxed-text", 3, "Box 1.", f"<p>{part('fig', 4, 'Box 1—figure 1.')}</p>"),
        part("table-wrap", 5, "Table 1.", part("media", 6, "Video 1.")),
    ))  # fmt: skip
    assert paths(made) == ["box1", "box1/figure1", "table1", "table1/media1"]


def test_letters() -> None:
    editor = """<contrib-group><contrib contrib-type="editor"><name><surname>Roe</surname></name><role>Reviewing editor
        </role><aff><institution>Fly House</institution></aff></contrib><contrib contrib-type="reviewer"><anonymous/>
        </contrib></contrib-group>"""
    letter = """<sub-article id="SA{0}"><front-stub><article-id pub-id-type="doi">10.7554/eLife.00777.09{0}</article-id>
        <title-group><article-title>{1}</article-title></title-group>{2}</front-stub>{3}</sub-article>"""
    figure = f"<body>{part('fig', 95, 'Author response image 1.')}</body>"
    made = fragments(
        body=body(part("fig", 3, "Figure 1.")),
        subs=letter.format(1, "Decision letter", editor, "<body/>")
        + letter.format(2, "Author response", "", figure)
        + letter.format(3, "Another letter", "", "<body/>"),
    )
    assert paths(made) == ["figure1", "decision", "response", "response/figure1", "sub-article3"]
    assert made[1] == {
        "type": "sub-article",
        "doi": "10.7554/eLife.00777.091",
        "title": "Decision letter",
        "contributors": [
            {"type": "editor", "surname": "Roe", "role": "Reviewing editor",
             "affiliations": [{"institution": "Fly House"}]}
        ],
        "path": f"{ROOT}/decision",
    }  # fmt: skip


def test_what_the_eif_has_no_place_for() -> None:
    app = f"<app-group><app>{doi(3)}<title>Appendix 1</title>{part('fig', 4, 'Appendix 1—figure 1.')}</app></app-group>"
    made = fragments(
        body=body(f"<chem-struct-wrap>{doi(2)}<label>Chemical structure 1.</label></chem-struct-wrap>"), back=app
    )
    assert [(one["title"], one["path"]) for one in made] == [("Appendix 1—figure 1.", f"{ROOT}/appendix1/figure1")]


def test_without_a_doi_or_with_anothers_it_is_no_fragment() -> None:
    others = '<fig><object-id pub-id-type="doi">10.1000/fly.1</object-id><label>Figure 2.</label></fig>'
    assert fragments(body=body("<fig><label>Figure 1.</label></fig>", others)) == []


def test_a_figure_without_a_label_is_called_by_its_title() -> None:
    figure = f"<fig>{doi(3)}<caption><title>Twelve <italic>flies</italic>.</title></caption></fig>"
    (made,) = fragments(body=body(figure, f"<fig>{doi(4)}</fig>"))
    assert made["title"] == "Twelve <italic>flies</italic>."


def test_a_box_that_is_all_of_an_appendix_is_called_as_the_appendix_is() -> None:
    app = f"<app><title>Appendix 1</title><boxed-text>{doi(3)}<p>Flies</p></boxed-text></app>"
    assert [one["title"] for one in fragments(back=f"<app-group>{app}</app-group>")] == ["Appendix 1"]


def test_the_label_of_a_footnote_is_not_the_tables() -> None:
    foot = "<table-wrap-foot><fn><label>*</label><p>More or less</p></fn></table-wrap-foot>"
    table = f"<table-wrap>{doi(3)}<caption><title>Flies by day.</title></caption><table/>{foot}</table-wrap>"
    assert [one["title"] for one in fragments(body=body(table))] == ["Flies by day."]


def test_what_stands_in_a_box_without_a_doi_belongs_to_the_letter() -> None:
    inside = f"<body><boxed-text><p>{part('fig', 95, 'Author response image 1.')}</p></boxed-text></body>"
    letter = f"""<sub-article><front-stub><article-id pub-id-type="doi">10.7554/eLife.00777.091</article-id>
        <title-group><article-title>Decision letter</article-title></title-group></front-stub>{inside}</sub-article>"""
    assert paths(fragments(subs=letter)) == ["decision", "decision/figure1"]
