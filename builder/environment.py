"""What an environment's machines share, made and kept up to date as one stack: buckets, queues, and the SWF domain.

projects/environment.yaml describes it; the environment's prefix, as in `ct-incoming-queue`, names it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder import adoption, changes, launch, names, notifications, report
from builder.errors import UsageError
from builder.projects.mistakes import Mistakes
from builder.projects.reader import Reader
from builder.projects.source import Mapping, find, read
from builder.stacks import Stack
from cloudformation.consistency import contradictions
from cloudformation.description import Aws, Environment, Names

FILE = Path(__file__).resolve().parent.parent / "projects/environment.yaml"
SHOWN = "projects/environment.yaml"
PROJECT = "continuum-resources"  # the stack's tag Project, and the first part of its name


@dataclass(frozen=True)
class Described:
    """One environment: its names, what the file says, its stack's template as JSON, and the lines behind it."""

    prefix: str
    names: Names
    content: Environment
    template: str
    source: Mapping

    def origin(self, logical_id: str, kind: str) -> str:
        """Where a resource comes from: `projects/environment.yaml:7 (s3.elife-production-final)`."""
        section = "s3" if kind.startswith("AWS::S3::") else "sqs"
        listed = find(self.source, [section])
        known = listed.entries if isinstance(listed, Mapping) else {}
        letters = logical_id.lower()
        node = next((each for key, each in known.items() if key.replace("-", "") in letters), listed)
        return f"{node.origin} ({node.origin.key})"


def described(prefix: str) -> Described:
    """The environment of that prefix ('' is production's). UsageError naming what is wrong with prefix or file."""
    if prefix == names.PRODUCTION:
        raise UsageError("production has no prefix: give an empty one, -p ''")
    if prefix and not names.is_instance_id(prefix):
        raise UsageError(f"{prefix!r} is no prefix: a prefix has small letters, digits and single hyphens inside")
    mistakes = Mistakes()
    source = read(FILE, SHOWN, mistakes)
    content = Reader(mistakes).read(source, Environment) if source else None
    if source and content:
        for place, what in contradictions(Aws(s3=content.s3, sqs=content.sqs)):
            mistakes.add(find(source, place).origin, what)
    mistakes.raise_if_any()
    assert source and content  # else there were mistakes
    try:
        called = _names(prefix, content)
    except UsageError as error:
        raise UsageError(error.message, "choose a shorter prefix") from None
    from cloudformation.environment import environment  # troposphere costs 60 ms: after what may be wrong

    return Described(prefix, called, content, environment(content, called), source)


def _names(prefix: str, content: Environment) -> Names:
    return Names(
        stack=names.stack(PROJECT, prefix or names.PRODUCTION),
        project=PROJECT,
        nodes=(),
        host=None,
        zone="",
        swf_domain=names.swf_domain(prefix),
        buckets={name: names.bucket(prefix, name) for name in content.s3},
        queues={name: names.queue(prefix, name) for name in content.sqs},
    )


def create(prefix: str, *, dry_run: bool = False, yes: bool = False) -> None:
    """Make an environment's buckets, queues and SWF domain; of what is there already, change only what differs.

    Shows what it would do and asks; with `dry_run` it shows it and does nothing. What was made by hand under one of the
    names becomes the stack's as it is, and is then brought to what the file says.
    """
    wanted = described(prefix)
    stack = launch.settled(wanted.names.stack, wanted.origin)
    found = adoption.found(wanted.template, stack)
    for each in found:
        report.say(f"  = {each.name} exists, outside of this stack", "quiet")
    agreed = not found or _taken_over(wanted, stack, found, dry_run, yes)
    if agreed and not (found and dry_run):
        stack = launch.settled(wanted.names.stack, wanted.origin)
        agreed = _brought_about(wanted, stack, dry_run, yes)
    if not agreed:
        report.say("Nothing was changed.")
        return
    if stack or not dry_run:
        notifications.ensure(wanted.content, wanted.names, dry_run)
    _domain(wanted.names.swf_domain, dry_run)
    if not dry_run:
        _tell(wanted.names)


def _taken_over(wanted: Described, stack: Stack | None, found: list[adoption.Found], dry_run: bool, yes: bool) -> bool:
    template = adoption.template(found, stack)
    imports = [each.asked for each in found]
    plan = changes.propose(
        wanted.names.stack, template, _tags(wanted.prefix), {}, creates=stack is None, imports=imports
    )
    assert plan is not None  # there is something to import
    if dry_run:
        changes.show(plan)
        changes.discard(plan)
        report.say("  the rest would be made, and these be brought to what the file says")
        return True
    if not launch.confirmed(plan, f"Take these over into {wanted.names.stack}?", yes):
        return False
    launch.apply(plan, f"taking over what exists into {wanted.names.stack}", wanted.origin)
    return True


def _brought_about(wanted: Described, stack: Stack | None, dry_run: bool, yes: bool) -> bool:
    """The stack as the file says; False where the user says no."""
    name = wanted.names.stack
    plan = changes.propose(name, wanted.template, _tags(wanted.prefix), {}, creates=stack is None)
    if plan is None:
        report.say(f"  = {name}: its buckets and queues are there, and as they should be")
        return True
    if dry_run:
        changes.show(plan)
        changes.discard(plan)
        return True
    verb = "Create" if stack is None else "Change"
    if not launch.confirmed(plan, f"{verb} {name}?", yes):
        return False
    launch.apply(plan, f"{'creating' if stack is None else 'updating'} {name}", wanted.origin)
    return True


def _tags(prefix: str) -> dict[str, str]:
    return {"Project": PROJECT, "Instance": prefix or names.PRODUCTION}


def _domain(name: str, dry_run: bool) -> None:
    """The SWF domain: CloudFormation has no type for it."""
    from builder import cloud

    client: Any = cloud.client("swf")
    try:
        status = client.describe_domain(name=name)["domainInfo"]["status"]
    except client.exceptions.UnknownResourceFault:
        status = ""
    if status == "REGISTERED":
        report.say(f"  = SWF domain {name} exists")
        return
    report.say(f"  + SWF domain {name}", "new")
    if dry_run:
        return
    if status:
        client.undeprecate_domain(name=name)
        return
    # As bot/register.py would, which may come first.
    client.register_domain(name=name, description="eLife Continuum", workflowExecutionRetentionPeriodInDays="30")


def _tell(called: Names) -> None:
    report.result(f"{called.stack} is there")
    for name in called.buckets.values():
        report.result(f"  bucket      {name}")
    for name in called.queues.values():
        report.result(f"  queue       {name}")
    report.result(f"  SWF domain  {called.swf_domain}")
