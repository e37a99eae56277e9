"""Whose an access key is, and which policies hold for them: the cloud's operator, IAM's users, sessions of roles."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from localcloud import plain
from localcloud.access.caller import ROOT, ROOT_ARN, Caller, Principal
from localcloud.access.evaluation import NONE, Rights
from localcloud.access.refusals import BAD_TOKEN, EXPIRED, UNKNOWN_KEY, Refused
from localcloud.access.sessions import Session, Sessions
from localcloud.home import ACCOUNT

OPERATOR = Principal(
    ROOT,
    frozenset((ROOT_ARN, ACCOUNT)),
    facts={
        "aws:principalarn": (ROOT_ARN,),
        "aws:principalaccount": (ACCOUNT,),
        "aws:principaltype": ("Account",),
        "aws:userid": (ACCOUNT,),
    },
)


@dataclass(frozen=True)
class Known:
    """An access key that somebody has."""

    secret: str
    principal: Principal


class People:
    """Everybody with an access key. `operator` is the cloud's own key and secret: it is root's."""

    def __init__(self, operator: tuple[str, str], sessions: Sessions) -> None:
        self._operator = operator
        self._sessions = sessions

    def find(self, access_key: str, token: str | None, now: float) -> Known:
        """Raises Refused for a key or token that isn't one, or is no more."""
        if token is not None:
            return self._in_session(access_key, token, now)
        if access_key == self._operator[0]:
            return Known(self._operator[1], OPERATOR)
        key = plain.iam().access_keys.get(access_key)
        if key is None or key.status != "Active" or key.user_name not in plain.iam().users:
            raise Refused(UNKNOWN_KEY)
        return Known(key.secret_access_key, _of_user(plain.iam().users[key.user_name]))

    def _in_session(self, access_key: str, token: str, now: float) -> Known:
        read = self._sessions.read(token)
        if read is None or read[0] != access_key:
            raise Refused(BAD_TOKEN)
        _, secret, session = read
        if session.end <= now:
            raise Refused(EXPIRED)
        if session.of == ACCOUNT:
            return Known(secret, OPERATOR)
        role = plain.iam().roles.get(session.of)
        if role is not None:
            return Known(secret, _of_role(role, session))
        user = next((user for user in list(plain.iam().users.values()) if user.id == session.of), None)
        if user is None:
            raise Refused(UNKNOWN_KEY)
        return Known(secret, _of_user(user))


def rights(who: Principal) -> Rights:
    """The policies that hold for a user or role: its own, those attached, a user's groups', its boundary."""
    owner: Any = who.owner
    if owner is None:
        return NONE
    holders = [owner]
    if not _is_role(owner):
        holders += [group for group in list(plain.iam().groups.values()) if owner in group.users]
    documents = [document for holder in holders for document in _policies(holder)]
    boundary = getattr(owner, "permissions_boundary_arn", None)
    return Rights(documents, managed_policy(boundary) or "{}" if boundary else None)


def trust(role_arn: str) -> str:
    """Who may assume a role, JSON; nobody, where there is no such role."""
    found = plain.role(role_arn)
    return str(found.assume_role_policy_document) if found is not None else "{}"


def managed_policy(arn: str) -> str | None:
    """A managed policy in its default version, JSON; None where there is none."""
    found = plain.iam().managed_policies.get(arn)
    return _document(found) if found is not None else None


def _of_user(user: Any) -> Principal:
    return _user(user, user.name, user.arn, user.id, _tags(user.name, user))


@lru_cache(256)
def _user(user: Any, name: str, arn: str, id_: str, tags: tuple[tuple[str, str], ...]) -> Principal:
    facts = {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (ACCOUNT,),
        "aws:principaltype": ("User",),
        "aws:userid": (id_,),
        "aws:username": (name,),
        **{f"aws:principaltag/{key.lower()}": (value,) for key, value in tags},
    }
    return Principal(Caller(ACCOUNT, arn, id_), frozenset((arn,)), user, facts=facts)


def _of_role(role: Any, session: Session) -> Principal:
    tags = tuple((str(tag["Key"]), str(tag["Value"])) for tag in role.tags or ())
    return _role(role, role.name, role.arn, session, tags)


@lru_cache(1024)
def _role(role: Any, name: str, arn: str, session: Session, tags: tuple[tuple[str, str], ...]) -> Principal:
    as_session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{session.name}"
    id_ = f"{role.id}:{session.name}"
    facts = {
        "aws:principalarn": (arn,),
        "aws:principalaccount": (ACCOUNT,),
        "aws:principaltype": ("AssumedRole",),
        "aws:userid": (id_,),
        "aws:tokenissuetime": (str(session.begun),),
        **{f"aws:principaltag/{key.lower()}": (value,) for key, value in tags},
    }
    if session.from_instance:
        facts |= {"ec2:sourceinstancearn": (session.from_instance,), "ec2:roledelivery": ("2.0",)}
    narrowing = (*session.policies, *(managed_policy(each) or "{}" for each in session.policy_arns))
    identities = frozenset((arn, as_session))
    return Principal(
        Caller(ACCOUNT, as_session, id_, session.name), identities, role, bool(narrowing), narrowing, facts
    )


def _tags(name: str, user: Any) -> tuple[tuple[str, str], ...]:
    try:
        found: Iterable[Mapping[str, str]] = plain.iam().tagger.list_tags_for_resource(user.arn)["Tags"]
    except KeyError:
        return ()
    return tuple((tag["Key"], tag["Value"]) for tag in found)


def _policies(holder: Any) -> list[str]:
    """A role's, user's or group's policies."""
    own = [each if isinstance(each, str) else json.dumps(each) for each in list(holder.policies.values())]
    return own + [_document(each) for each in list(holder.managed_policies.values())]


def _document(policy: Any) -> str:
    version = next(each for each in policy.versions if each.version_id == policy.default_version_id)
    return version.document if isinstance(version.document, str) else json.dumps(version.document)


def _is_role(owner: Any) -> bool:
    return hasattr(owner, "assume_role_policy_document")
