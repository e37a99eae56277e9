"""What AWS gives a converge, and where it reports to. What AWS can't give now is taken from the last run."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from . import machine, tree
from .machine import ConvergeError


@dataclass(frozen=True)
class Source:
    """What a converge starts from: the machine's data (as in stack.json), the tree, and what could not be had anew."""

    stack: dict[str, Any]
    tree: tree.Tree
    notes: tuple[str, ...] = ()

    @property
    def minion(self) -> str:
        return str(self.stack["machine"]["minion"])

    @property
    def bucket(self) -> str:
        return str(self.stack["machine"]["bucket"])

    @property
    def stack_name(self) -> str:
        return str(self.stack["cfn"]["stack_name"])


def gather() -> Source:
    """The machine's data and the newest tree. Raises ConvergeError where neither AWS nor an earlier run has them."""
    stack, notes = _stack()
    newest, more_notes = _tree(stack)
    return Source(stack, newest, (*notes, *more_notes))


def report(source: Source, time: str, run: str) -> str | None:
    """Put the run into the builder's bucket; what went wrong where that fails (the machine has its history anyway)."""
    key = f"stacks/{source.stack_name}/highstate/{source.minion}/{time.replace(':', '')}.json"
    try:
        s3 = client("s3", source.stack["machine"]["region"])
        s3.put_object(Bucket=source.bucket, Key=key, Body=run.encode(), ContentType="application/json")
    except _unavailable() as error:
        return f"this run could not be reported to s3://{source.bucket}/{key}: {error}"
    return None


def _stack() -> tuple[dict[str, Any], list[str]]:
    try:
        identity = machine.read_identity()
        stack = machine.read_stack(identity, client("cloudformation", identity.region))
    except _unavailable() as error:
        kept = machine.kept_stack()
        if kept is None:
            raise ConvergeError(f"this machine's stack can't be read: {error}") from error
        return kept, [f"this machine's stack can't be read now, its data of the last run is used: {error}"]
    machine.keep_stack(stack)
    return stack, []


def _tree(stack: dict[str, Any]) -> tuple[tree.Tree, list[str]]:
    try:
        return tree.newest(client("s3", stack["machine"]["region"]), stack["machine"]["bucket"]), []
    except _unavailable() as error:
        good = tree.last_good()
        if good is None:
            raise ConvergeError(f"the Salt tree can't be fetched: {error}") from error
        return good, [f"the Salt tree can't be fetched now, the last good one is used: {error}"]


@functools.cache
def client(service: str, region: str) -> Any:
    """botocore's client, by the machine's role; made once in a process."""
    from botocore.config import Config

    config = Config(region_name=region, connect_timeout=5, read_timeout=30, retries={"max_attempts": 3})
    return _session().create_client(service, config=config)


@functools.cache
def _session() -> Any:
    import botocore.session

    return botocore.session.get_session()


def _unavailable() -> tuple[type[Exception], ...]:
    import botocore.exceptions

    return botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, ConvergeError
