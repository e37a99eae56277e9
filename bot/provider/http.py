"""HTTP calls to the journal's web applications, the website and lax, and what their failures mean to an editor."""

from __future__ import annotations

import json
import logging
import os
import ssl
import time
from dataclasses import dataclass, field
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import HTTPError

from bot.activity.task import TemporaryFailure
from bot.provider import credentials
from bot.provider.http_failures import failure, no_answer, shown

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
_LARGEST_ANSWER = 64 * 1024**2
_PIECE = 64 * 1024

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a web application answered. `retry_after` is its header of that name, '' without one."""

    service: str
    url: str
    status: int
    body: bytes = field(repr=False)
    location: str = ""
    retry_after: str = ""

    def json(self) -> Any:
        """The body's JSON; raises TemporaryFailure where it is none (a page of somebody in between, say)."""
        try:
            return json.loads(self.body)
        except ValueError:
            said = self.body[:100].decode("utf-8", "replace")
            message = f"{self.service} answered {self.status} with something that is not JSON: {said!r}"
            raise TemporaryFailure(message) from None


@dataclass(frozen=True)
class WebService:
    """A web application that the bot calls; `name` is how sentences about it begin: "The website", "lax".

    `secret` names a secret of Secrets Manager with the user name and password for basic authentication, '' for none.
    `seconds` is how long a whole answer may take.
    """

    name: str
    secret: str = ""
    region: str = "us-east-1"
    seconds: float = ANSWER_SECONDS

    def get(self, url: str, accept: tuple[int, ...] = ()) -> Answer:
        return self.call("GET", url, accept=accept)

    def call(self, method: str, url: str, document: object = None, accept: tuple[int, ...] = ()) -> Answer:
        """The answer, which is a 2xx or one of `accept`; `document` is sent as JSON.

        Raises, in an editor's words: Unanswered (TemporaryFailure) where the request may have arrived but no whole
        answer came back, Busy (TemporaryFailure) for 429, TemporaryFailure for what may pass (no connection, 5xx),
        Refused (PermanentFailure) for 4xx.
        """
        auth: AuthBase = _NoAuth()
        if self.secret:
            auth = _basic(credentials.of(self.secret, self.region))
        answer = self._once(method, url, document, auth)
        if answer.status in (401, 403) and self.secret:  # changed since they were read?
            fresh = _basic(credentials.again(self.secret, self.region))
            if fresh != auth:
                answer = self._once(method, url, document, fresh)
        if 200 <= answer.status < 300 or answer.status in accept:
            return answer
        raise failure(answer, self.secret)

    def _once(self, method: str, url: str, document: object, auth: AuthBase) -> Answer:
        began = time.monotonic()
        try:
            with _session(os.getpid()).request(
                method,
                url,
                json=document,
                auth=auth,
                timeout=(CONNECT_SECONDS, self.seconds),
                # A POST that is redirected would become a GET, and look as if it had worked.
                allow_redirects=method == "GET",
                stream=True,
            ) as response:
                body = self._body(response, began + self.seconds)
        except (requests.RequestException, HTTPError, OSError) as error:
            raised = no_answer(self.name, url, error, self.seconds)
            log.warning("%s %s: %s", method, shown(url), raised)
            raise raised from error
        took = time.monotonic() - began
        log.info("%s %s: %d in %.1f s", method, shown(url), response.status_code, took)
        headers = response.headers
        return Answer(
            self.name,
            url,
            response.status_code,
            body,
            headers.get("Location", ""),
            headers.get("Retry-After", ""),
        )

    def _body(self, response: requests.Response, until: float) -> bytes:
        """The whole body; one that trickles in must not hold a worker for longer than one that does not come."""
        body = bytearray()
        while piece := response.raw.read1(_PIECE, decode_content=True):  # what is there; iter_content waits for more
            body += piece
            if len(body) > _LARGEST_ANSWER:
                raise TemporaryFailure(f"{self.name} answers with more than {_LARGEST_ANSWER // 1024**2} MB")
            if time.monotonic() > until:
                raise requests.ReadTimeout
        return bytes(body)


class _NoAuth(AuthBase):
    """No credentials at all: requests would else take some from ~/.netrc, or from the address."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _basic(of: credentials.Credentials) -> HTTPBasicAuth:
    return HTTPBasicAuth(of.username.encode(), of.password.encode())  # as bytes: else requests takes Latin-1


@lru_cache(maxsize=1)
def _session(_process: int) -> requests.Session:
    """This process's connections; a process that was forked makes its own."""
    session = requests.Session()
    session.headers.update({"Accept": "application/json", "User-Agent": "continuum-bot"})
    # With a session's cookie Drupal wants a token against forged requests as well; the credentials come with each call.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    # The machine's own authorities, which an operator can add to (a test's ACME); requests brings a list of its own.
    paths = ssl.get_default_verify_paths()
    session.verify = paths.cafile or paths.capath or True
    return session
