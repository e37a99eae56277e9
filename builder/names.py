"""What things are called: stacks, machines, hosts, buckets, queues, SWF domains; and which instance ids are allowed.

Other systems read these names. Each function returns the name, or raises UsageError saying what to change."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date

from builder.errors import UsageError

PRODUCTION = "prod"
# Characters that DNS, CloudFormation, S3 and SQS (80, less `-dead` for the dead-letter queue) allow.
HOST_LABEL, HOST, STACK, BUCKET, QUEUE = 63, 253, 128, 63, 75
_INSTANCE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ENDS_LIKE_A_HASH = re.compile(r"-[0-9a-f]{8}")
INSTANCE_ID_RULE = (
    "an instance id has small letters, digits and single hyphens inside (such as continuum-test or 2016-03-29), "
    f"at most {HOST_LABEL} characters"
)


def stack(project: str, instance_id: str) -> str:
    """`elife-bot` and `ct` give `elife-bot-ct`."""
    return f"{project}-{instance_id}"


def nodes(stack_name: str, cluster_size: int) -> tuple[str, ...]:
    """Minion ids (and Name tags) of a stack's machines: the stack's name, then with `--2`, `--3` …"""
    return (stack_name, *(f"{stack_name}--{number}" for number in range(2, cluster_size + 1)))


def stack_of_node(node: str) -> str:
    """The stack that a machine belongs to: `elife-bot-ct--2` gives `elife-bot-ct`."""
    return node.split("--", maxsplit=1)[0]


def host(instance_id: str, subdomain: str | None, domain: str) -> str | None:
    """Public host name, such as `ct.lax.elifesciences.org`; without its first part for prod; None without subdomain."""
    if not subdomain:
        return None
    first = [] if instance_id == PRODUCTION else [instance_id]
    name = ".".join([*first, subdomain, domain])
    if len(name) > HOST:
        raise UsageError(
            f"host name {name} has {len(name)} characters, and DNS allows {HOST}",
            f"use an instance id that is shorter by {len(name) - HOST}",
        )
    return name


def prefix(instance_id: str, configured: str | None) -> str:
    """The environment's prefix: the configured one, else the instance id; '' (none) for prod."""
    if configured is not None:
        return configured
    return "" if instance_id == PRODUCTION else instance_id


def bucket(prefix: str, name: str) -> str:
    """`ct` and `elife-publishing-cdn` give `ct-elife-publishing-cdn`; without a prefix the name itself."""
    return _prefixed(prefix, name, BUCKET, "bucket")


def queue(prefix: str, name: str) -> str:
    """`ct` and `incoming-queue` give `ct-incoming-queue`; without a prefix the name itself."""
    return _prefixed(prefix, name, QUEUE, "queue")


def secret(stack_name: str, name: str) -> str:
    """`elife-lax-ct` and `api` give `elife-lax-ct/api`."""
    return f"{stack_name}/{name}"


def swf_domain(prefix: str) -> str:
    """`Publish.ct`, or `Publish` without a prefix."""
    return f"Publish.{prefix}" if prefix else "Publish"


def today() -> str:
    """The instance id that is offered where none is given: today's date, such as 2016-03-29."""
    return date.today().isoformat()


def is_instance_id(text: str) -> bool:
    """True for a text that may be an instance id, as far as the text alone can say."""
    return len(text) <= HOST_LABEL and _INSTANCE_ID.fullmatch(text) is not None


def check_instance_id(project: str, instance_id: str, known_projects: Iterable[str] = ()) -> str:
    """The instance id itself, or UsageError saying what to change: its characters, its length, or that the stack's name
    would read as another project's."""
    if not _INSTANCE_ID.fullmatch(instance_id):
        nearest = slug(instance_id)
        proposal = f" (for example {nearest})" if nearest and len(nearest) <= HOST_LABEL else ""
        raise UsageError(f"instance id {instance_id!r} is not allowed", f"{INSTANCE_ID_RULE}{proposal}")
    name = stack(project, instance_id)
    too_long = max(len(instance_id) - HOST_LABEL, len(name) - STACK)
    if too_long > 0:
        raise UsageError(
            f"instance id {instance_id!r} is too long by {too_long} ({len(instance_id)} characters)", INSTANCE_ID_RULE
        )
    owner = project_of_stack(name, {project, *known_projects})
    if owner and owner != project:
        raise UsageError(
            f"instance id {instance_id!r} of {project} would make stack {name}, which reads as project {owner}",
            f"choose an instance id that does not start with {owner[len(project) + 1 :]!r}",
        )
    return instance_id


def project_of_stack(stack_name: str, known_projects: Iterable[str]) -> str | None:
    """The longest known project that a stack's name starts with, or None. `elife-bot-large-ct`: elife-bot-large."""
    owners = [project for project in known_projects if stack_name.startswith(f"{project}-")]
    return max(owners, key=len, default=None)


def instance_id_of_branch(branch: str, longest: int = 36) -> str:
    """The instance id of a branch: the branch itself where it may be one, else made of it, ending in a short hash.

    Always the same for the same branch and `longest`, and different for different branches: a branch that ends like
    a hash gets one too, so that it cannot be taken for another's."""
    if _INSTANCE_ID.fullmatch(branch) and len(branch) <= longest and not _ENDS_LIKE_A_HASH.fullmatch(branch[-9:]):
        return branch
    digest = hashlib.sha256(branch.encode()).hexdigest()[:8]
    readable = (slug(branch) or "branch")[: longest - len(digest) - 1].strip("-")
    return f"{readable}-{digest}"


def slug(text: str) -> str:
    """Small letters, digits and single hyphens of a text: `Feature/JATS_2` gives `feature-jats-2`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _prefixed(prefix: str, name: str, longest: int, kind: str) -> str:
    full = f"{prefix}-{name}" if prefix else name
    if len(full) > longest:
        raise UsageError(
            f"{kind} {full} has {len(full)} characters, and AWS allows {longest}",
            f"use an instance id of at most {longest - len(name) - 1} characters, "
            "or give the instance a short `prefix` under `aws-alt` in its project file",
        )
    return full
