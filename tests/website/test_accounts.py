"""Signing in by a link, once; what a session may do; signing out; forms that nobody else can send."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.website.site import Site, eif
from website.application import create
from website.configuration import Configuration

ADMIN = "/admin/config/services/elife-article-assets-source"


def token(client: FlaskClient, page: str = "/admin") -> str:
    found = re.search(r'name="token" value="([0-9a-f]{64})"', client.get(page).text)
    assert found
    return found[1]


def test_a_link_signs_in_once(site: Site) -> None:
    link = site.link("ada")
    client = site.client()
    answer = client.get(f"/user/reset/{link}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin")
    assert "Signed in as ada" in client.get("/admin").text
    again = site.client().get(f"/user/reset/{link}")
    assert (again.status_code, "has been used" in again.text) == (403, True)
    assert "Set-Cookie" not in again.headers
    assert site.client().get("/admin").status_code == 403


def test_a_look_at_the_link_does_not_use_it_up(site: Site) -> None:
    link = site.link()
    site.client().head(f"/user/reset/{link}")
    assert site.client().get(f"/user/reset/{link}").status_code == 303


@pytest.mark.parametrize("link", ["x", "%00", "%FF", "a" * 5000, "../admin"])
def test_another_link_signs_nobody_in(site: Site, link: str) -> None:
    site.link()
    assert site.client().get(f"/user/reset/{link}").status_code in (403, 404)


def test_links_and_sessions_grow_old(site: Site) -> None:
    old = site.link()
    site.rows("UPDATE login_link SET expires = now() RETURNING name")
    assert site.client().get(f"/user/reset/{old}").status_code == 403
    editor = site.editor()
    site.rows("UPDATE sign_in SET expires = now() RETURNING name")
    assert editor.get("/admin").status_code == 403
    hours = site.rows("SELECT extract(epoch FROM expires - now()) / 3600 AS hours FROM sign_in")
    assert all(row["hours"] <= 12 for row in hours)


def test_a_link_leads_where_it_should_and_never_elsewhere(site: Site) -> None:
    def led(destination: str) -> str:
        answer = site.client().get(f"/user/reset/{site.link()}", query_string={"destination": destination})
        return str(answer.headers["Location"])

    assert led("/content/1/e00777v1") == "/content/1/e00777v1"
    for elsewhere in ("//example.org", "/\\example.org", "http://example.org", "javascript:alert(1)", "/\t/a.org", "x"):
        assert led(elsewhere) == "/admin", elsewhere


def test_the_cookie_is_for_the_server_alone(site: Site) -> None:
    plain = site.client().get(f"/user/reset/{site.link()}").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    over_tls = site.client().get(f"/user/reset/{site.link()}", base_url="https://localhost").headers["Set-Cookie"]
    assert "; Secure" in over_tls


def test_signing_out_ends_the_session_for_copies_of_the_cookie_too(site: Site) -> None:
    editor = site.editor()
    cookie = editor.get_cookie("website")
    assert cookie
    thief = site.client()
    thief.set_cookie("website", cookie.value)
    assert thief.get("/admin").status_code == 200
    assert editor.post("/user/logout", data={"token": token(editor)}).status_code == 303
    assert [client.get("/admin").status_code for client in (editor, thief)] == [403, 403]


def test_a_cookie_signed_with_another_key_is_nobodys(site: Site) -> None:
    other = create(site.database, Configuration(secret_key="another"))
    client = other.test_client()
    client.get(f"/user/reset/{site.link()}")
    assert client.get("/admin").status_code == 200
    forged = site.client()
    cookie = client.get_cookie("website")
    assert cookie
    forged.set_cookie("website", cookie.value)
    assert forged.get("/admin").status_code == 403
    other.extensions["accounts"].close()


def test_all_processes_know_a_session(site: Site) -> None:
    one, two = (Site(site.database, secret_key="the key") for _ in range(2))
    editor = one.editor()
    cookie = editor.get_cookie("website")
    assert cookie
    elsewhere = two.client()
    elsewhere.set_cookie("website", cookie.value)
    assert elsewhere.get("/admin").status_code == 200
    one.close()
    two.close()


def test_readers_get_no_cookie_and_pages_of_editors_are_not_kept(site: Site) -> None:
    site.post(eif(publish=True))
    for page in ("/", "/content/1/e00777v1", "/search?q=a"):
        answer = site.client().get(page)
        assert "Set-Cookie" not in answer.headers, page
    editor = site.editor()
    for page in ("/admin", ADMIN, "/content/1/e00777v1"):
        assert re.search("no-store|private", editor.get(page).headers["Cache-Control"]), page


@pytest.mark.parametrize("page", ["/admin", ADMIN])
def test_readers_may_not(site: Site, page: str) -> None:
    assert site.client().get(page).status_code == 403
    assert site.client().post(ADMIN, data={"path": "http://cdn.example/"}).status_code == 403
    assert not site.rows("SELECT FROM setting")


@pytest.mark.parametrize("given", [{}, {"token": ""}, {"token": "0" * 64}, {"token": "ä\udcff"}])
def test_a_form_of_somebody_elses_does_nothing(site: Site, given: Any) -> None:
    editor = site.editor()
    data = {key: value.encode("utf-8", "surrogateescape") for key, value in given.items()}
    assert editor.post(ADMIN, data={"path": "http://evil.example/", **data}).status_code == 400
    assert editor.post("/user/logout", data=data).status_code == 400
    assert not site.rows("SELECT FROM setting")
    assert editor.get("/admin").status_code == 200


def test_editors_see_what_waits_to_be_published(site: Site) -> None:
    editor = site.editor()
    assert "Nothing waits" in editor.get("/admin").text
    site.post(eif("00001", publish=True))
    site.post(eif("00002", title="<i>One</i> & two<script>"))
    page = editor.get("/admin").text
    assert '<a href="/content/1/e00002v1">' in page
    assert "00001" not in page
    assert "<script>" not in page


def test_no_secret_is_kept_or_shown(site: Site) -> None:
    link = site.link()
    editor = site.editor()
    kept = str(site.rows("SELECT * FROM login_link")) + str(site.rows("SELECT * FROM sign_in"))
    shown = "".join(editor.get(page).text for page in ("/", "/admin", ADMIN))
    assert link not in kept
    assert "a word" not in shown
    assert str(site.app.secret_key) not in shown
