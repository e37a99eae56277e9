"""The machines of a stack: EC2 instances by their Name, which is the stack's name, with --2, --3 … for further ones."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from functools import cache
from typing import Any

from builder import cloud, names
from builder.errors import UsageError
from builder.stacks import Stack

LIVE = ("pending", "running", "stopping", "stopped")


@dataclass(frozen=True)
class Machine:
    """One machine: its minion id `name`, its stack, EC2's `instance_id` (i-…) and `state`, its addresses so far."""

    name: str
    stack: str
    instance_id: str
    state: str
    private_ip: str | None
    public_ip: str | None

    @property
    def address(self) -> str | None:
        """Where to reach it from here: on AWS its public address if that answers, otherwise the private one."""
        if cloud.is_local() or not self.public_ip:
            return self.private_ip
        if self.private_ip and not _answers(self.public_ip) and _answers(self.private_ip):
            return self.private_ip
        return self.public_ip


def of_stack(stack: str) -> list[Machine]:
    """A stack's machines in their order, without those that are terminated."""
    return [machine for machine in _described(stack, f"{stack}--*") if machine.stack == stack]


def of_outputs(stack: Stack) -> list[Machine]:
    """A stack's machines as its outputs name them, without asking EC2: taken to run where they were last.

    Good enough to try and reach them (a wrong one would not show the pinned host key); ssh.wait asks EC2 when it can't.
    """
    outputs = stack.outputs
    count = sum(name.startswith("InstanceId") for name in outputs)
    return [
        Machine(
            name=name,
            stack=stack.name,
            instance_id=outputs[f"InstanceId{number}"],
            state="running",
            private_ip=outputs.get(f"PrivateIP{number}"),
            public_ip=outputs.get(f"PublicIP{number}"),
        )
        for number, name in enumerate(names.nodes(stack.name, count) if count else (), start=1)
    ]


def all_machines() -> list[Machine]:
    """Every machine there is; one request a page."""
    return _described()


def _described(*wanted: str) -> list[Machine]:
    filters: list[dict[str, Any]] = [{"Name": "instance-state-name", "Values": list(LIVE)}]
    if wanted:
        filters.append({"Name": "tag:Name", "Values": list(wanted)})
    pages = cloud.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
    said = [each for page in pages for group in page["Reservations"] for each in group["Instances"]]
    return sorted(map(_machine, said), key=lambda machine: (machine.stack, _number(machine.name)))


def get(name: str) -> Machine:
    """The machine of that name; UsageError when its stack has none of it."""
    stack = names.stack_of_node(name)
    found = of_stack(stack)
    for machine in found:
        if machine.name == name:
            return machine
    if not found:
        raise UsageError(f"{stack} has no machine. ./bldr aws_describe {stack} shows what it has.")
    raise UsageError(f"there is no machine {name}; {stack} has {', '.join(machine.name for machine in found)}")


def _number(name: str) -> int:
    match = re.search(r"--(\d+)$", name)
    return int(match[1]) if match else 1


def _machine(said: dict[str, Any]) -> Machine:
    tags = {tag["Key"]: tag["Value"] for tag in said.get("Tags", [])}
    name = tags.get("Name", said["InstanceId"])
    return Machine(
        name=name,
        stack=names.stack_of_node(name),
        instance_id=said["InstanceId"],
        state=said["State"]["Name"],
        private_ip=said.get("PrivateIpAddress"),
        public_ip=said.get("PublicIpAddress"),
    )


@cache
def _answers(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), timeout=3):
            return True
    except OSError:
        return False
