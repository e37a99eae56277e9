"""Policies that stand with what they protect: buckets', queues', topics', secrets'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from localcloud import plain
from localcloud.access.requests.call import Lookup
from localcloud.cloudformation import CloudFormation
from localcloud.s3 import S3
from localcloud.sqs import Sqs

# Services whose resources can have a policy; that of a role says who may assume it.
PROTECTED = frozenset(("s3", "secretsmanager", "sns", "sqs", "sts"))


@dataclass(frozen=True)
class Resources:
    """What the services know of their resources."""

    s3: S3
    sqs: Sqs
    formation: CloudFormation

    @property
    def lookup(self) -> Lookup:
        return Lookup(self._stack, secret)

    def policy(self, arn: str) -> str | None:
        """The policy of a resource, JSON; None for one that has none or is not there."""
        service, _, name = arn.removeprefix("arn:aws:").partition(":")
        try:
            if service == "s3":
                return self.s3.policy(name.removeprefix("::").partition("/")[0])
            if service == "sqs":
                return self.sqs.policy(arn)
            if service == "sns":
                return str(plain.topic(arn).policy)
        except KeyError:
            return None
        if service == "secretsmanager" and (found := secret(arn)):
            return found[1]
        return None

    def is_open(self, arn: str) -> bool:
        """Whether somebody unknown may be let in at all: not where a bucket's public access is restricted."""
        service, _, name = arn.removeprefix("arn:aws:").partition(":")
        return service != "s3" or not self.s3.restricts_public(name.removeprefix("::").partition("/")[0])

    def _stack(self, name: str) -> str | None:
        """The id of the stack of that name, or of a change set's."""
        if name.startswith("arn:"):
            change_set = self.formation.store.change_set(name)
            return change_set.stack_id if change_set else None
        stack = self.formation.store.stack(name)
        return stack.id if stack else None


def secret(name: str) -> tuple[str, str | None, Mapping[str, str]] | None:
    """ARN, policy and tags of a secret, by its name or (partial) ARN."""
    found = plain.secret(name)
    if found is None:
        return None
    tags = {tag["Key"]: tag["Value"] for tag in getattr(found, "tags", None) or ()}
    return str(found.arn), getattr(found, "policy", None), tags
