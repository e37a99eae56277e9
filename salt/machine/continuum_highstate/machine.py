"""Who this machine is: the instance metadata service, then its own stack in CloudFormation."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

METADATA = "http://169.254.169.254/latest"
STACK_FILE = Path("/var/lib/continuum/stack.json")


class ConvergeError(Exception):
    """The machine can't be converged; the message says what, where and what to do."""


@dataclass(frozen=True)
class Identity:
    """What the instance metadata service says of this machine."""

    minion: str  # tag Name: the stack's name, with --2, --3 … on further nodes of a cluster
    project: str
    instance: str
    account: str
    region: str

    @property
    def stack(self) -> str:
        return f"{self.project}-{self.instance}"

    @property
    def bucket(self) -> str:
        """The builder's bucket of this machine's account and region."""
        return f"continuum-builder-{self.account}-{self.region}"


def read_identity(metadata: str = METADATA) -> Identity:
    """Ask the instance metadata service (IMDSv2) for this machine's tags and region.

    Raises ConvergeError where it does not answer or a tag is missing.
    """
    try:
        token = _ask(f"{metadata}/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, method="PUT")
        header = {"X-aws-ec2-metadata-token": token}
        document = json.loads(_ask(f"{metadata}/dynamic/instance-identity/document", header))
        tags = {name: _ask(f"{metadata}/meta-data/tags/instance/{name}", header) for name in TAGS}
    except (OSError, ValueError) as error:
        raise ConvergeError(
            f"instance metadata at {metadata}: {error}. The instance must have metadata tags allowed "
            f"(InstanceMetadataTags) and the tags {', '.join(TAGS)}"
        ) from error
    return Identity(tags["Name"], tags["Project"], tags["Instance"], document["accountId"], document["region"])


TAGS = ("Name", "Project", "Instance")


def _ask(url: str, headers: Mapping[str, str], method: str = "GET") -> str:
    request = urllib.request.Request(url, headers=dict(headers), method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        raise OSError(f"{error.code} for {url}") from error


def read_stack(identity: Identity, cloudformation: Any) -> dict[str, Any]:
    """This machine's data, as states see it: {"project": {…}, "cfn": {"stack_name", "outputs", "tags"}}.

    The project's description is the one in the deployed template; branch and revision are the stack's tags.
    """
    stack = cloudformation.describe_stacks(StackName=identity.stack)["Stacks"][0]
    summary = cloudformation.get_template_summary(StackName=identity.stack)
    described = json.loads(summary.get("Metadata") or "{}").get("Continuum", {})
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    return {
        "project": described
        | {
            "name": identity.project,
            "instance": identity.instance,
            "branch": tags.get("Branch"),
            "revision": tags.get("Revision"),
            "host": outputs.get("Host"),
            "prefix": _prefix(identity.instance, described),
        },
        "cfn": {
            "stack_name": identity.stack,
            "outputs": outputs,
            "tags": tags,
        },
        "machine": {"bucket": identity.bucket, "region": identity.region, "minion": identity.minion},
    }


def _prefix(instance: str, described: Mapping[str, Any]) -> str:
    """What names of the environment's buckets and queues start with: as described, else the instance id; prod: none."""
    for place in (described, described.get("aws") or {}):
        if place.get("prefix") is not None:
            return str(place["prefix"])
    return "" if instance == "prod" else instance


def keep_stack(stack: Mapping[str, Any], file: Path = STACK_FILE) -> None:
    """Write the machine's data where elife.cfg reads it: whole or not at all, for root only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(stack, stream, indent=1, sort_keys=True)
    part.replace(file)


def kept_stack(file: Path = STACK_FILE) -> dict[str, Any] | None:
    """The data of the last run; None before the first."""
    try:
        return dict(json.loads(file.read_text()))
    except FileNotFoundError:
        return None
