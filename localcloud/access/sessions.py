"""Temporary credentials: everything about a session travels, sealed, in its own token, so that nothing is kept.

A token outlives the daemon, a `kill -9` and a restart, and there is nothing to forget. Only the cloud that sealed it
can read it. A role's deletion ends its sessions, because the role is looked up at each call.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


@dataclass(frozen=True)
class Session:
    """`of` is the id of a role or user, or the account's for root. Times are seconds since 1970."""

    of: str
    name: str | None
    begun: int
    end: int
    policies: tuple[str, ...] = ()  # JSON each, that narrow it
    policy_arns: tuple[str, ...] = ()  # of managed policies that narrow it
    from_instance: str | None = None  # the ARN of the machine it was given to


@dataclass(frozen=True)
class Credentials:
    access_key: str
    secret_key: str
    token: str
    end: int  # seconds since 1970


class Sessions:
    """Issues credentials and recognises them. `secret` is the cloud's own and stays the same for its life."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"sessions of " + secret.encode()).digest()
        self._sealed = AESGCM(self._key)
        self.read = lru_cache(4096)(self._read)

    def issue(
        self,
        of: str,
        name: str | None,
        seconds: int,
        policies: Sequence[str] = (),
        policy_arns: Sequence[str] = (),
        from_instance: str | None = None,
    ) -> Credentials:
        now = int(time.time())
        session = Session(of, name, now, now + seconds, tuple(policies), tuple(policy_arns), from_instance)
        nonce = secrets.token_bytes(NONCE)
        sealed = self._sealed.encrypt(nonce, zlib.compress(json.dumps(asdict(session)).encode()), None)
        token = base64.b64encode(nonce + sealed).decode()
        return Credentials(*self._keys(token), token, session.end)

    def _read(self, token: str) -> tuple[str, str, Session] | None:
        """The access key and secret that belong to a token, and its session; None for a token that is not ours."""
        try:
            whole = base64.b64decode(token, validate=True)
            plain = zlib.decompress(self._sealed.decrypt(whole[:NONCE], whole[NONCE:], None))
        except (InvalidTag, ValueError, binascii.Error, zlib.error):
            return None
        said = json.loads(plain)
        said |= {"policies": tuple(said["policies"]), "policy_arns": tuple(said["policy_arns"])}
        return *self._keys(token), Session(**said)

    def _keys(self, token: str) -> tuple[str, str]:
        """Both follow from the token: it needs no room for them, and they can't be put together anew."""
        id_ = hmac.digest(self._key, b"id " + token.encode(), "sha256")
        secret = hmac.digest(self._key, b"secret " + token.encode(), "sha256")
        return "ASIA" + base64.b32encode(id_)[:16].decode(), base64.b64encode(secret)[:40].decode()
