"""What a call is given, and what it gives back."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.home import ACCOUNT, REGION
from localcloud.s3.body import Body
from localcloud.s3.routing import Address

# S3 knows an account by two names more: a canonical user id in ACLs and lists, a customer id in events.
CANONICAL_ID = hashlib.sha256(f"s3 {ACCOUNT}".encode()).hexdigest()
CUSTOMER_ID = "A" + base64.b32encode(hashlib.sha256(ACCOUNT.encode()).digest()).decode()[:13]
OWNER = {"ID": CANONICAL_ID}

__all__ = ["ACCOUNT", "CANONICAL_ID", "CUSTOMER_ID", "OWNER", "REGION", "Answer", "Request"]


@dataclass(frozen=True)
class Origin:
    """Who brought something about, and the ids under which AWS knows the request that did."""

    principal: str  # as events name them
    source: str  # an IP address
    id: str = field(default_factory=lambda: secrets.token_hex(8).upper())
    host_id: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(57)).decode())


@dataclass(frozen=True)
class Request:
    """One request, its parameters named as botocore names them."""

    action: str
    address: Address
    asked: dict[str, Any]
    headers: Mapping[str, str]  # by lower-case name
    body: Body
    origin: Origin
    host: str  # where the caller reached us: scheme and Host
    environ: Mapping[str, Any]

    @property
    def bucket(self) -> str:
        return self.address.bucket

    @property
    def key(self) -> str:
        return self.address.key

    def why_not(self, action: str, resource: str) -> str | None:
        """Why the caller may not do something, in AWS's words; None if they may, or nobody asks for rights here."""
        may: Callable[[str, str], str | None] | None = self.environ.get("localcloud.may")
        return may(action, resource) if may is not None else None


def principal_of(caller: Any) -> str:
    """A caller's unique id, and its session's name, as AWS puts them into events. None: nobody asks who it is."""
    if caller is None or caller.user_id == ACCOUNT:
        return CUSTOMER_ID
    return "Anonymous" if caller.user_id == "anonymous" else f"AWS:{caller.user_id}"


@dataclass
class Answer:
    """`members` by botocore's names; `content` is the body where it is no XML."""

    members: dict[str, Any] = field(default_factory=dict)
    status: int | None = None  # the action's own, if None
    content: Iterable[bytes] | None = None
