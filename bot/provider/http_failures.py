"""What a failed HTTP call means, in an editor's words, and whether it may pass."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import requests
from urllib3.exceptions import NameResolutionError, NewConnectionError, ReadTimeoutError

from bot.activity.task import PermanentFailure, TemporaryFailure

if TYPE_CHECKING:
    from bot.provider.http import Answer

_EXCERPT = 300


class Unanswered(TemporaryFailure):
    """The request may have arrived, and be worked on, but no answer came back: ask before it is sent again."""


class Busy(TemporaryFailure):
    """429: another request is being worked on. `retry_after` is how many seconds to wait, where it was said."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(PermanentFailure):
    """4xx: the same request will be refused again."""

    def __init__(self, message: str, answer: Answer) -> None:
        super().__init__(message)
        self.answer = answer


def failure(answer: Answer, secret: str) -> TemporaryFailure | PermanentFailure:
    """What an answer means that is not the one hoped for; `secret` names the credentials sent, '' for none."""
    name, status = answer.service, answer.status
    wait = f", and asks to wait {answer.retry_after} s" if answer.retry_after.isdigit() else ""
    if status == 429:
        seconds = float(answer.retry_after) if answer.retry_after.isdigit() else None
        return Busy(f"{name} is busy with another article (429){wait}", seconds)
    if status in (408, 502, 504):
        return Unanswered(f"{name} did not answer its web server in time ({status}) and may still be at work on it")
    if status == 503:
        return TemporaryFailure(f"{name} is not available (503), usually because a deploy is in progress{wait}")
    if status >= 500:
        advice = "look at its health and its log before the article is sent again"
        return TemporaryFailure(f"{name} failed ({status}): {advice}{_excerpt(answer)}")
    return Refused(_refusal(answer, secret), answer)


def _refusal(answer: Answer, secret: str) -> str:
    name, status = answer.service, answer.status
    if status == 401:
        known = f"check the secret {secret}" if secret else "the bot's settings name no secret for it"
        return f"{name} does not accept the bot's user name and password (401): {known}"
    if status == 403:
        return f"{name} does not allow the bot to do this (403): check the rights of its user there{_excerpt(answer)}"
    if status < 400:
        where = shown(answer.location) or "nowhere"
        return f"{name} redirects {shown(answer.url)} to {where} ({status}): correct the address in the bot's settings"
    if status == 404:
        return f"{name} does not know {shown(answer.url)} (404)"
    return f"{name} refuses the request ({status}){_excerpt(answer)}"


def no_answer(name: str, url: str, error: Exception, seconds: float) -> TemporaryFailure | PermanentFailure:
    """What it means that a call ended without an answer."""
    if isinstance(error, ValueError):  # requests' kinds of a wrong address: no scheme, an unknown one, no host
        return PermanentFailure(f"{name} can't be called at {shown(url)!r}: correct the address in the bot's settings")
    host = urlsplit(url).hostname
    causes = list(_causes(error))
    if any(isinstance(cause, NameResolutionError | socket.gaierror) for cause in causes):
        return TemporaryFailure(f"{name} can't be found: there is no address for {host} (DNS)")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        certificate = next((c.verify_message for c in causes if isinstance(c, ssl.SSLCertVerificationError)), "")
        what = f"its certificate is not accepted: {certificate}" if certificate else "TLS with it fails"
        return TemporaryFailure(f"{name} can't be trusted at {host}: {what}")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return TemporaryFailure(f"{name} refuses connections at {host}: is its web server running?")
    if isinstance(error, requests.ConnectTimeout):
        return TemporaryFailure(f"{name} can't be reached at {host}: no connection in time")
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return TemporaryFailure(f"{name} can't be reached at {host}: {os.strerror(_number(causes))}")
    late = any(isinstance(cause, requests.ReadTimeout | ReadTimeoutError) for cause in causes)
    what = f"did not answer within {seconds:g} s" if late else "cut the connection before it answered"
    return Unanswered(f"{name} {what} and may still be at work on it")


def shown(url: str) -> str:
    """An address as it may be shown: without credentials and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it was made of; requests and urllib3 keep what happened in different places."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
            yield one


def _number(causes: list[BaseException]) -> int:
    return next((cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno), errno.EHOSTUNREACH)


def _excerpt(answer: Answer) -> str:
    text = " ".join(answer.body[: _EXCERPT * 4].decode("utf-8", "replace").split())
    return f": {text[:_EXCERPT]}" if text else ""
