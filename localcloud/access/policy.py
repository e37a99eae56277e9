"""Policies read: what a statement says, and whether it is about a request."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from localcloud.access.caller import Principal
from localcloud.access.conditions import holds
from localcloud.access.patterns import Keys, resolved, wildcard
from localcloud.home import ACCOUNT

log = logging.getLogger(__name__)

ACCOUNT_NAMES = frozenset((ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"))


@dataclass(frozen=True)
class Ask:
    """One thing that a request wants to do.

    `resource` is an ARN, "*" for an action that has none, or None where we don't know it: then every Allow is about
    it, and only such a Deny as is about everything.
    """

    action: str  # as s3:GetObject
    resource: str | None
    keys: Keys = field(default_factory=dict)


@dataclass(frozen=True)
class Statement:
    """One statement of a policy. An element that it does not have is None."""

    allows: bool
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    principals: Mapping[str, tuple[str, ...]] | None = None
    not_principals: Mapping[str, tuple[str, ...]] | None = None
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def is_about(self, ask: Ask) -> bool:
        """Whether action, resource and conditions fit; the principal is asked for elsewhere."""
        return self._action_fits(ask.action) and self._resource_fits(ask) and self._conditions_hold(ask.keys)

    def _action_fits(self, action: str) -> bool:
        if self.actions is not None:
            return any(wildcard(each, True).fullmatch(action) for each in self.actions)
        return not any(wildcard(each, True).fullmatch(action) for each in self.not_actions or ())

    def _resource_fits(self, ask: Ask) -> bool:
        if ask.resource is None:
            return self.allows or self.resources is None or "*" in self.resources
        if self.not_resources is not None:
            return not _any_fits(self.not_resources, ask.resource, ask.keys)
        return self.resources is None or _any_fits(self.resources, ask.resource, ask.keys)

    def _conditions_hold(self, keys: Keys) -> bool:
        try:
            return all(holds(operator, key, wanted, keys) for operator, key, wanted in self.conditions)
        except ValueError as error:  # what can't be judged allows nothing and forbids
            log.warning("in a policy: %s", error)
            return not self.allows

    def grants(self, who: Principal) -> str | None:
        """How a statement of a resource's policy names a caller: "directly", "role", "account"; None if not at all.

        What a role is given its boundary and session policies narrow; what a user or one session is given, nothing.
        """
        if self.not_principals is not None:
            named = self.not_principals.get("AWS", ())
            exempt = "*" in named or (bool(ACCOUNT_NAMES & {*named}) and bool(who.identities & {*named}))
            return None if exempt else "directly"
        for name in (self.principals or {}).get("AWS", ()):
            if name == "*" or name in who.identities:
                return "role" if ":role/" in name or (name == "*" and who.caller.session) else "directly"
        if not who.anonymous and ACCOUNT_NAMES & {*(self.principals or {}).get("AWS", ())}:
            return "directly" if who.root else "account"
        return None

    def names_service(self, service: str) -> bool:
        """Whether it is about a service of AWS, as s3.amazonaws.com."""
        if self.not_principals is not None:
            return not {"*", service} & {*self.not_principals.get("Service", ()), *self.not_principals.get("AWS", ())}
        principals = self.principals or {}
        return service in principals.get("Service", ()) or "*" in principals.get("AWS", ())


@lru_cache(2048)
def read(document: str) -> tuple[Statement, ...]:
    """A policy's statements. A policy that can't be read has none: services refuse such, this is the last resort."""
    try:
        said = json.loads(document)
        return tuple(_statement(each) for each in _listed(said.get("Statement", [])))
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        log.warning("a policy can't be read: %s", error)
        return ()


def _statement(said: Mapping[str, Any]) -> Statement:
    def strings(name: str) -> tuple[str, ...] | None:
        return tuple(map(str, _listed(said[name]))) if name in said else None

    conditions = tuple(
        (str(operator), str(key), tuple(map(_text, _listed(values))))
        for operator, tests in (said.get("Condition") or {}).items()
        for key, values in tests.items()
    )
    return Statement(
        said["Effect"] == "Allow",
        strings("Action"),
        strings("NotAction"),
        strings("Resource"),
        strings("NotResource"),
        _principals(said.get("Principal")),
        _principals(said.get("NotPrincipal")),
        conditions,
    )


def _principals(said: Any) -> dict[str, tuple[str, ...]] | None:
    if said is None:
        return None
    if said == "*":
        return {"AWS": ("*",)}
    return {str(kind): tuple(map(str, _listed(names))) for kind, names in said.items()}


def _any_fits(patterns: tuple[str, ...], resource: str, keys: Keys) -> bool:
    filled = (resolved(each, keys) for each in patterns)
    return any(each is not None and wildcard(each).fullmatch(resource) for each in filled)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
