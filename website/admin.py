"""Signing in by a link, signing out, and the settings that editors change in the browser."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from continuum.database import Connections
from website import accounts, assets, switches
from website.store import store

_SAVED = "The settings have been saved."
_BACK = "The path of this machine's settings is used again."


def service(connections: Connections, default_cdn: str) -> Blueprint:
    """The pages for editors, on this database."""
    admin = Blueprint("admin", __name__)

    @admin.get("/admin")
    def front() -> Response:
        user = accounts.demand_user()
        return _page("admin/front.html", who=user.name, drafts=store().drafts())

    @admin.get("/admin/config/services/elife-article-assets-source")
    def assets_source(said: str = "", wrong: str = "", typed: str | None = None) -> Response:
        accounts.demand_user()
        with connections.transaction() as connection:
            holds = switches.cdn(connection, default_cdn)
        values = {"path": holds if typed is None else typed, "default": assets.normal(default_cdn)}
        page = _page("admin/assets-source.html", said=said, wrong=wrong, **values)
        page.status_code = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        return page

    @admin.post("/admin/config/services/elife-article-assets-source")
    def set_assets_source() -> Response:
        accounts.demand_user()
        accounts.demand_form_token()
        typed = request.form.get("path", "").strip()
        wrong = assets.problem(typed) if typed else None
        if wrong:
            return assets_source(wrong=wrong, typed=typed)
        with connections.transaction() as connection:
            switches.set_cdn(connection, typed)
        return assets_source(said=_SAVED if typed else _BACK)

    # A HEAD (somebody's preview of the link, a proxy) must not use it up.
    @admin.get("/user/reset/<secret>")
    def reset(secret: str) -> Response:
        if request.method == "HEAD":
            return _page("admin/link.html")
        if accounts.sign_in(secret) is None:
            page = _page("admin/link.html")
            page.status_code = HTTPStatus.FORBIDDEN
            return page
        return _to(_local(request.args.get("destination", "")) or url_for("admin.front"))

    @admin.post("/user/logout")
    def logout() -> Response:
        accounts.demand_user()
        accounts.demand_form_token()
        accounts.sign_out()
        return _to("/")

    return admin


def _page(template: str, **values: object) -> Response:
    page = make_response(render_template(template, form_token=accounts.form_token, **values))
    page.headers["Cache-Control"] = "no-store"
    return page


def _to(place: str) -> Response:
    answer = make_response(redirect(place, HTTPStatus.SEE_OTHER))
    # Else the link's secret is told to where it leads.
    answer.headers.update({"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
    return answer


def _local(place: str) -> str:
    """A place on this site; '' for what leads elsewhere, as `//example.org` and `/\\example.org` do."""
    is_local = place.startswith("/") and not place.startswith(("//", "/\\")) and place.isprintable() and place.isascii()
    return place if is_local and "\\" not in place else ""
