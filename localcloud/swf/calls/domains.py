"""Domains and their tags."""

from __future__ import annotations

import json
from typing import Any

from localcloud.home import ACCOUNT, REGION
from localcloud.swf import pages
from localcloud.swf.calls.table import Asked, call, domain_row
from localcloud.swf.faults import fault, invalid, unknown
from localcloud.swf.store import Change
from localcloud.text import text

ARN = f"arn:aws:swf:{REGION}:{ACCOUNT}:/domain/"


@call
def register_domain(change: Change, asked: Asked) -> None:
    name, retention = asked["name"], asked["workflowExecutionRetentionPeriodInDays"]
    if change.row("SELECT 1 FROM domains WHERE name=?", name):
        raise fault("DomainAlreadyExists", name)
    known = change.row("SELECT COUNT(*) AS n FROM domains")["n"]
    if known >= change.limits.domains:
        raise fault("LimitExceeded", f"The account has {known} domains, and may have no more")
    tags = {tag["key"]: tag.get("value", "") for tag in asked.get("tags") or []}
    _check_tags(change, tags)
    change.run(
        "INSERT INTO domains (name, status, description, retention, tags) VALUES (?,'REGISTERED',?,?,?)",
        name, asked.get("description"), retention, text(tags),
    )  # fmt: skip


@call
def deprecate_domain(change: Change, asked: Asked) -> None:
    """Its types are deprecated with it; what runs goes on."""
    if domain_row(change, asked["name"])["status"] == "DEPRECATED":
        raise fault("DomainDeprecated", asked["name"])
    change.run("UPDATE domains SET status='DEPRECATED' WHERE name=?", asked["name"])
    where = "domain=? AND status='REGISTERED'"
    change.run(f"UPDATE types SET status='DEPRECATED', deprecated=? WHERE {where}", change.now, asked["name"])


@call
def undeprecate_domain(change: Change, asked: Asked) -> None:
    if domain_row(change, asked["name"])["status"] == "REGISTERED":
        raise fault("DomainAlreadyExists", asked["name"])
    change.run("UPDATE domains SET status='REGISTERED' WHERE name=?", asked["name"])


@call
def describe_domain(change: Change, asked: Asked) -> dict[str, Any]:
    row = domain_row(change, asked["name"])
    return {
        "domainInfo": _info(row),
        "configuration": {"workflowExecutionRetentionPeriodInDays": row["retention"]},
    }


@call
def list_domains(change: Change, asked: Asked) -> dict[str, Any]:
    most, after = pages.size(asked), pages.place(asked.get("nextPageToken"))
    back = bool(asked.get("reverseOrder"))
    if after is not None and not isinstance(after, str):
        raise invalid("Invalid token")
    further = "" if after is None else f" AND name {'<' if back else '>'} ?"
    rows = change.rows(
        f"SELECT * FROM domains WHERE status=?{further} ORDER BY name {'DESC' if back else 'ASC'} LIMIT ?",
        asked["registrationStatus"], *([] if after is None else [after]), most + 1,
    )  # fmt: skip
    shown, more = pages.cut(rows, most)
    answer: dict[str, Any] = {"domainInfos": [_info(row) for row in shown]}
    return {**answer, "nextPageToken": pages.token(shown[-1]["name"])} if more else answer


@call
def tag_resource(change: Change, asked: Asked) -> None:
    row = _by_arn(change, asked)
    tags = json.loads(row["tags"]) | {tag["key"]: tag.get("value", "") for tag in asked["tags"]}
    _check_tags(change, tags)
    change.run("UPDATE domains SET tags=? WHERE name=?", text(tags), row["name"])


@call
def untag_resource(change: Change, asked: Asked) -> None:
    row = _by_arn(change, asked)
    tags = {key: value for key, value in json.loads(row["tags"]).items() if key not in asked["tagKeys"]}
    change.run("UPDATE domains SET tags=? WHERE name=?", text(tags), row["name"])


@call
def list_tags_for_resource(change: Change, asked: Asked) -> dict[str, Any]:
    tags = json.loads(_by_arn(change, asked)["tags"])
    return {"tags": [{"key": key, "value": value} for key, value in tags.items()]}


def _check_tags(change: Change, tags: dict[str, str]) -> None:
    if len(tags) > change.limits.tags:
        raise fault("TooManyTags", f"A domain has at most {change.limits.tags} tags")


def _by_arn(change: Change, asked: Asked) -> Any:
    if not asked["resourceArn"].startswith(ARN):
        raise unknown(f"resource: {asked['resourceArn']}")
    return domain_row(change, asked["resourceArn"].removeprefix(ARN))


def _info(row: Any) -> dict[str, Any]:
    shown = {"name": row["name"], "status": row["status"], "arn": ARN + row["name"]}
    return shown if row["description"] is None else {**shown, "description": row["description"]}
