"""Stack policies: what an update may do to which resource. AWS's "Prevent updates to stack resources"."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from localcloud.cloudformation.errors import Refused, ValidationError

ACTIONS = ("Update:Modify", "Update:Replace", "Update:Delete", "Update:*")
KEYS = frozenset(["Sid", "Effect", "Action", "NotAction", "Principal", "Resource", "NotResource", "Condition"])
LIMIT = 16_384  # bytes of a policy


class Denied(Refused):
    """The stack's policy does not allow what an update is to do; the message is the resource's event's."""


def check(body: str) -> None:
    """Raise ValidationError, in AWS's one sentence for all of it, where `body` is no stack policy."""
    try:
        statements = json.loads(body)["Statement"]
        sound = all(_is_sound(statement) for statement in _many(statements))
    except (ValueError, TypeError, KeyError, AttributeError):
        sound = False
    if not sound or len(body.encode()) > LIMIT:
        raise ValidationError("Error validating stack policy: Invalid stack policy")


def _is_sound(statement: Mapping[str, Any]) -> bool:
    return (
        statement.keys() <= KEYS
        and statement["Effect"] in ("Allow", "Deny")
        and statement["Principal"] == "*"
        and ("Action" in statement) != ("NotAction" in statement)
        and ("Resource" in statement) != ("NotResource" in statement)
        and all(action in ACTIONS for action in _many(statement.get("Action", statement.get("NotAction"))))
        and all(isinstance(each, str) for each in _many(statement.get("Resource", statement.get("NotResource"))))
        and all(_is_condition(*each) for each in statement.get("Condition", {}).items())
    )


def _is_condition(operator: str, keys: Mapping[str, Any]) -> bool:
    return operator in ("StringEquals", "StringLike") and keys.keys() == {"ResourceType"}


def enforce(body: str | None, action: str, logical_id: str, type_name: str) -> None:
    """Raise Denied where the policy does not let an update do `action` ("Update:Modify" …) to the resource.

    Without a policy everything is allowed; with one, only what a statement allows and none denies.
    """
    if body is None:
        return
    statements = [
        (number, statement)
        for number, statement in enumerate(_many(json.loads(body)["Statement"]), start=1)
        if _applies(statement, action, logical_id, type_name)
    ]
    denying = [
        f"Statement [#{number}] does not allow [{_words(statement, 'Action')}] for resource "
        f"[{_words(statement, 'Resource')}];"
        for number, statement in statements
        if statement["Effect"] == "Deny"
    ]
    if denying:
        raise Denied("Action denied by stack policy: " + " ".join(denying))
    if not statements:
        raise Denied("Action not allowed by stack policy")


def _applies(statement: Mapping[str, Any], action: str, logical_id: str, type_name: str) -> bool:
    # Deleting and replacing are no ways of modifying: each of the three stands for itself.
    if not _named(statement, "Action", action) or not _named(statement, "Resource", f"LogicalResourceId/{logical_id}"):
        return False
    for operator, keys in statement.get("Condition", {}).items():
        types = _many(keys["ResourceType"])
        found = type_name in types if operator == "StringEquals" else _matches(types, type_name)
        if not found:
            return False
    return True


def _named(statement: Mapping[str, Any], key: str, value: str) -> bool:
    if key in statement:
        return _matches(_many(statement[key]), value)
    return not _matches(_many(statement[f"Not{key}"]), value)


def _matches(patterns: Iterable[str], value: str) -> bool:
    return any(fnmatchcase(value, pattern.replace("[", "[[]")) for pattern in patterns)


def _words(statement: Mapping[str, Any], key: str) -> str:
    return ", ".join(_many(statement.get(key, statement.get(f"Not{key}"))))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
