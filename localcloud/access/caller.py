"""Who makes a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from localcloud.home import ACCOUNT

ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"


@dataclass(frozen=True)
class Caller:
    """As sts:GetCallerIdentity tells it; `session` is the name of a role's session, None for everybody else."""

    account: str
    arn: str
    user_id: str
    session: str | None = None


ROOT = Caller(ACCOUNT, ROOT_ARN, ACCOUNT)
ANONYMOUS = Caller("anonymous", "anonymous", "anonymous")


@dataclass(frozen=True)
class Principal:
    """A caller and what its rights come from.

    `owner` is the moto user or role whose policies hold, None for root and for nobody; `identities` are the ARNs by
    which policies may name it; `session_policies` narrow a session, JSON each; `facts` are condition keys about it, by
    lower-case name.
    """

    caller: Caller
    identities: frozenset[str] = frozenset()
    owner: object | None = None
    narrowed: bool = False  # whether session policies were given, be it empty ones
    session_policies: tuple[str, ...] = ()
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def root(self) -> bool:
        return self.caller is ROOT

    @property
    def anonymous(self) -> bool:
        return self.caller is ANONYMOUS


NOBODY = Principal(ANONYMOUS, facts={"aws:principaltype": ("Anonymous",), "aws:userid": ("anonymous",)})
