"""Secrets that states and pillar look up: kept in memory for one run, and known, so that no report shows them."""

from __future__ import annotations

import json

from . import aws

_SEEN: dict[tuple[str, str | None], str] = {}


def read(name: str, key: str | None, region: str) -> str:
    """A secret's text, or the value under `key` where it is JSON, by the machine's own role.

    Salt loads a module several times in one run (for pillar, for states); this one is imported once.
    """
    if (name, key) not in _SEEN:
        text = str(aws.client("secretsmanager", region).get_secret_value(SecretId=name)["SecretString"])
        _SEEN[name, key] = text if key is None else str(json.loads(text)[key])
    return _SEEN[name, key]


def seen() -> frozenset[str]:
    """Every secret value of this run but user names, which reports may show."""
    return frozenset(value for (_, key), value in _SEEN.items() if key != "username" and value)
