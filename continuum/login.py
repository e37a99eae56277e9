"""Who may write to a web application's API: one user with a password, by basic authentication."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized


@dataclass(frozen=True)
class Login:
    """The user and password, under the names of the settings. Without a password nobody may."""

    api_user: str = ""
    api_password: str = field(default="", repr=False)

    def demand(self) -> str:
        """The name of the user who sends this request.

        Raises Unauthorized (401) for no user, another one or a wrong password; Forbidden (403) where the settings have
        no password.
        """
        if not self.api_user or not self.api_password:
            raise Forbidden("nobody may do this: the settings of this application have no api_user and api_password")
        given = request.authorization
        if given is None or given.type != "basic":
            raise _unauthorized("this needs a user name and password (basic authentication)")
        known = _same(given.username, self.api_user) & _same(given.password, self.api_password)
        if not known:
            raise _unauthorized("the user name or the password is wrong")
        return self.api_user


def _same(given: str | None, wanted: str) -> bool:
    """Compared in a time that does not tell how much of it was right."""
    return hmac.compare_digest((given or "").encode("utf-8", "surrogatepass"), wanted.encode())


def _unauthorized(message: str) -> Unauthorized:
    return Unauthorized(message, www_authenticate=WWWAuthenticate("basic", {"realm": "API", "charset": "UTF-8"}))
