"""The pages in a real browser: on a phone and a wide screen, light and dark, by keyboard, printed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.articles import articles_folder, make_article
from tests.website.browser import browser, looking, served
from tests.website.cdn import Cdn
from tests.website.documents import article, png
from tests.website.site import Site, eif

ARTICLE = "/content/1/e00777v1"
MATHS = """<mml:math><mml:mfrac><mml:mi>a</mml:mi><mml:msqrt><mml:mi>b</mml:mi></mml:msqrt></mml:mfrac></mml:math>"""
AUTHOR = {"type": "author", "surname": "Byte", "given-names": "Ada", "email": "ada@example.org", "corresp": True}
ATTACK = "<script>window.attacked = 1</script><img src=x onerror='window.attacked = 1'>"

chromium = pytest.fixture(scope="module")(browser)


@pytest.fixture
def url(site: Site, cdn: Cdn) -> Iterator[str]:
    """The site with an article in two versions, an accepted manuscript and a draft."""
    package = make_article(article_id="00777", figures=2, versioned_files=True)
    cdn.files["/00777/elife-00777-v1.xml"] = package.xml
    for asset in ("fig1", "fig1-figsupp1", "fig2"):
        cdn.files[f"/00777/elife-00777-{asset}-v1.jpg"] = png(700, 500)
        for width in (300, 480, 511, 542, 600):
            cdn.files[f"/00777/elife-00777-{asset}-v1-{width}w.jpg"] = png(width, width * 5 // 7)
    cdn.files["/00777/elife-00777-inf1-v1.jpg"] = png(40, 20)
    common = {"contributors": [AUTHOR], "keywords": {"author-keywords": ["flies"]}, "impact_statement": "Flies."}
    subjects = {"display-channel": ["Research Article"], "heading": ["Neuroscience"]}
    for document in (
        eif(publish=True, categories=subjects, **common),
        eif(version=2, publish=True, **common),
        eif("00888", publish=True, status="POA", **common),
        eif("00999", publish=False, **common),
    ):
        assert site.post(document).status_code == 200
    with served(site) as address:
        yield address


@pytest.mark.parametrize(("width", "colours"), [(320, "light"), (1280, "dark"), (1280, "light")])
def test_every_page_can_be_read_by_everybody(chromium: Browser, url: str, width: int, colours: str) -> None:
    for path in ("/", ARTICLE, "/content/1/e00888v1", "/search?q=flies", "/search", "/nothing"):
        with looking(chromium, url + path, width, color_scheme=colours) as look:
            assert look.accessibility == [], path
            assert look.sideways == 0, path
            assert look.shift < 0.01, path
            assert [said for said in look.complaints if "404" not in said] == [], path


def test_editors_pages_too(chromium: Browser, site: Site, url: str) -> None:
    with looking(chromium, f"{url}/user/reset/{site.link()}", 320) as look:
        for path in ("/admin", "/admin/config/services/elife-article-assets-source", "/content/1/e00999v1"):
            look.page.goto(url + path, wait_until="networkidle")
            assert look.accessibility == [], path
            assert look.sideways == 0, path
        assert "it is not published" in look.page.inner_text("main")


def test_no_picture_is_broken_and_each_has_its_place(chromium: Browser, url: str) -> None:
    for width in (320, 600, 1280):
        with looking(chromium, url + ARTICLE, width, device_scale_factor=2) as look:
            assert look.broken == []
            assert look.shift < 0.01
            assert look.page.locator("figure img").count() == 3


def test_a_picture_is_loaded_in_the_width_that_it_is_shown_in(chromium: Browser, url: str, cdn: Cdn) -> None:
    with looking(chromium, url + ARTICLE, 320) as look:
        assert look.broken == []
    assert "/00777/elife-00777-fig2-v1-300w.jpg" in cdn.asked
    assert cdn.asked.count("/00777/elife-00777-fig2-v1.jpg") == 1  # when it was measured


def test_it_works_by_keyboard(chromium: Browser, url: str) -> None:
    with looking(chromium, url + ARTICLE, 320) as look:
        page = look.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        page.wait_for_function("document.activeElement.id === 'content'")
        page.keyboard.press("Tab")
        assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_it_works_without_scripts(chromium: Browser, url: str) -> None:
    with looking(chromium, url + ARTICLE, java_script_enabled=False) as look:
        look.page.fill("input[type=search]", "flies")
        look.page.get_by_role("button", name="Search").click()
        look.page.wait_for_url("**/search?q=flies")
        look.page.click("ul.articles a")
        assert look.page.locator("article.paper h1").is_visible()


def test_mathml_is_drawn(chromium: Browser, site: Site, cdn: Cdn) -> None:
    cdn.files["/00777/elife-00777-v1.xml"] = article(f"<p>a</p><disp-formula>{MATHS}</disp-formula>")
    site.post(eif(publish=True))
    with served(site) as address, looking(chromium, address + ARTICLE) as look:
        over, under = (look.page.locator(f"mfrac > {part}").bounding_box() for part in ("mi", "msqrt"))
        assert over
        assert under
        assert over["y"] + over["height"] <= under["y"]


def test_nothing_from_outside_runs_or_loads(chromium: Browser, site: Site, cdn: Cdn) -> None:
    cdn.files["/00777/elife-00777-v1.xml"] = article(f"<p>a</p><p><![CDATA[{ATTACK}]]></p>")
    site.post(eif(publish=True, title=ATTACK, impact_statement=ATTACK, contributors=[{**AUTHOR, "surname": ATTACK}]))
    with served(site) as address:
        for path in (ARTICLE, "/", "/search?q=Byte"):
            with looking(chromium, address + path) as look:
                asked: list[str] = []
                look.page.on("request", lambda request, asked=asked: asked.append(request.url))
                look.page.reload(wait_until="networkidle")
                assert look.page.evaluate("window.attacked") is None
                assert all(one.startswith((address, cdn.url)) for one in asked), asked
                assert look.page.evaluate("document.querySelector('h1') !== null")


def test_printed_it_is_the_article_alone(chromium: Browser, url: str) -> None:
    with looking(chromium, url + ARTICLE) as look:
        look.page.emulate_media(media="print")
        for part in ("header.site", "footer.site", ".contents", ".actions"):
            assert not look.page.locator(part).is_visible(), part
        assert look.page.locator(".text").is_visible()
        supplement = look.page.get_by_text("What Figure 1—figure supplement 1. shows.")
        assert supplement.is_visible()
        look.page.emulate_media(media="screen")
        assert not supplement.is_visible()


def test_a_page_is_small(chromium: Browser, url: str) -> None:
    sizes: list[int] = []
    with looking(chromium, "about:blank") as look:
        look.page.on(
            "response", lambda answer: sizes.append(len(answer.body())) if answer.url.startswith(url) else None
        )
        look.page.goto(url + ARTICLE, wait_until="networkidle")
        assert len(sizes) <= 3  # the page, its style, its icon
        assert sum(sizes) < 60_000


def test_a_real_article_can_be_read_by_everybody(chromium: Browser, site: Site, cdn: Cdn) -> None:
    cdn.files["/00288/elife-00288-v1.xml"] = (articles_folder() / "elife-00288-v1.xml").read_bytes()
    site.post(eif("00288", publish=True))
    with served(site) as address:
        for width in (320, 1280):
            with looking(chromium, f"{address}/content/1/e00288v1", width) as look:
                assert look.accessibility == []
                assert look.sideways == 0
