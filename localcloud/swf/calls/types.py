"""Workflow types and activity types: the same six actions twice."""

from __future__ import annotations

from typing import Any

from localcloud.swf import pages, registry
from localcloud.swf.calls.table import CALLS, Asked, Call, domain_row, usable_domain
from localcloud.swf.faults import invalid
from localcloud.swf.store import Change


def _actions(kind: str) -> dict[str, Call]:
    """The actions of WorkflowType or ActivityType."""
    key = kind[0].lower() + kind[1:]

    def register(change: Change, asked: Asked) -> None:
        usable_domain(change, asked["domain"])
        registry.register(change, kind, asked)

    def deprecate(change: Change, asked: Asked) -> None:
        domain_row(change, asked["domain"])
        registry.deprecate(change, kind, asked["domain"], asked[key])

    def undeprecate(change: Change, asked: Asked) -> None:
        usable_domain(change, asked["domain"])
        registry.undeprecate(change, kind, asked["domain"], asked[key])

    def delete(change: Change, asked: Asked) -> None:
        domain_row(change, asked["domain"])
        registry.delete(change, kind, asked["domain"], asked[key])

    def describe(change: Change, asked: Asked) -> dict[str, Any]:
        domain_row(change, asked["domain"])
        row = registry.get(change, kind, asked["domain"], asked[key])
        return {"typeInfo": registry.info(row), "configuration": registry.defaults(row)}

    def listed(change: Change, asked: Asked) -> dict[str, Any]:
        domain_row(change, asked["domain"])
        most, after = pages.size(asked), pages.place(asked.get("nextPageToken"))
        if after is not None and not (isinstance(after, list) and len(after) == 2):
            raise invalid("Invalid token")
        shown, more = pages.cut(registry.listed(change, kind, asked, after, most + 1), most)
        answer: dict[str, Any] = {"typeInfos": [registry.info(row) for row in shown]}
        return {**answer, "nextPageToken": pages.token([shown[-1]["name"], shown[-1]["version"]])} if more else answer

    return {
        f"Register{kind}": register,
        f"Deprecate{kind}": deprecate,
        f"Undeprecate{kind}": undeprecate,
        f"Delete{kind}": delete,
        f"Describe{kind}": describe,
        f"List{kind}s": listed,
    }


CALLS.update(_actions("WorkflowType"))
CALLS.update(_actions("ActivityType"))
