"""What there is: projects, stacks, and all of one stack; for people as tables, for programs as JSON."""

from __future__ import annotations

import datetime
import json
from typing import Any

from rich.text import Text

from builder import cloud, launch, machines, report, stacks
from builder.machines import Machine
from builder.stacks import Stack

GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


def stacks_running(as_json: bool = False) -> None:
    """Print every stack of ours: its state, age, branch@revision and its machines' addresses."""
    found = stacks.all_ours()
    by_stack: dict[str, list[Machine]] = {}
    for machine in machines.all_machines() if found else []:
        by_stack.setdefault(machine.stack, []).append(machine)
    if as_json:
        print(json.dumps([_plain(stack, by_stack.get(stack.name, [])) for stack in found], indent=2))
        return
    if not found:
        where = "on the local cloud" if cloud.is_local() else f"on AWS in {cloud.region()}"
        report.result(f"Nothing runs {where}. ./bldr aws_launch_instance launches something.")
        return
    rows = [_row(stack, by_stack.get(stack.name, [])) for stack in found]
    report.table(["stack", "state", "age", "address", "branch"], rows)


def describe(stack: Stack, as_json: bool = False) -> None:
    """Print one stack: state, tags, outputs, machines, resources."""
    found, resources = machines.of_stack(stack.name), stacks.resources(stack.name)
    if as_json:
        kinds = ("LogicalResourceId", "ResourceType", "PhysicalResourceId", "ResourceStatus")
        listed = [{kind: each.get(kind) for kind in kinds} for each in resources]
        print(json.dumps({**_plain(stack, found), "outputs": stack.outputs, "resources": listed}, indent=2))
        return
    report.out().print(Text.assemble((stack.name, "bold"), "  ", _state(stack, found), f"  {_age(stack)}"))
    if stack.reason:
        report.result(f"  {stack.reason}")
    for line in launch.where(stack):
        report.result(f"  {line}")
    for title, pairs in (("tags", stack.tags), ("outputs", stack.outputs)):
        report.result(f"\n{title}")
        report.table(["", ""], sorted(pairs.items()), header=False)
    report.result("\nresources")
    rows = [(r["LogicalResourceId"], _short(r["ResourceType"]), r.get("PhysicalResourceId", "")) for r in resources]
    report.table(["", "", ""], rows, header=False)


def _row(stack: Stack, found: list[Machine]) -> list[str | Text]:
    addresses = " ".join(machine.address or "-" for machine in found)
    branch = f"{stack.branch}@{(stack.revision or '')[:7]}" if stack.branch else ""
    return [stack.name, _state(stack, found), _age(stack), addresses, branch]


def _state(stack: Stack, found: list[Machine]) -> Text:
    if stack.status not in GOOD:
        words = stack.status.lower().replace("_", " ")
        return report.coloured(words, "busy" if stack.is_busy or stack.status == "REVIEW_IN_PROGRESS" else "bad")
    states = sorted({machine.state for machine in found}) or ["no machine"]
    return report.coloured(", ".join(states), "good" if states == ["running"] else "busy")


def _age(stack: Stack) -> str:
    return report.duration((datetime.datetime.now(datetime.UTC) - stack.created).total_seconds())


def _short(kind: str) -> str:
    return kind.removeprefix("AWS::")


def _plain(stack: Stack, found: list[Machine]) -> dict[str, Any]:
    return {
        "name": stack.name,
        "status": stack.status,
        "created": stack.created.isoformat(),
        "updated": stack.updated.isoformat() if stack.updated else None,
        "project": stack.project,
        "instance": stack.instance_id,
        "branch": stack.branch,
        "revision": stack.revision,
        "host": stack.outputs.get("Host"),
        "machines": [
            {"name": m.name, "id": m.instance_id, "state": m.state, "address": m.address, "private_ip": m.private_ip}
            for m in found
        ],
    }
