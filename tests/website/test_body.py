"""JATS as readers get it: each kind of markup, none lost; and what must never come through."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.articles import articles_folder, make_article
from tests.website.documents import article
from website.body import Body, Heading, at, to_html
from website.body.conversion import convert

FIGURE = """<fig id="fig1"><label>Figure 1.</label><caption><title>Bars.</title><p>Legend.</p></caption>\
<graphic xlink:href="elife-00777-fig1-v1.tif"/></fig>"""


def html(body: str = "<p>Words.</p>", **parts: str) -> str:
    """The article's HTML, its white space as a browser shows it."""
    made = convert(article(body, **parts))
    assert not made.problems
    return " ".join(made.html.split())


def words(markup: str) -> set[str]:
    return set(re.findall(r"\w+", unescape(re.sub(r"<[^>]*>", " ", markup))))


@pytest.mark.parametrize(
    ("jats", "shown"),
    [
        ("<bold>b</bold> <italic>i</italic> <sub>1</sub><sup>2</sup>", "<b>b</b> <i>i</i> <sub>1</sub><sup>2</sup>"),
        ('<italic toggle="yes">i</italic>', "<i>i</i>"),
        ('<xref rid="bib1 bib2" ref-type="bibr">Gray</xref>', '<a href="#bib1" rel="noopener">Gray</a>'),
        ('<xref ref-type="fig" rid="fig1">F</xref>', '<a href="#fig1" rel="noopener">F</a>'),
        (
            '<ext-link xlink:href="https://example.org/?a=1&amp;b=2" ext-link-type="uri">there</ext-link>',
            '<a href="https://example.org/?a=1&amp;b=2" rel="noopener">there</a>',
        ),
        ("<uri>https://example.org</uri>", '<a href="https://example.org" rel="noopener">https://example.org</a>'),
        (
            '<ext-link ext-link-type="doi" xlink:href="10.1/x">x</ext-link>',
            '<a href="https://doi.org/10.1/x" rel="noopener">x</a>',
        ),
        ('<ext-link ext-link-type="pmid" xlink:href="12">12</ext-link>', "<p>12</p>"),
        ("<abbrev>a</abbrev><strike>b</strike><roman>c</roman><x>d</x>", "<p>abcd</p>"),
        ('<styled-content style="color: red">s</styled-content>', "<p>s</p>"),
        ("3 &lt; 4 &amp; 5 &gt; 2", "3 &lt; 4 &amp; 5 &gt; 2"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("text<fn><p>A footnote.</p></fn>", "<p>text [A footnote.]</p>"),
        ("a&#160;b", "a&nbsp;b"),
        ("&lt;sub>1&lt;/sub> &amp;lt;", "&lt;sub&gt;1&lt;/sub&gt; &amp;lt;"),
    ],
)
def test_inline_markup(jats: str, shown: str) -> None:
    assert shown in html(f"<p>{jats}</p>")


@pytest.mark.parametrize(
    "formula",
    [
        "<mml:math><mml:mi>x</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>2</mml:mn></mml:math>",
        '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML"><m:mi>x</m:mi><m:mo>&lt;</m:mo><m:mn>2</m:mn></m:math>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>&lt;</mo><mn>2</mn></math>',
        '<alternatives><tex-math>x&lt;2</tex-math><inline-graphic xlink:href="a.tif"/>'
        "<mml:math><mml:mi>x</mml:mi><mml:mo>&lt;</mml:mo><mml:mn>2</mml:mn></mml:math></alternatives>",
    ],
)
def test_formulas_are_mathml_whatever_their_prefix(formula: str) -> None:
    made = html(f"<p>a <inline-formula>{formula}</inline-formula> b</p><disp-formula>{formula}</disp-formula>")
    assert "a <math><mi>x</mi><mo>&lt;</mo><mn>2</mn></math> b" in made
    assert '<math display="block"><mi>x</mi><mo>&lt;</mo><mn>2</mn></math>' in made


def test_a_text_full_of_formulas_is_converted_in_time() -> None:
    formula = "<inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula>"
    made = to_html(article("<p>" + " and ".join([formula] * 1000) + "</p>"))
    assert made.problems == ()
    assert made.html.count("<math>") == 1000


def test_a_formula_that_is_a_picture_is_shown() -> None:
    made = html('<disp-formula id="e"><graphic xlink:href="elife-00777-equ1-v1.tif"/></disp-formula>')
    assert '<img src="cdn-asset:elife-00777-equ1-v1.jpg" alt="">' in made


def test_sections_are_headings_one_below_the_other_and_in_the_outline() -> None:
    made = convert(article('<sec id="s1"><title>One</title><sec id="s2"><title>Two</title><p>x</p></sec></sec>'))
    assert re.search(r"<h2>One</h2>\s*<section id=\"s2\">\s*<h3>Two</h3>", made.html)
    assert made.outline == (Heading("s1", "One"),)


def test_a_figure_has_its_picture_its_words_and_its_original() -> None:
    made = html(f'<sec id="s1"><title>R</title>{FIGURE}</sec>')
    assert '<img src="cdn-asset:elife-00777-fig1-v1.jpg" alt="Figure 1. Bars." loading="lazy" decoding="async">' in made
    assert '<b class="label">Figure 1.</b> Bars.' in made
    assert "<p>Legend.</p>" in made
    assert 'href="cdn-asset:elife-00777-fig1-v1-download.tif" download=""' in made


def test_a_figure_named_without_ending_is_the_same() -> None:
    made = html(FIGURE.replace("fig1-v1.tif", "fig1-v1"))
    assert 'src="cdn-asset:elife-00777-fig1-v1.jpg"' in made
    assert 'href="cdn-asset:elife-00777-fig1-v1-download.tif"' in made


def test_figure_supplements_and_films_are_with_their_figure() -> None:
    supplement = FIGURE.replace("fig1", "fig1s1").replace("Figure 1.", "Figure 1—figure supplement 1.")
    film = """<media mimetype="video" mime-subtype="mp4" id="v1" xlink:href="elife-00777-video1-v1.mp4">\
<label>Video 1.</label></media>"""
    made = html(f'<sec id="s1"><title>R</title><fig-group>{FIGURE}{supplement}{film}</fig-group></sec>')
    _, _, inside = made.partition('<details class="supplements">')
    assert "2 more with Figure 1" in inside
    assert 'id="fig1s1"' in inside
    assert '<video controls="" preload="none" src="cdn-asset:elife-00777-video1-v1.mp4"></video>' in inside
    assert 'href="cdn-asset:elife-00777-video1-v1-download.mp4"' in inside


def test_a_figure_without_a_picture_keeps_its_words() -> None:
    made = html('<fig id="f"><label>Figure 2.</label><caption><p>Gone.</p></caption><attrib>Drawn by K</attrib></fig>')
    assert "Gone." in made
    assert "Drawn by K" in made


def test_a_table() -> None:
    made = html("""<table-wrap id="t"><label>Table 1.</label><caption><title>T.</title></caption><table>\
<colgroup><col/></colgroup><thead><tr><td style="x">H</td></tr></thead><tbody><tr><td colspan="2">1<break/>2 <graphic \
xlink:href="elife-00777-inf1-v1.tif"/></td></tr></tbody></table><table-wrap-foot><fn id="n"><label>*</label>\
<p>Note.</p></fn></table-wrap-foot></table-wrap>""")
    assert "<th>H</th>" in made
    assert '<td colspan="2">1<br>2 <img src="cdn-asset:elife-00777-inf1-v1.jpg" alt=""></td>' in made
    assert "<sup>*</sup> <p>Note.</p>" in made
    assert made.index("Table 1.</b>") < made.index("<table>")


def test_a_table_that_is_a_picture_is_shown() -> None:
    made = html(
        """<table-wrap id="t"><label>Table 2.</label><graphic xlink:href="elife-00777-table2-v1.tif"/></table-wrap>"""
    )
    assert 'src="cdn-asset:elife-00777-table2-v1.jpg"' in made


@pytest.mark.parametrize(
    ("jats", "shown"),
    [
        (
            '<list list-type="order"><list-item><p>A</p></list-item></list>',
            '<ol class="number"><li><p>A</p> </li> </ol>',
        ),
        ('<list list-type="bullet"><list-item><p>A</p></list-item></list>', '<ul class="bullet"><li><p>A</p>'),
        ("<def-list><def-item><term>T</term><def><p>D</p></def></def-item></def-list>", "<p>T</p> <p>D</p>"),
        ("<disp-quote><p>Q</p><attrib>K</attrib></disp-quote>", "<blockquote><p>Q</p> <p>K</p>"),
        ("<preformat>a  b</preformat>", "<pre><code>a b</code></pre>"),
        ("<code>if a &lt; b:</code>", "<pre><code>if a &lt; b:</code></pre>"),
        ("<statement><label>Theorem</label><p>S</p></statement>", "<p>Theorem</p> <p>S</p>"),
        ("<verse-group><verse-line>V</verse-line></verse-group>", "<p>V</p>"),
    ],
)
def test_blocks(jats: str, shown: str) -> None:
    assert shown in html(f"<sec id='s'><title>S</title>{jats}</sec>")


def test_boxes() -> None:
    made = html("""<sec id="s"><title>S</title><boxed-text id="b"><label>Box 1.</label>\
<caption><title>Of x</title></caption><p>In it.</p></boxed-text></sec>""")
    assert '<aside class="box" id="b"> <h3>Box 1. Of x</h3> <p>In it.</p>' in made


def test_references_have_their_links_and_loose_ones_their_words() -> None:
    made = html(
        back="""<ref-list><ref id="bib1"><element-citation publication-type="journal"><person-group \
person-group-type="author"><name><surname>Gray</surname><given-names>C</given-names></name></person-group><year>2010</year>\
<article-title>Flies</article-title><source>Flies Today</source><volume>1</volume><fpage>2</fpage><lpage>3</lpage>\
<pub-id pub-id-type="doi">10.1/f</pub-id></element-citation></ref><ref id="bib2"><mixed-citation>Loose &lt;1999&gt;.\
</mixed-citation></ref></ref-list>"""
    )
    assert 'id="bib1"' in made
    assert "Gray C" in made
    assert "<i>Flies Today</i> <b>1</b>:2–3." in made
    assert '<a href="https://doi.org/10.1/f" rel="noopener">https://doi.org/10.1/f</a>' in made
    assert '<li id="bib2"> Loose &lt;1999&gt;.' in made


def test_a_doi_with_angle_brackets_is_a_link() -> None:
    made = html(
        back="""<ref-list><ref id="b"><element-citation publication-type="journal"><year>1998</year><article-title>\
T</article-title><source>S</source><pub-id pub-id-type="doi">10.1002/(SICI)17:15&lt;1661::AID-1&gt;3.0.CO;2-2</pub-id>\
</element-citation></ref></ref-list>"""
    )
    assert 'href="https://doi.org/10.1002/(SICI)17:15<1661::AID-1>3.0.CO;2-2"' in unescape(made)


def test_the_search_finds_words_with_markup_in_them() -> None:
    made = convert(article("<p>H<sub>2</sub>O and <italic>in vi</italic>tro 3 &lt; 4</p><p>Next</p>"))
    assert "H2O and in vitro 3 < 4 Next" in made.text


def test_the_parts_come_in_the_order_of_reading() -> None:
    letter = """<sub-article id="SA{0}" article-type="{1}"><front-stub><title-group><article-title>{2}</article-title>\
</title-group></front-stub><body><p>{2} text.</p></body></sub-article>"""
    made = convert(
        article(
            '<sec id="s1"><title>Intro</title><p>Text.</p></sec>',
            front="""<history><date date-type="received"><day>2</day><month>5</month><year>2019</year></date></history>\
<abstract><p>Short.</p></abstract><abstract abstract-type="executive-summary"><title>Digest</title><p>Plain.</p>\
</abstract>""",
            back="""<ack id="a"><title>Acknowledgements</title><p>Thanks.</p></ack>\
<sec sec-type="data-availability" id="d"><title>Data availability</title><p>There.</p></sec>\
<ref-list><ref id="b"><mixed-citation>Ref.</mixed-citation></ref></ref-list>\
<app-group><app id="app1"><title>Appendix 1</title><p>More.</p></app></app-group>""",
            after=letter.format(1, "decision-letter", "Decision letter") + letter.format(2, "reply", "Author response"),
        )
    )
    assert made.problems == ()
    titles = [heading.title for heading in made.outline]
    assert titles == [
        *("Abstract", "Digest", "Intro", "Appendix 1", "Data availability", "Acknowledgements"),
        *("Publication history and licence", "References", "Decision letter", "Author response"),
    ]
    assert all(f'id="{heading.id}"' in made.html for heading in made.outline)
    assert "Received 2 May 2019" in made.html


def test_an_accepted_manuscript_has_no_text_but_an_abstract() -> None:
    package = make_article(status="poa", figures=0)
    xml = re.sub(rb"<body>.*</body>", b"", package.xml, flags=re.S)
    made = convert(xml)
    assert not made.has_text
    assert "We counted flies" in made.html


def test_what_elifetools_chokes_on_loses_its_markup_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def choke(*_: object) -> None:
        raise KeyError("image")

    monkeypatch.setattr("elifetools.parseJATS.body_json", choke)
    made = convert(article(f'<sec id="s1"><title>One</title><p>Some <bold>bold</bold> words.</p>{FIGURE}</sec>'))
    assert "without its markup" in made.problems[0]
    assert "<b>bold</b>" in made.html
    assert 'src="cdn-asset:elife-00777-fig1-v1.jpg"' in made.html


def test_a_part_that_fails_is_there_as_plain_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    def choke(*_: object) -> None:
        raise AttributeError("<b>")

    monkeypatch.setattr("elifetools.parseJATS.abstract_json", choke)
    made = convert(article(front="<abstract><p>Short <italic>words</italic>.</p></abstract>"))
    assert "<p>Short words.</p>" in made.html
    assert "Abstract" in made.problems[0]


def test_editors_are_told_when_words_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elifetools.parseJATS.body_json", lambda *_: [])
    assert convert(article("<p>Words that are lost.</p>")).problems == ("100% of the text's words are not shown",)


@pytest.mark.parametrize(
    ("xml", "problem"),
    [
        (b"", "empty"),
        (b"no XML", "not well-formed"),
        (b"<article><body></article>", "not well-formed"),
        (b"<html/>", "no JATS article"),
        (b"\xff\xfe\x00", "not well-formed"),
    ],
)
def test_what_is_no_article_is_a_problem_and_no_crash(xml: bytes, problem: str) -> None:
    made = to_html(xml)
    assert made.html == ""
    assert problem in made.problems[0]


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/passwd"', '"aaaaaaaaaa"'])
def test_nothing_outside_is_read_and_nothing_is_expanded(entity: str) -> None:
    doctype = f'<!DOCTYPE article SYSTEM "http://127.0.0.1:9/JATS.dtd" [<!ENTITY own {entity}>]>'
    made = to_html(article("<p>before &own; after</p>", doctype=doctype))
    assert made.html == ""
    assert "declares an entity of its own, 'own'" in made.problems[0]


def test_characters_by_their_names_are_read() -> None:
    doctype = '<!DOCTYPE article SYSTEM "http://127.0.0.1:9/JATS.dtd">'
    assert "before é after" in to_html(article("<p>before &eacute; after</p>", doctype=doctype)).html


def test_a_conversion_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    made = to_html(article(), timeout=0.001)
    assert made == Body(problems=("the text could not be converted within 0.001 seconds",))


def test_a_body_is_kept_as_json() -> None:
    made = to_html(article('<sec id="s1"><title>One</title><p>Text.</p></sec>'))
    assert made.has_text
    assert Body.from_json(made.as_json()) == made


def test_files_get_their_address_when_the_page_is_shown() -> None:
    made = at(html(FIGURE), "https://cdn.example.org/00777/")
    assert 'src="https://cdn.example.org/00777/elife-00777-fig1-v1.jpg"' in made
    assert "cdn-asset" not in made


def test_an_article_as_the_vendor_makes_it() -> None:
    made = to_html(make_article(figures=2).xml)
    assert made.problems == ()
    assert made.has_text
    assert 'id="fig1s1"' in made.html
    assert "Please count again." in made.html


@pytest.mark.parametrize("name", ["elife-00288-v1.xml", "elife-01328-v1.xml", "elife-06793-v1.xml"])
def test_real_articles_lose_nothing(name: str) -> None:
    xml = (articles_folder() / name).read_bytes()
    made = to_html(xml)
    assert made.problems == ()
    assert made.has_text
    # Every reference within the page leads somewhere.
    targets = set(re.findall(r'\bid="([^"]+)"', made.html))
    assert {
        link for link in re.findall(r'href="#([^"]+)"', made.html) if link.startswith(("fig", "bib", "tbl"))
    } <= targets
    # No tag of JATS has become text.
    assert not re.findall(r"&lt;/?(?:italic|bold|xref|ext-link|named-content|mml:|fn|x)\b", made.html)
    body = xml.decode().partition("<body>")[2].partition("</body>")[0]
    body = re.sub(r"<(object-id|tex-math)\b.*?</\1>|<p><bold>DOI:.*?</p>", " ", body)
    assert len(words(body) - words(made.html)) <= 3
