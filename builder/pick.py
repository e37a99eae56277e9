"""Which project, instance, stack or machine is meant: as the arguments say, or asked for as the seed asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder import ask, names
from builder.errors import UsageError
from builder.templates import known

if TYPE_CHECKING:
    from builder.machines import Machine
    from builder.stacks import Stack

PROJECT, STACK = "project", "stack"  # what answers.json calls the last choice


@dataclass(frozen=True)
class Target:
    """A project and an instance id, both known to be good."""

    project: str
    instance_id: str

    @property
    def stack(self) -> str:
        return names.stack(self.project, self.instance_id)


def project(name: str | None, only: Sequence[str] | None = None) -> str:
    """The project of that name, or the one picked; from `only` some of them, where given."""
    if name is None:
        return ask.pick("known project", only or list(known()), argument="PROJECT", remember=PROJECT)
    known().layers(name)
    return name


def target(project_name: str | None, instance_id: str | None) -> Target:
    """A project and an instance id for it; asked for where they aren't given. UsageError where one can't be."""
    chosen = project(project_name)

    def check(answer: str) -> str:
        return names.check_instance_id(chosen, answer, known())

    if instance_id is None:
        instance_id = ask.text("instance id", names.today(), "INSTANCE_ID", check)
    return Target(chosen, check(instance_id))


def stack(name: str | None) -> Stack:
    """The stack of that name, or the one picked of those that there are."""
    from builder import stacks

    return stacks.get(name or _running("stack"))


def machine(name: str | None) -> Machine:
    """The machine of that name (a stack's name is its first machine's), or the one picked."""
    from builder import machines, stacks

    chosen = name or _running("machine")
    stacks.get(names.stack_of_node(chosen))
    return machines.get(chosen)


def _running(what: str) -> str:
    from builder import machines, stacks

    if what == "stack":
        choices = [each.name for each in stacks.all_ours()]
    else:
        choices = [each.name for each in machines.all_machines()]
    if not choices:
        raise UsageError(f"there is no {what}: nothing runs", "./bldr aws_launch_instance launches something.")
    return ask.pick(what, choices, argument="NAME", remember=STACK)
