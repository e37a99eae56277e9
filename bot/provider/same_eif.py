"""Whether a website's article version is the EIF that was posted, though it may tell it in another form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from continuum.dates import DateError, instant
from continuum.eif import FIELDS

_DATES = ("pub-date", "update")
# How to take the article in, nothing that the site need remember.
_INSTRUCTIONS = ("force",)
# What the site sets itself when it publishes.
_ITS_OWN = ("publish", *_DATES)


def same(posted: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Whether the site has what was posted: no field of the EIF is missing, other or left from before.

    The site may know more than an EIF has, write numbers and booleans as text, dates in another form, and leave out
    what is empty. It may have published the version already, or have updated it later: a preview that is posted once
    more must not bring it back.
    """
    left = [
        name for name in FIELDS - posted.keys() if name not in (*_INSTRUCTIONS, *_ITS_OWN) and _plain(stored.get(name))
    ]
    if left:
        return False
    return all(_holds(name, value, stored.get(name)) for name, value in posted.items() if name not in _INSTRUCTIONS)


def _holds(name: str, posted: Any, stored: Any) -> bool:
    if name == "publish":
        return _flag(stored) or not _flag(posted)
    if name in _DATES:
        return _date_holds(name, posted, stored)
    return bool(_plain(posted) == _plain(stored))


def _date_holds(name: str, posted: Any, stored: Any) -> bool:
    try:
        ours, theirs = instant(str(posted)), instant(str(stored))
    except DateError:
        return bool(_plain(posted) == _plain(stored))
    return ours <= theirs if name == "update" else ours == theirs


def _flag(value: Any) -> bool:
    return bool(_plain(value) == "1")


def _plain(value: Any) -> Any:
    """A value in the one form in which all its forms are equal; nothing at all for what says nothing."""
    if isinstance(value, Mapping):
        plain = {key: _plain(one) for key, one in value.items()}
        return {key: one for key, one in plain.items() if one} or None
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value] or None
    if value is None or value is False:
        return None
    text = "1" if value is True else " ".join(str(value).split())
    return None if text in ("", "0", "false") else "1" if text == "true" else text
