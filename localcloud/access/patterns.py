"""Wildcards and variables of policies (IAM User Guide, "IAM policy elements: Variables and tags")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

Keys = Mapping[str, tuple[str, ...]]
"""Condition keys of a request by lower-case name. An absent key is absent; a key of one value has one."""

VARIABLE = re.compile(r"\$\{([^}]*)\}")
LITERALS = {"*": "*", "?": "?", "$": "$"}


@lru_cache(8192)
def wildcard(pattern: str, ignoring_case: bool = False) -> re.Pattern[str]:
    """`*` is any characters, `?` one; `${*}`, `${?}` and `${$}` are these characters themselves."""
    parts = []
    for part in re.split(r"(\$\{[*?$]\}|[*?])", pattern):
        literal = LITERALS.get(part[2:-1]) if part.startswith("${") else None
        parts.append({"*": ".*", "?": "."}.get(part) or re.escape(literal or part))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignoring_case else 0))


def resolved(text: str, keys: Keys) -> str | None:
    """The text with its variables' values in it, as a pattern; None where one has no single value and no default."""
    if "${" not in text:
        return text
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = found[1].partition(",")
        if name in LITERALS:
            return found[0]
        values = keys.get(name.strip().lower(), ())
        if len(values) == 1:
            return re.sub(r"([*?$])", r"${\1}", values[0])  # what a caller chose is no wildcard
        if default:
            return default.strip().strip("'")
        missing = True
        return ""

    filled = VARIABLE.sub(value, text)
    return None if missing else filled


def plain(pattern: str) -> str:
    """A resolved text in which nothing is a wildcard."""
    return re.sub(r"\$\{([*?$])\}", r"\1", pattern)
