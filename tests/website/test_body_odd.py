"""Any JATS at all: the converter never crashes, and nothing that could run comes through."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.website.documents import article
from website.body.conversion import convert
from website.body.document import Unreadable
from website.body.sanitising import sanitised

_NAMES = (
    "p sec title label caption fig fig-group graphic table-wrap table thead tbody tr td th list list-item",
    "disp-quote code boxed-text disp-formula inline-formula alternatives tex-math media supplementary-material xref",
    "ext-link italic bold",
    "sub sup named-content styled-content email uri inline-graphic fn attrib permissions object-id def-list def-item",
    "term def statement break element-citation mixed-citation x script style svg iframe img a math onclick",
)
_NASTY = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "' onmouseover='alert(1)",
        "]]><svg/onload=alert(1)>",
        "&lt;script&gt;",
        "{{ 7 * 7 }}",
        "cdn-asset:javascript:x",
        "elife-00777-fig1-v1.tif",
        "10.7554/eLife.00777",
    ]
)
_TEXTS = _NASTY | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)
_KEYS = [
    "id",
    "rid",
    "ref-type",
    "{http://www.w3.org/1999/xlink}href",
    "ext-link-type",
    "content-type",
    "list-type",
    "style",
]
_KEYS += ["mimetype", "onclick", "onload", "href", "src", "toggle", "xml"]
_MATHML = "{http://www.w3.org/1998/Math/MathML}"


def _element(
    name: str, attributes: dict[str, str], text: str, inside: list[etree._Element], tail: str
) -> etree._Element:
    element = etree.Element(name, attributes)
    element.text, element.tail = text, tail
    element.extend(inside)
    return element


_NAME = st.sampled_from([*" ".join(_NAMES).split(), f"{_MATHML}math", f"{_MATHML}mi", f"{_MATHML}annotation-xml"])
_MARKUP = st.recursive(
    st.builds(
        _element, _NAME, st.dictionaries(st.sampled_from(_KEYS), _TEXTS, max_size=3), _TEXTS, st.just([]), _TEXTS
    ),
    lambda inner: st.builds(
        _element,
        _NAME,
        st.dictionaries(st.sampled_from(_KEYS), _TEXTS, max_size=2),
        _TEXTS,
        st.lists(inner, max_size=4),
        _TEXTS,
    ),
    max_leaves=12,
)
_ANYTHING = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


class Watch(HTMLParser):
    """Reads HTML as a browser would, and notes what it must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "iframe", "object", "embed", "form", "input", "link", "meta", "base", "svg"):
            self.bad.append(tag)
        for name, value in attrs:
            scheme = "".join((value or "").split()).lower().partition(":")[0]
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                self.bad.append(f"{tag} {name}")
            if name in ("href", "src", "xlink:href") and scheme in ("javascript", "data", "vbscript"):
                self.bad.append(f"{tag} {name}={value}")
            if name == "src" and not (value or "").startswith("cdn-asset:"):
                self.bad.append(f"{tag} loads {value}")


def seen(html: str) -> list[str]:
    watch = Watch()
    watch.feed(html)
    watch.close()
    return watch.bad


def test_the_watch_sees() -> None:
    assert seen("<script>x</script>") == ["script"]
    assert seen('<img src="cdn-asset:x" onerror=y>') == ["img onerror"]
    assert seen('<a href=" java\tscript:x">') == ["a href= java\tscript:x"]
    assert seen('<img src="https://example.org/x">') == ["img loads https://example.org/x"]


@_ANYTHING
@given(st.lists(_MARKUP, max_size=4), st.lists(_MARKUP, max_size=2), st.lists(_MARKUP, max_size=2))
def test_odd_markup_is_converted_to_harmless_html(
    body: list[etree._Element], abstract: list[etree._Element], back: list[etree._Element]
) -> None:
    made = convert(
        article(_inside(body), front=f"<abstract>{_inside(abstract)}</abstract>", back=f"<ack>{_inside(back)}</ack>")
    )
    assert seen(made.html) == []
    assert all(heading.id and f'id="{heading.id}"' in made.html for heading in made.outline if heading.id.isalnum())


@_ANYTHING
@given(st.text(st.characters(codec="utf-8"), max_size=300) | _NASTY)
def test_any_text_is_an_article_or_said_to_be_none(text: str) -> None:
    for xml in (text.encode(), article(text)):
        try:
            made = convert(xml)
        except Unreadable as problem:
            assert str(problem)
        else:
            assert seen(made.html) == []


_HTML = st.lists(
    st.sampled_from(
        [
            *(
                "<script>",
                "</script>",
                "<style>x{}</style>",
                "<p onclick=alert(1)>",
                "<a href='javascript:alert(1)'>x</a>",
            ),
            *(
                "<a href=' java\tscript:alert(1)'>x</a>",
                "<img src=x onerror=alert(1)>",
                "<img src='https://example.org/x'>",
            ),
            *(
                "<svg onload=alert(1)>",
                "<math><mtext><style><img src=x onerror=alert(1)>",
                "<iframe src=//example.org>",
            ),
            *(
                "<math href='javascript:alert(1)'><mi xlink:href='data:x'>x</mi></math>",
                "<p style='color:red'>",
                "<base href=x>",
            ),
            *(
                "<table><td>",
                "<!--",
                "-->",
                "<form action=x><input>",
                "<noscript>",
                "<details open ontoggle=alert(1)>",
                "</p>",
            ),
        ]
    ),
    max_size=6,
)


@_ANYTHING
@given(_HTML)
def test_of_any_html_what_could_run_or_load_is_left_out(pieces: list[str]) -> None:
    assert seen(sanitised("".join(pieces))) == []


def test_what_is_harmless_is_kept() -> None:
    kept = '<p id="a">x <a href="#b" rel="noopener">y</a> <math display="block"><mi>z</mi></math></p>'
    assert sanitised(kept) == kept


def _inside(elements: list[etree._Element]) -> str:
    return "".join(etree.tostring(element, encoding="unicode") for element in elements)
