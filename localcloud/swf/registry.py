"""Workflow types and activity types: what is registered, and with which defaults."""

from __future__ import annotations

import json
from typing import Any

from localcloud.swf.faults import fault, type_text, unknown
from localcloud.swf.store import Change
from localcloud.text import text


def find(change: Change, kind: str, domain: str, type_: dict[str, Any]) -> Any:
    """The row of a type, or None. `kind` is WorkflowType or ActivityType, as SWF names them."""
    return change.row(
        "SELECT * FROM types WHERE kind=? AND domain=? AND name=? AND version=?",
        kind, domain, type_["name"], type_["version"],
    )  # fmt: skip


def get(change: Change, kind: str, domain: str, type_: dict[str, Any]) -> Any:
    """The row of a type. Raises UnknownResourceFault."""
    row = find(change, kind, domain, type_)
    if row is None:
        raise unknown(f"type: {type_text(kind, type_)}")
    return row


def defaults(row: Any) -> dict[str, Any]:
    """What a type was registered with, on the wire: `defaultTaskList` and so on."""
    return dict(json.loads(row["defaults"]))


def register(change: Change, kind: str, asked: dict[str, Any]) -> None:
    if find(change, kind, asked["domain"], asked) is not None:
        raise fault("TypeAlreadyExists", type_text(kind, asked))
    known = change.row("SELECT COUNT(*) AS n FROM types WHERE kind=? AND domain=?", kind, asked["domain"])["n"]
    if known >= change.limits.types:
        raise fault("LimitExceeded", f"The domain {asked['domain']} has {known} {kind}s, and may have no more")
    values = {key: value for key, value in asked.items() if key.startswith("default") and value is not None}
    change.run(
        "INSERT INTO types VALUES (?,?,?,?,'REGISTERED',?,NULL,?,?)",
        kind, asked["domain"], asked["name"], asked["version"], change.now, asked.get("description"),
        text(values),
    )  # fmt: skip


def deprecate(change: Change, kind: str, domain: str, type_: dict[str, Any]) -> None:
    if get(change, kind, domain, type_)["status"] == "DEPRECATED":
        raise fault("TypeDeprecated", type_text(kind, type_))
    _set_status(change, kind, domain, type_, "DEPRECATED", change.now)


def undeprecate(change: Change, kind: str, domain: str, type_: dict[str, Any]) -> None:
    if get(change, kind, domain, type_)["status"] == "REGISTERED":
        raise fault("TypeAlreadyExists", type_text(kind, type_))
    _set_status(change, kind, domain, type_, "REGISTERED", None)


def delete(change: Change, kind: str, domain: str, type_: dict[str, Any]) -> None:
    if get(change, kind, domain, type_)["status"] == "REGISTERED":
        raise fault("TypeNotDeprecated", type_text(kind, type_))
    change.run(
        "DELETE FROM types WHERE kind=? AND domain=? AND name=? AND version=?",
        kind, domain, type_["name"], type_["version"],
    )  # fmt: skip


def _set_status(
    change: Change, kind: str, domain: str, type_: dict[str, Any], status: str, deprecated: float | None
) -> None:
    change.run(
        "UPDATE types SET status=?, deprecated=? WHERE kind=? AND domain=? AND name=? AND version=?",
        status, deprecated, kind, domain, type_["name"], type_["version"],
    )  # fmt: skip


def info(row: Any) -> dict[str, Any]:
    """WorkflowTypeInfo or ActivityTypeInfo."""
    kind = row["kind"]
    shown = {
        kind[0].lower() + kind[1:]: {"name": row["name"], "version": row["version"]},
        "status": row["status"],
        "creationDate": row["created"],
    }
    if row["description"] is not None:
        shown["description"] = row["description"]
    if row["deprecated"] is not None:
        shown["deprecationDate"] = row["deprecated"]
    return shown


def listed(change: Change, kind: str, asked: dict[str, Any], after: list[str] | None, most: int) -> list[Any]:
    """Rows of types by name and version, beginning after (name, version)."""
    back = bool(asked.get("reverseOrder"))
    where, values = "", []
    if asked.get("name"):
        where, values = " AND name=?", [asked["name"]]
    if after:
        where, values = f"{where} AND (name, version) {'<' if back else '>'} (?,?)", [*values, *after]
    order = "DESC" if back else "ASC"
    return change.rows(
        f"SELECT * FROM types WHERE kind=? AND domain=? AND status=?{where} "
        f"ORDER BY name {order}, version {order} LIMIT ?",
        kind, asked["domain"], asked["registrationStatus"], *values, most,
    )  # fmt: skip
