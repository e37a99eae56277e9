"""What AWS gives a converge, and where it reports to. What AWS can't give now is taken from the last run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import botocore.exceptions
import botocore.session
from botocore.config import Config

from . import machine, tree
from .machine import ConvergeError

UNAVAILABLE = (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, ConvergeError)


@dataclass(frozen=True)
class Source:
    """What a converge starts from: the machine's data (as in stack.json), the tree, an S3 client if any."""

    stack: dict[str, Any]
    tree: tree.Tree
    s3: Any
    notes: tuple[str, ...]

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
    notes: list[str] = []
    s3 = None
    try:
        identity = machine.read_identity()
        session = botocore.session.get_session()
        config = Config(region_name=identity.region, connect_timeout=5, read_timeout=30, retries={"max_attempts": 3})
        s3 = session.create_client("s3", config=config)
        stack = machine.read_stack(identity, session.create_client("cloudformation", config=config))
        machine.keep_stack(stack)
    except UNAVAILABLE as error:
        kept = machine.kept_stack()
        if kept is None:
            raise ConvergeError(f"this machine's stack can't be read: {error}") from error
        notes.append(f"this machine's stack can't be read now, its data of the last run is used: {error}")
        stack = kept
    return Source(stack, _tree(s3, stack["machine"]["bucket"], notes), s3, tuple(notes))


def _tree(s3: Any, bucket: str, notes: list[str]) -> tree.Tree:
    try:
        if s3 is None:
            raise ConvergeError("the instance metadata service gives no credentials")
        return tree.newest(s3, bucket)
    except UNAVAILABLE as error:
        good = tree.last_good()
        if good is None:
            raise ConvergeError(f"the Salt tree can't be fetched: {error}") from error
        notes.append(f"the Salt tree can't be fetched now, the last good one is used: {error}")
        return good


def report(source: Source, time: str, run: str) -> str | None:
    """Put the run into the builder's bucket; what went wrong where that fails (the machine has its history anyway)."""
    key = f"stacks/{source.stack_name}/highstate/{source.minion}/{time.replace(':', '')}.json"
    if source.s3 is None:
        return f"this run is not reported to s3://{source.bucket}: no credentials"
    try:
        source.s3.put_object(Bucket=source.bucket, Key=key, Body=run.encode(), ContentType="application/json")
    except UNAVAILABLE as error:
        return f"this run could not be reported to s3://{source.bucket}/{key}: {error}"
    return None
