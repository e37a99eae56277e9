"""Which executions there are: listed and counted by time, type, tag, workflow id and close status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localcloud.swf import executions, pages
from localcloud.swf.calls.table import Asked, call, domain_row
from localcloud.swf.faults import invalid
from localcloud.swf.store import Change

EXCLUSIVE = ("executionFilter", "typeFilter", "tagFilter", "closeStatusFilter")


@dataclass(frozen=True)
class Query:
    """A WHERE clause over `executions e`, its values, and the time that orders the result: `started` or `closed`.

    `of` is the table whose indexes lead to the rows: `e`, or `t`, its tags.
    """

    source: str
    where: str
    values: list[Any]
    of: str
    time: str


@call
def list_open_workflow_executions(change: Change, asked: Asked) -> dict[str, Any]:
    return _listed(change, asked, _query(change, asked, is_open=True))


@call
def list_closed_workflow_executions(change: Change, asked: Asked) -> dict[str, Any]:
    return _listed(change, asked, _query(change, asked, is_open=False))


@call
def count_open_workflow_executions(change: Change, asked: Asked) -> dict[str, Any]:
    return _counted(change, _query(change, asked, is_open=True))


@call
def count_closed_workflow_executions(change: Change, asked: Asked) -> dict[str, Any]:
    return _counted(change, _query(change, asked, is_open=False))


def _query(change: Change, asked: Asked, *, is_open: bool) -> Query:
    domain_row(change, asked["domain"])
    time, filter_ = _time(asked)
    further, more = _filter(asked)
    source, of = "executions e", "e"
    if asked.get("tagFilter"):
        # CROSS JOIN keeps the order of the tables: first those with the tag, then each of them by its number.
        source, of = "tagged t CROSS JOIN executions e ON e.number = t.number", "t"
    where = [f"{of}.closed IS {'' if is_open else 'NOT '}NULL", f"{of}.domain = ?", f"{of}.{time} >= ?"]
    values: list[Any] = [asked["domain"], filter_["oldestDate"]]
    if filter_.get("latestDate") is not None:
        where.append(f"{of}.{time} <= ?")
        values.append(filter_["latestDate"])
    return Query(source, " AND ".join(where + further), values + more, of, time)


def _time(asked: Asked) -> tuple[str, dict[str, Any]]:
    started, closed = asked.get("startTimeFilter"), asked.get("closeTimeFilter")
    if started is None and closed is None:
        raise invalid("Must specify time filter")
    if started is not None and closed is not None:
        raise invalid("Cannot specify both a startTimeFilter and a closeTimeFilter")
    time, filter_ = ("started", started) if started is not None else ("closed", closed)
    assert filter_ is not None
    if filter_.get("latestDate") is not None and filter_["latestDate"] < filter_["oldestDate"]:
        raise invalid("latestDate must not be before oldestDate")
    return time, filter_


def _filter(asked: Asked) -> tuple[list[str], list[Any]]:
    given = [name for name in EXCLUSIVE if asked.get(name) is not None]
    if len(given) > 1:
        raise invalid(f"Cannot specify more than one exclusive filters in the same query: [{', '.join(given)}]")
    if not given:
        return [], []
    wanted = asked[given[0]]
    if given[0] == "executionFilter":
        return ["e.workflow_id = ?"], [wanted["workflowId"]]
    if given[0] == "tagFilter":
        return ["t.tag = ?"], [wanted["tag"]]
    if given[0] == "closeStatusFilter":
        return ["e.close_status = ?"], [wanted["status"]]
    if wanted.get("version"):
        return ["e.type_name = ?", "e.type_version = ?"], [wanted["name"], wanted["version"]]
    return ["e.type_name = ?"], [wanted["name"]]


def _listed(change: Change, asked: Asked, query: Query) -> dict[str, Any]:
    """Newest first, unless reversed."""
    most, after = pages.size(asked), pages.place(asked.get("nextPageToken"))
    forwards = bool(asked.get("reverseOrder"))
    where, values = query.where, list(query.values)
    if after is not None:
        if not (isinstance(after, list) and len(after) == 2):
            raise invalid("Invalid token")
        where += f" AND ({query.of}.{query.time}, {query.of}.number) {'>' if forwards else '<'} (?,?)"
        values += after
    order = "ASC" if forwards else "DESC"
    rows = change.rows(
        f"SELECT e.* FROM {query.source} WHERE {where} "
        f"ORDER BY {query.of}.{query.time} {order}, {query.of}.number {order} LIMIT ?",
        *values, most + 1,
    )  # fmt: skip
    shown, more = pages.cut(rows, most)
    answer: dict[str, Any] = {"executionInfos": [executions.info(executions.from_row(row)) for row in shown]}
    if more:
        answer["nextPageToken"] = pages.token([shown[-1][query.time], shown[-1]["number"]])
    return answer


def _counted(change: Change, query: Query) -> dict[str, Any]:
    most = change.limits.counted
    row = change.row(
        f"SELECT COUNT(*) AS n FROM (SELECT 1 FROM {query.source} WHERE {query.where} LIMIT ?)", *query.values, most + 1
    )
    return {"count": min(row["n"], most), "truncated": row["n"] > most}
