"""Who is signed in. Nobody has a password: a link that a command on the machine prints signs in once.

Links and sessions are random and kept in the database (as hashes), so that each link works once on whichever machine it
is opened, and signing out ends a session for good. The cookie, with the session's secret, is signed by Flask.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from typing import cast

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from psycopg import Connection
from psycopg.rows import DictRow
from werkzeug.exceptions import BadRequest, Forbidden

from continuum.database import Connections

log = logging.getLogger(__name__)

LINK_HOURS = 24
_SESSION_HOURS = 12
_SECRET = "secret"  # its name in the cookie


@dataclass(frozen=True)
class User:
    """Somebody who is signed in: an editor, who may see previews and change settings."""

    name: str


class _Sessions(SecureCookieSessionInterface):
    """Cookies that a browser sends over TLS only, where it is TLS that they were set over."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(app: Flask, connections: Connections, secret_key: str) -> None:
    """Gives the application its sessions. Without a key it makes one up, and its other processes another one."""
    app.secret_key = secret_key or secrets.token_hex()
    app.session_interface = _Sessions()
    app.config.update(SESSION_COOKIE_NAME="website", SESSION_COOKIE_PATH="/")
    app.extensions["accounts"] = connections


def current_user() -> User | None:
    """Who sent the current request; None for a reader."""
    if "user" not in g:
        g.user = _find(session.get(_SECRET)) if _has_cookie(request) else None
    return cast("User | None", g.user)


def demand_user() -> User:
    """Who sent the current request. Raises Forbidden for a reader."""
    user = current_user()
    if user is None:
        raise Forbidden
    return user


def new_link(connection: Connection[DictRow], name: str) -> str:
    """The secret of a link that signs `name` in, once, within 24 hours."""
    return _new(connection, "login_link", name, LINK_HOURS)


def sign_in(link: str) -> User | None:
    """Signs in who has the secret of a link, and uses it up; None where it is not known, used or too old."""
    with _connections().transaction() as connection:
        used = connection.execute(
            "DELETE FROM login_link WHERE secret = %s AND expires > now() RETURNING name", (_hash(link),)
        ).fetchone()
        if used is None:
            return None
        secret = _new(connection, "sign_in", used["name"], _SESSION_HOURS)
    log.info("%s signed in by a link", used["name"])
    session.clear()
    session[_SECRET] = secret
    g.user = User(used["name"])
    return cast(User, g.user)


def sign_out() -> None:
    """Ends the session of who sent the current request, also for who has a copy of its cookie."""
    secret = session.pop(_SECRET, None)
    if isinstance(secret, str):
        with _connections().transaction() as connection:
            connection.execute("DELETE FROM sign_in WHERE secret = %s", (_hash(secret),))
    session.clear()
    g.user = None


def form_token() -> str:
    """What a form of ours brings back, so that no other site can send it in this user's name."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, str(session.get(_SECRET, "")).encode(), hashlib.sha256).hexdigest()


def demand_form_token() -> None:
    """Raises BadRequest where a form was not ours, or came from a session that is over."""
    given = request.form.get("token", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), form_token().encode()):
        raise BadRequest("this form is too old: load the page anew")


def _find(secret: object) -> User | None:
    if not isinstance(secret, str):
        return None
    with _connections().transaction() as connection:
        row = connection.execute(
            "SELECT name FROM sign_in WHERE secret = %s AND expires > now()", (_hash(secret),)
        ).fetchone()
    return User(row["name"]) if row else None


def _new(connection: Connection[DictRow], table: str, name: str, hours: int) -> str:
    secret = secrets.token_urlsafe(32)
    connection.execute(f"DELETE FROM {table} WHERE expires <= now()")
    connection.execute(
        f"INSERT INTO {table} (secret, name, expires) VALUES (%s, %s, now() + make_interval(hours => %s))",
        (_hash(secret), name, hours),
    )
    return secret


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _has_cookie(of: Request) -> bool:
    # Reading the session makes an answer depend on the cookie, also for readers, who have none.
    return current_app.config["SESSION_COOKIE_NAME"] in of.cookies


def _connections() -> Connections:
    return cast(Connections, current_app.extensions["accounts"])
