"""Bringing an instance up to date: its template, its branch's newest commit, the newest Salt tree."""

from __future__ import annotations

from builder import ask, changes, environment, events, highstate, launch, machines, report, stacks, templates
from builder.errors import Failure, UsageError
from builder.stacks import Stack


def update_instance(stack: Stack, *, branch: str | None = None, yes: bool = False) -> None:
    """Update a stack and converge its machines, even where nothing but Salt's tree or the code is new."""
    updated = update_stack(stack, branch=branch, yes=yes, code=True)
    if updated is None:
        return
    ask.remember_answer("stack", stack.name)
    if machines.of_stack(stack.name):
        highstate.converge_all(updated)
    for line in launch.where(updated):
        report.result(f"  {line}")


def update_stack(stack: Stack, *, branch: str | None = None, yes: bool = False, code: bool = False) -> Stack | None:
    """Apply what changed in the project's description (with `code` also the branch's newest commit): shown, asked for.

    The stack as it is then, None when the user says no. When it fails, CloudFormation goes back by itself.
    """
    if stack.project == environment.PROJECT:
        raise UsageError(f"{stack.name} is no instance of a project", "python create_s3_resources.py -p … updates it.")
    made = templates.render(stack.project, stack.instance_id)
    stack = _settled(stack, made)
    tags = {name: value for name, value in stack.tags.items() if not name.startswith("aws:")}
    if code:
        tags |= launch.code_tags(made, branch or stack.branch)
    given = tuple(name for name in made.parameters if name in stack.parameters)
    new = launch.parameters(made, known=stack.parameters)
    plan = changes.propose(stack.name, made.text, tags, new, kept_parameters=given)
    if plan is None:
        report.say(f"{stack.name}: its stack is up to date, nothing to change")
        return stack
    # A newer commit is what was asked for: it shows as tags, and needs no second yes.
    only_code = all(change.only_tags for change in plan.changes)
    if not launch.confirmed(plan, f"Change {stack.name}?", yes or only_code):
        report.say("Nothing was changed.")
        return None
    return launch.apply(plan, f"updating {stack.name}", made.origin)


def _settled(stack: Stack, made: templates.Rendered) -> Stack:
    """The stack once an operation under way has ended. UsageError when there is nothing that could be updated."""
    if stack.is_busy:
        report.say(f"{stack.name} is being worked on already ({stack.status}): following that first")
        try:
            stack = events.follow(stack.id, f"following {stack.name}", made.origin)
        except Failure:
            stack = stacks.get(stack.name)
    if stack.status == "UPDATE_ROLLBACK_FAILED":
        raise Failure(
            f"{stack.name} could not go back after a failed update ({stack.reason}). Put right what that says, then: "
            f"aws cloudformation continue-update-rollback --stack-name {stack.name}"
        )
    if not stack.exists:
        raise UsageError(
            f"{stack.name} was never launched to its end ({stack.status}): "
            f"./bldr aws_launch_instance {stack.project} {stack.instance_id}"
        )
    return stack
