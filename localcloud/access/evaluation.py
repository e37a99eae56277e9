"""Whether a request is allowed: AWS's logic within one account (IAM User Guide, "Policy evaluation logic").

An explicit Deny anywhere wins. Then a resource's own policy may allow, or the caller's; a permissions boundary and
session policies allow nothing themselves, but what they don't allow is not allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from localcloud.access.caller import Principal
from localcloud.access.policy import Ask, read


@dataclass(frozen=True)
class Rights:
    """The policies, JSON each, that hold for a caller. None: there is no boundary."""

    identity: Sequence[str] = ()
    boundary: str | None = None


NONE = Rights()


def refusal(ask: Ask, who: Principal, rights: Rights = NONE, resource_policy: str | None = None) -> str | None:
    """Why a request is refused, as AWS words it after "… on resource: …"; None where it is allowed."""
    resource = read(resource_policy) if resource_policy else ()
    about = [each for each in resource if each.is_about(ask)]
    if any(not each.allows and each.grants(who) for each in about):
        return "with an explicit deny in a resource-based policy"
    if who.root:
        return None
    granted = {each.grants(who) for each in about if each.allows}
    if who.anonymous:
        return None if "directly" in granted else _nothing("resource-based", ask)
    return _within_account(ask, who, rights, granted)


def _within_account(ask: Ask, who: Principal, rights: Rights, granted: set[str | None]) -> str | None:
    layers = {
        "an identity-based policy": _said(rights.identity, ask),
        "a permissions boundary": _said([rights.boundary], ask) if rights.boundary is not None else True,
        "a session policy": _said(who.session_policies, ask) if who.narrowed else True,
    }
    for name, said in layers.items():
        if said is False:
            return f"with an explicit deny in {name}"
    if "directly" in granted:
        return None
    if layers["an identity-based policy"] is None and "role" not in granted:
        return _nothing("identity-based", ask)
    for name in ("permissions boundary", "session policy"):
        if layers[f"a {name}"] is None:
            return f"because no {name} allows the {ask.action} action"
    return None


def service_refused(service: str, ask: Ask, resource_policy: str | None) -> bool:
    """Whether a service of AWS may not do it: it may what the resource's policy allows it."""
    about = [each for each in read(resource_policy or "{}") if each.is_about(ask) and each.names_service(service)]
    return not about or any(not each.allows for each in about)


def role_may_be_assumed(ask: Ask, who: Principal, rights: Rights, trust: str) -> str | None:
    """As `refusal`; but here the resource's policy, which says who is trusted, must allow in any case."""
    named = [each.grants(who) for each in read(trust) if each.allows and each.is_about(ask)]
    if not any(named):
        return _nothing("resource-based", ask) if _said(rights.identity, ask) else _nothing("identity-based", ask)
    return refusal(ask, who, rights, trust)


def _said(policies: Iterable[str | None], ask: Ask) -> bool | None:
    """False: denied explicitly; True: allowed; None: nothing said."""
    effects = {each.allows for policy in policies if policy for each in read(policy) if each.is_about(ask)}
    return False if False in effects else True if effects else None


def _nothing(kind: str, ask: Ask) -> str:
    return f"because no {kind} policy allows the {ask.action} action"
