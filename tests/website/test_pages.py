"""The pages that readers see, asked as a browser asks."""

from __future__ import annotations

import re
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.articles import make_article
from tests.website.cdn import Cdn
from tests.website.documents import png
from tests.website.site import Running, Site, eif

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PATH = "/content/1/e00777v1"
ADA = {
    "type": "author",
    "surname": "Byte",
    "given-names": "Ada Mary",
    "orcid": "http://orcid.org/0000-0002-1825-0097",
    "references": {"affiliation": ["aff1"], "email": ["cor1"], "contribution": ["con1"]},
}
REFERENCED = {
    "affiliation": {"aff1": {"dept": "Flies", "institution": "Fly University", "city": "Oslo", "country": "Norway"}},
    "email": {"cor1": "ada@example.org"},
    "contribution": {"con1": "AB, Counted"},
    "competing-interest": {"conf1": "No competing interests declared."},
    "funding": {"par-1": {"institution": "Fly Foundation", "award-id": "FLY-12"}},
}


def get(site: Site, path: str, editor: bool = False) -> TestResponse:
    return (site.editor() if editor else site.client()).get(path, headers=BROWSER)


def text(answer: TestResponse) -> str:
    """What is on the page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def published(site: Site, article_id: str = "00777", version: int = 1, **other: object) -> None:
    answer = site.post(eif(article_id, version, publish=True, **other))
    assert answer.status_code == 200, answer.text


def test_nothing_is_published_yet(site: Site) -> None:
    assert "Nothing is published yet." in get(site, "/").text


def test_an_article_and_everything_that_is_told_of_it(site: Site, cdn: Cdn) -> None:
    package = make_article(article_id="00777", figures=1, versioned_files=True)
    cdn.files["/00777/elife-00777-v1.xml"] = package.xml
    cdn.files["/00777/elife-00777-fig1-v1.jpg"] = png(800, 600)
    published(
        site,
        contributors=[
            ADA,
            {"type": "editor", "surname": "Reviewer", "given-names": "Rita", "role": "Reviewing editor"},
        ],
        referenced=REFERENCED,
        keywords={"author-keywords": ["<italic>white</italic> gene"]},
        categories={"display-channel": ["Research Article"], "heading": ["Neuroscience"]},
        impact_statement="Flies are <italic>fewer</italic>.",
        related_articles=[{"type": "corrected-article", "href": "10.7554/eLife.00160"}],
    )
    answer = get(site, PATH)
    shown = text(answer)
    for words in (
        *("Ada Mary Byte", "Flies, Fly University, Oslo, Norway", "ada@example.org", "0000-0002-1825-0097"),
        *(
            "Rita Reviewer",
            "Reviewing editor",
            "AB, Counted",
            "No competing interests declared.",
            "Fly Foundation (FLY-12)",
        ),
        *("Research Article", "Neuroscience", "white gene", "Flies are fewer .", "Published 13 December 2012"),
        *("We counted flies & found", "eLife 1:e00777", "Please count again.", "Corrects: 10.7554/eLife.00160"),
    ):
        assert words in shown, words
    assert f'href="{cdn.url}00777/elife-00777-v1.pdf"' in answer.text
    assert f'href="{cdn.url}00777/elife-00777-v1.xml"' in answer.text
    assert f'src="{cdn.url}00777/elife-00777-fig1-v1.jpg"' in answer.text
    assert "Of <i>what</i> is tested" in answer.text


def test_pictures_are_offered_in_the_widths_that_there_are(site: Site, cdn: Cdn) -> None:
    package = make_article(article_id="00777", figures=1, versioned_files=True)
    cdn.files["/00777/elife-00777-v1.xml"] = package.xml
    cdn.files["/00777/elife-00777-fig1-v1.jpg"] = png(520, 100)
    cdn.files["/00777/elife-00777-inf1-v1.jpg"] = png(600, 30)
    published(site)
    base = f"{cdn.url}00777/elife-00777-fig1-v1"
    tags = re.findall(r"<img[^>]*>", get(site, PATH).text)
    figure, supplement, inline = (next(tag for tag in tags if name in tag) for name in ("fig1-v1", "figsupp1", "inf1"))
    assert 'width="520" height="100"' in figure
    assert f'srcset="{base}-300w.jpg 300w, {base}-480w.jpg 480w, {base}-511w.jpg 511w, {base}.jpg 520w"' in figure
    assert "srcset" not in supplement  # its size could not be had: in full size, at the one address that is sure
    assert f'src="{cdn.url}00777/elife-00777-fig1-figsupp1-v1.jpg"' in supplement
    assert 'width="600" height="30"' in inline
    assert "srcset" not in inline


def test_script_in_texts_stays_text(site: Site, cdn: Cdn) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    cdn.put_article("00777", title="Of &lt;script&gt;alert(3)&lt;/script&gt;")
    published(
        site,
        title=f"T {attack}",
        impact_statement=attack,
        contributors=[{**ADA, "surname": attack, "references": {}}],
        keywords={"author-keywords": [attack]},
        categories={"display-channel": [attack], "heading": [attack]},
        referenced={
            "contribution": {"c": attack},
            "competing-interest": {"c": attack},
            "funding": {"f": {"institution": attack}},
        },
    )
    for path in ("/", PATH, "/search?q=Of", f"/search?q={attack}", "/feed.xml", f"{PATH}.bib"):
        page = get(site, path).text
        assert "<script" not in page or path.endswith(".bib"), path
        assert not re.search(r"<img[^>]*onerror", page) or path.endswith(".bib"), path


def test_an_accepted_manuscript_has_its_pdf(site: Site, cdn: Cdn) -> None:
    published(site, status="POA")
    answer = get(site, PATH)
    assert "has not been typeset yet" in text(answer)
    assert f'<a href="{cdn.url}00777/elife-00777-v1.pdf">as PDF</a>' in answer.text
    assert "PoA" in answer.text


def test_versions_and_the_newer_one(site: Site, cdn: Cdn) -> None:
    published(site, version=1, status="POA")
    published(site, version=2)
    old, new = get(site, PATH), get(site, "/content/1/e00777v2")
    assert "Version 2 is newer: the version of record." in text(old)
    assert "is newer" not in text(new)
    assert '<a href="/content/1/e00777v1">Version 1</a>' in new.text
    canonical = '<link rel="canonical" href="http://localhost/content/1/e00777v2">'
    assert canonical in old.text
    assert canonical in new.text


def test_the_article_without_a_version_is_the_newest_that_is_published(site: Site) -> None:
    published(site, version=1)
    published(site, version=2)
    site.post(eif(version=3))
    answer = get(site, "/content/1/e00777")
    assert (answer.status_code, answer.location) == (302, "/content/1/e00777v2")
    assert get(site, "/content/2/e00777").status_code == 404
    part = get(site, "/content/1/e00777v1/abstract")
    assert (part.status_code, part.location) == (302, PATH)


def test_an_article_that_is_here_is_named_by_its_title(site: Site) -> None:
    published(site, "00888", title="Of <italic>bees</italic>", version=2, path="content/1/e00888v2")
    published(site, related_articles=[{"type": "commentary-article", "href": "10.7554/eLife.00888"}])
    assert 'Comments on: <a href="/content/1/e00888v2">Of <i>bees</i></a>' in get(site, PATH).text


def test_drafts_are_for_editors(site: Site) -> None:
    site.post(eif())
    for path in (PATH, "/content/1/e00777", f"{PATH}.bib", f"{PATH}/abstract"):
        assert get(site, path).status_code == 404, path
    answer = get(site, PATH, editor=True)
    assert answer.status_code == 200
    assert "Only people who are signed in see this article" in text(answer)
    assert "XML could not be had" in text(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_a_draft_of_a_published_version_is_not_for_readers(site: Site) -> None:
    published(site, title="Old words")
    site.post(eif(title="New words"))
    assert "Old words" in get(site, PATH).text
    assert "New words" in get(site, PATH, editor=True).text


def test_pages_are_sent_again_only_when_they_have_changed(site: Site) -> None:
    published(site)
    first = get(site, PATH)
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Cookie" in first.headers["Vary"]
    again = site.client().get(PATH, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    published(site, title="Other words")
    assert site.client().get(PATH, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_pages_load_from_here_and_the_cdn_alone(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    published(site)
    answer = get(site, PATH)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["img-src"] == f"'self' {cdn.url.rstrip('/')}"
    assert policy["media-src"] == cdn.url.rstrip("/")
    assert "script-src" not in policy
    assert " style=" not in answer.text


def test_what_is_ours_is_kept_for_long_and_fetched_anew_when_it_changes(site: Site) -> None:
    style = re.search(r'href="(/static/style.css\?v=\w+)"', get(site, "/").text)
    assert style
    assert "immutable" in site.client().get(style[1]).headers["Cache-Control"]
    assert "immutable" not in site.client().get("/static/style.css").headers.get("Cache-Control", "")


def test_the_latest_come_first_page_by_page(site: Site) -> None:
    for number in range(23):
        published(site, f"0{1000 + number}", title=f"Number {number}.", pub_date=f"2013-01-{number + 1:02}T00:00:00Z")
    first, second = get(site, "/"), get(site, "/?page=2")
    assert re.findall(r"Number (\d+)", first.text) == [str(number) for number in range(22, 2, -1)]
    assert re.findall(r"Number (\d+)", second.text) == ["2", "1", "0"]
    assert 'rel="next" href="/?page=2"' in first.text
    assert 'rel="prev" href="/?page=1"' in second.text


@pytest.mark.parametrize("page", ["3", "0", "-1", "x", "1e9", "99999999999999999999", "²"])
def test_pages_of_a_list_that_are_not_there(site: Site, page: str) -> None:
    published(site)
    assert get(site, f"/?page={page}").status_code == 404
    assert get(site, f"/search?q=tested&page={page}").status_code == 404


def test_a_search_shows_where_the_words_are(site: Site, cdn: Cdn) -> None:
    cdn.put_article("00777")
    published(site, title="Of beetles")
    published(site, "00888", title="Of nothing else")
    answer = get(site, "/search?q=beetle")
    assert "1 article has “beetle”" in text(answer)
    assert "Of nothing else" not in answer.text
    assert "<mark>" in get(site, "/search?q=counted").text
    assert "No article has all of" in get(site, "/search?q=unheard-of").text
    assert get(site, "/search?q=").status_code == 200
    assert 'value="&#34;&gt;&lt;b&gt;"' in get(site, '/search?q="><b>').text


@pytest.mark.parametrize("query", ["'", '"', "\\", "a & | ! b", "%00", "(((", "-", "or or", "x" * 5000, "🪰", "<->"])
def test_any_words_can_be_searched_for(site: Site, query: str) -> None:
    published(site)
    assert site.client().get("/search", query_string={"q": query}, headers=BROWSER).status_code == 200


def test_errors_are_pages_for_people_and_plain_for_programs(site: Site) -> None:
    page = get(site, "/content/1/e99999v1")
    assert page.status_code == 404
    assert page.mimetype == "text/html"
    assert "There is nothing at this address" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert site.client().get("/nothing").mimetype == "text/plain"
    assert site.call("GET", "article/00777.9.json", headers=BROWSER).mimetype == "application/json"
    assert get(site, "/ping").mimetype == "text/plain"


def test_an_error_of_ours_is_a_page_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(site.store, "latest", fail)
    answer = get(site, "/")
    assert answer.status_code == 500
    assert "This is our fault" in answer.text


def test_feed_sitemap_and_robots(site: Site) -> None:
    published(site, title="A <italic>title</italic> & more", contributors=[ADA])
    site.post(eif("00888"))
    feed, sitemap = get(site, "/feed.xml"), get(site, "/sitemap.xml")
    assert feed.mimetype == "application/atom+xml"
    assert "<title>A title &amp; more</title>" in feed.text
    assert "<id>http://localhost/content/1/e00777v1</id>" in feed.text
    assert "<name>Ada Mary Byte</name>" in feed.text
    assert "<loc>http://localhost/content/1/e00777v1</loc><lastmod>2012-12-13</lastmod>" in sitemap.text
    assert "00888" not in feed.text + sitemap.text
    assert "Sitemap: http://localhost/sitemap.xml" in get(site, "/robots.txt").text


def test_it_is_the_same_as_it_is_installed(running: Running, cdn: Cdn) -> None:
    cdn.put_article("00777")
    process = running.start()
    assert process.post(eif(publish=True)).status_code == 200
    assert "We counted flies" in process.get("content/1/e00777v1").text
    assert "--paper" in process.get("static/style.css").text
