"""The table of SWF's actions: each a function of a change and the request, registered under the action's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from localcloud.protocol import Answer
from localcloud.swf.faults import unknown, unknown_domain
from localcloud.swf.store import Change

Asked = dict[str, Any]
Call = Callable[[Change, Asked], Answer]
CALLS: dict[str, Call] = {}


def call(function: Call) -> Call:
    """Answer an action by this function: `register_domain` answers RegisterDomain. None is an empty answer."""
    CALLS["".join(word.capitalize() for word in function.__name__.split("_"))] = function
    return function


def domain_row(change: Change, name: str) -> Any:
    """A domain, deprecated or not. Raises UnknownResourceFault."""
    row = change.row("SELECT * FROM domains WHERE name=?", name)
    if row is None:
        raise unknown_domain(name)
    return row


def usable_domain(change: Change, name: str) -> None:
    """Raise UnknownResourceFault for a domain in which nothing may be started or registered."""
    if domain_row(change, name)["status"] == "DEPRECATED":
        raise unknown(f"domain: {name} is deprecated")
