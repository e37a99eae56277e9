"""Launching an instance. Each step stands by itself: the same command goes on wherever an earlier one was stopped."""

from __future__ import annotations

import time
from collections.abc import Collection

from builder import ask, changes, cloud, code, events, highstate, machines, report, ssh, stacks, templates, tree, zones
from builder.errors import Failure, UsageError
from builder.pick import Target
from builder.stacks import Stack


def launch(target: Target, *, branch: str | None = None, yes: bool = False, converge: bool = True) -> None:
    """Create the stack of a new instance and, unless told not to, converge its machines; print where it is.

    UsageError when it was launched already. A launch that was interrupted, or whose highstate failed, is gone on with.
    """
    began = time.monotonic()
    made = templates.render(target.project, target.instance_id)
    standing = settled(target.stack, made.origin)
    if standing and (not converge or highstate.was_converged(standing)):
        raise UsageError(f"{target.stack} exists already", f"./bldr aws_update_instance {target.stack} updates it.")
    if standing:
        report.say(f"{target.stack}: its stack is there, its launch did not come to its end: going on")
        tree.upload()
    stack = standing or _create(target, made, branch, yes)
    if stack is None:
        report.say("Nothing was created.")
        return
    ask.remember_answer("stack", stack.name)
    if converge and machines.of_stack(stack.name):
        highstate.converge_all(stack, upload=False)
    _tell_where(stack, time.monotonic() - began)


def _create(target: Target, made: templates.Rendered, branch: str | None, yes: bool) -> Stack | None:
    """Upload what the machines will want, show the plan, ask, and create the stack; None when the user says no."""
    tree.upload()
    if made.project.subdomain:
        zones.ensure(made.project.domain)
    tags = {"Project": target.project, "Instance": target.instance_id, **code_tags(made, branch)}
    plan = changes.propose(target.stack, made.text, tags, parameters(made), creates=True)
    if plan is None:
        raise Failure(f"{target.stack}: its template has no resources: there is nothing to create")
    if not confirmed(plan, f"Create {target.stack}?", yes):
        return None
    return apply(plan, f"creating {target.stack}", made.origin)


def confirmed(plan: changes.Plan, question: str, yes: bool) -> bool:
    """Show a plan and ask; a plan that isn't wanted is taken back."""
    changes.show(plan)
    agreed = False
    try:
        agreed = ask.confirm(question, yes)
    finally:
        if not agreed:
            changes.discard(plan)
    return agreed


def apply(plan: changes.Plan, title: str, explain: events.Explain) -> Stack:
    """Execute a plan and follow it to its end. Failure says which resource failed, why, and where it comes from."""
    before = events.newest(plan.stack_id)
    changes.execute(plan)
    return events.follow(plan.stack_id, title, explain, after=before)


def code_tags(made: templates.Rendered, branch: str | None) -> dict[str, str]:
    """Branch and Revision of the project's code, uploaded; nothing for a project without code of its own."""
    if made.project.repo is None:
        if branch:
            raise UsageError(f"{made.project.name} has no repo in its description: there is no branch of it")
        return {}
    repository = code.Repository.of(made.project.repo)
    found = repository.branch(branch)
    repository.upload(made.project.name, found)
    report.say(f"  code: {found.name} at {found.revision[:10]}, {found.age}: {found.subject}", "quiet")
    return {"Branch": found.name, "Revision": found.revision}


def parameters(made: templates.Rendered, known: Collection[str] = ()) -> dict[str, str]:
    """Values for the parameters that the template declares and the stack doesn't have yet (`known`).

    The network is the account's default VPC unless the project says another.
    """
    wanted = set(made.parameters) - set(known)
    values: dict[str, str] = {}
    aws = made.project.aws
    if "BuilderBucket" in wanted:
        values["BuilderBucket"] = tree.ensure_bucket()
    if "Image" in wanted:
        values["Image"] = _newest_image()
    if "VpcId" in wanted:
        values["VpcId"] = aws.vpc_id or _default_vpc()
    if "SubnetIds" in wanted:
        values["SubnetIds"] = ",".join(aws.subnet_ids or _subnets(aws.vpc_id or _default_vpc()))
    return values


def _newest_image() -> str:
    """Debian 12's newest image; asked once, when a stack is created: an update keeps what its machines stand on."""
    from cloudformation.parameters import DEBIAN_12

    return str(cloud.client("ssm").get_parameter(Name=DEBIAN_12)["Parameter"]["Value"])


def _default_vpc() -> str:
    found = cloud.client("ec2").describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    if not found:
        raise UsageError(
            f"the account has no default VPC in {cloud.region()}: give the project vpc-id and subnet-ids, "
            "or make one with: aws ec2 create-default-vpc"
        )
    return str(found[0]["VpcId"])


def _subnets(vpc: str) -> list[str]:
    pages = (
        cloud.client("ec2").get_paginator("describe_subnets").paginate(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    )
    found = [each for page in pages for each in page["Subnets"]]
    if not found:
        raise UsageError(f"{vpc} has no subnets: give the project vpc-id and subnet-ids of another one")
    return [each["SubnetId"] for each in sorted(found, key=lambda each: each["AvailabilityZone"])]


def settled(name: str, explain: events.Explain) -> Stack | None:
    """The stack as it stands once whatever is under way has ended, and what failed launches left is cleared away."""
    stack = stacks.find(name)
    if stack and not stack.is_ours:
        raise UsageError(f"there is a stack {name} that was not made by ./bldr: choose another instance id")
    if stack and stack.status == "CREATE_IN_PROGRESS":
        report.say(f"{name} is being created already: following that")
        return events.follow(stack.id, f"creating {name}", explain)
    if stack and stack.is_busy and stack.status.startswith("UPDATE"):
        raise UsageError(f"{name} exists already and is being updated just now ({stack.status})")
    if stack and stack.is_busy:
        report.say(f"{name} is still on its way out ({stack.status}): waiting for that")
        stack = _gone_or_left(stack)
    if stack and stack.status in stacks.LEFT_OVER:
        report.say(f"{name} is what a failed launch left ({stack.status}): deleting it first")
        cloud.client("cloudformation").delete_stack(StackName=stack.id)
        events.follow(stack.id, f"deleting {name}")
        return None
    if stack and stack.status == "REVIEW_IN_PROGRESS":  # a plan that was never agreed to: the new one takes its place
        return None
    return stack


def _gone_or_left(stack: Stack) -> Stack | None:
    try:
        events.follow(stack.id, f"waiting for {stack.name}")
    except Failure:
        return stacks.find(stack.name)  # rolled back: it stays as a record
    return None


def _tell_where(stack: Stack, seconds: float) -> None:
    report.result(f"{stack.name} is there ({report.duration(seconds)})")
    for line in where(stack):
        report.result(f"  {line}")


def where(stack: Stack) -> list[str]:
    """How to reach an instance: its URL where it serves one, and the ssh command."""
    lines = []
    if host := stack.outputs.get("Host"):
        lines.append(f"http://{host}/")
    found = machines.of_stack(stack.name)
    lines += [f"./bldr ssh {machine.name}    {ssh.USER}@{machine.address}" for machine in found]
    return lines
