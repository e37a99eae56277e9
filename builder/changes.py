"""What a template would change, before it does: CloudFormation's own change set, shown as a plan, then executed."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from builder import cloud, report, stacks
from builder.differences import differences
from builder.errors import Failure

NOTHING = ("didn't contain changes", "No updates are to be performed")
SIGNS = {
    "add": ("+", "new", "create"),
    "modify": ("~", "change", "change"),
    "replace": ("±", "bad", "replace"),
    "remove": ("-", "gone", "remove"),
    "import": ("=", "quiet", "take over as it is"),
}


@dataclass(frozen=True)
class Edit:
    """One property of a resource: its path, and its value before and after where CloudFormation tells them."""

    path: str
    before: str | None
    after: str | None
    recreates: bool = False


@dataclass(frozen=True)
class Change:
    """One resource of a plan; `kind` is a key of SIGNS."""

    kind: str
    logical_id: str
    type: str
    edits: tuple[Edit, ...] = ()

    @property
    def only_tags(self) -> bool:
        return self.kind == "modify" and all(edit.path.split(".")[0] == "Tags" for edit in self.edits)


@dataclass(frozen=True)
class Plan:
    """A change set that waits to be executed."""

    id: str
    stack_name: str
    stack_id: str
    creates_stack: bool
    changes: tuple[Change, ...]


def propose(
    stack_name: str,
    template: str,
    tags: Mapping[str, str],
    parameters: Mapping[str, str],
    kept_parameters: tuple[str, ...] = (),
    creates: bool = False,
    imports: Sequence[Mapping[str, Any]] = (),
) -> Plan | None:
    """Ask CloudFormation what `template` (JSON text) would change; None when nothing.

    `creates` says that the stack is a new one. `kept_parameters` keep the values that the stack has. `imports`
    (ResourcesToImport) are there already and become the stack's; nothing else may change then. Failure when
    CloudFormation refuses the template.
    """
    client = cloud.client("cloudformation")
    given: list[dict[str, Any]] = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    given += [{"ParameterKey": key, "UsePreviousValue": True} for key in kept_parameters]
    try:
        made = client.create_change_set(
            StackName=stack_name,
            ChangeSetName=f"bldr-{time.strftime('%Y%m%d%H%M%S')}-{secrets.token_hex(3)}",
            ChangeSetType="IMPORT" if imports else "CREATE" if creates else "UPDATE",
            Parameters=given,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
            **({"ResourcesToImport": list(imports)} if imports else {}),
            **_body(template, stack_name),
        )
    except client.exceptions.ClientError as error:
        if creates and "already exists" in str(error):
            raise Failure(
                f"{stack_name}: somebody began to create it just now", "The same command follows that."
            ) from None
        raise
    said = _when_ready(made["Id"])
    if said["Status"] == "FAILED":
        client.delete_change_set(ChangeSetName=made["Id"])
        reason = said.get("StatusReason", "")
        if any(words in reason for words in NOTHING):
            return None
        if creates:
            client.delete_stack(StackName=made["StackId"])
        raise Failure(f"{stack_name}: CloudFormation refuses the template: {reason or 'it gives no reason'}")
    return Plan(made["Id"], stack_name, made["StackId"], creates, tuple(_changes(said)))


def execute(plan: Plan) -> None:
    """Have CloudFormation carry a plan out; events.follow watches it."""
    cloud.client("cloudformation").execute_change_set(ChangeSetName=plan.id)


def discard(plan: Plan) -> None:
    """Take a plan back, and the empty stack that a plan for a new one stands in."""
    client = cloud.client("cloudformation")
    client.delete_change_set(ChangeSetName=plan.id)
    if plan.creates_stack and not client.list_change_sets(StackName=plan.stack_id)["Summaries"]:
        stack = stacks.find(plan.stack_id)
        if stack and stack.status == "REVIEW_IN_PROGRESS":  # nobody else has executed a plan of his own meanwhile
            client.delete_stack(StackName=plan.stack_id)


def show(plan: Plan) -> None:
    """Print a plan: + create, ~ change with old → new, ± replace, - remove."""
    tagged = [change for change in plan.changes if change.only_tags]
    for change in plan.changes:
        if change not in tagged:
            _show(change)
    if tagged:
        news = sorted({news for change in tagged for edit in change.edits for news in _tag_news(edit)})
        report.say(f"  ~ tags of {_count(len(tagged))}{': ' if news else ''}{', '.join(news)}", "change")
    counts = {kind: sum(change.kind == kind for change in plan.changes) for kind in SIGNS}
    summary = ", ".join(f"{count} to {SIGNS[kind][2]}" for kind, count in counts.items() if count)
    report.say(f"  {plan.stack_name}: {summary or 'nothing but the stack itself changes'}")


def _show(change: Change) -> None:
    sign, style, _ = SIGNS[change.kind]
    line = Text.assemble((f"  {sign} {change.logical_id:24} ", report.COLOURS[style]), (change.type, "dim"))
    report.err().print(line)
    for edit in change.edits:
        first, *more = differences(edit.path, edit.before, edit.after)
        report.say(f"      {first}{'  (makes it anew)' if edit.recreates else ''}", "gone" if edit.recreates else None)
        for each in more:
            report.say(f"      {each}")


def _tag_news(edit: Edit) -> list[str]:
    """`Revision e8443353c0 → a2cf073632` for each tag that differs, as far as CloudFormation tells values."""
    before, after = _tags(edit.before), _tags(edit.after)
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return [f"{name} {_brief(before.get(name))} → {_brief(after.get(name))}" for name in changed]


def _tags(value: str | None) -> dict[str, str]:
    try:
        said = json.loads(value or "[]")
        return {tag["Key"]: tag["Value"] for tag in said}
    except (ValueError, TypeError, KeyError):  # values that are no list of tags
        return {}


def _brief(value: str | None) -> str:
    """A tag's value; a commit's hash by its first ten characters, as git shows it."""
    if value is None:
        return "(none)"
    return value[:10] if re.fullmatch(r"[0-9a-f]{40}", value) else value


def _count(number: int) -> str:
    return "1 resource" if number == 1 else f"{number} resources"


def _body(template: str, stack_name: str) -> dict[str, str]:
    # CloudFormation takes 51,200 bytes with the request, and up to 1 MB from a bucket.
    if len(template.encode()) <= 51_200:
        return {"TemplateBody": template}
    bucket, key = cloud.builder_bucket(), f"stacks/{stack_name}/template.json"
    client = cloud.client("s3")
    client.put_object(Bucket=bucket, Key=key, Body=template.encode())
    return {"TemplateURL": client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})}


def _when_ready(change_set: str) -> dict[str, Any]:
    client = cloud.client("cloudformation")
    pause = 0.05
    while True:
        said: dict[str, Any] = client.describe_change_set(ChangeSetName=change_set, IncludePropertyValues=True)
        if said["Status"] in ("CREATE_COMPLETE", "FAILED"):
            break
        time.sleep(pause)
        pause = min(pause * 2, 2)
    while token := said.get("NextToken"):
        page = client.describe_change_set(ChangeSetName=change_set, IncludePropertyValues=True, NextToken=token)
        said["Changes"] += page["Changes"]
        said["NextToken"] = page.get("NextToken")
    return said


def _changes(said: dict[str, Any]) -> list[Change]:
    found = [_change(each["ResourceChange"]) for each in said.get("Changes", []) if "ResourceChange" in each]
    return sorted(found, key=lambda change: (list(SIGNS).index(change.kind), change.logical_id))


def _change(said: dict[str, Any]) -> Change:
    kind = {"Add": "add", "Remove": "remove", "Import": "import"}.get(said["Action"], "modify")
    if kind == "modify" and said.get("Replacement") == "True":
        kind = "replace"
    edits = {edit.path: edit for edit in map(_edit, said.get("Details", []))} if kind in ("modify", "replace") else {}
    return Change(kind, said["LogicalResourceId"], said["ResourceType"], tuple(edits.values()))


def _edit(said: dict[str, Any]) -> Edit:
    target = said["Target"]
    path = target.get("Path", "").removeprefix("/Properties/").replace("/", ".")
    path = path or ".".join(filter(None, (target.get("Name"),))) or target["Attribute"]
    if target["Attribute"] == "Tags" and not path.startswith("Tags"):
        path = f"Tags.{path}"
    recreates = target.get("RequiresRecreation") == "Always"
    return Edit(path, target.get("BeforeValue"), target.get("AfterValue"), recreates)
