"""What EC2's types have in common: tags at creation, and being found again by them."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Kind, NotStabilized, Properties, key_values


class Tagged(Kind):
    """A type of EC2 that takes tags. `kept_as` is its name in TagSpecifications.

    `listed` is the call that tells of all there are, the list in its answer, and where the physical id is in an entry.
    """

    tags = "Tags"
    kept_as: ClassVar[str]
    listed: ClassVar[tuple[str, str, str]]

    def tag_specifications(self, at: At, new: Properties, *more: str) -> list[dict[str, Any]]:
        tags = key_values({**self.tags_of(new), **at.system_tags})
        return [{"ResourceType": kept_as, "Tags": tags} for kept_as in (self.kept_as, *more)]

    def retag(self, at: At, resource_id: str, old: Properties, new: Properties) -> None:
        had, wanted = self.tags_of(old), self.tags_of(new)
        if gone := had.keys() - wanted.keys():
            at.call("ec2", "DeleteTags", {"Resources": [resource_id], "Tags": [{"Key": key} for key in sorted(gone)]})
        if fresh := {key: value for key, value in wanted.items() if had.get(key) != value}:
            at.call("ec2", "CreateTags", {"Resources": [resource_id], "Tags": key_values(fresh)})

    def found(self, at: At, new: Properties) -> str | None:
        """By the tags it was made with. Services tell of tags longer than of what had them: things are asked for."""
        operation, many, name = self.listed
        wanted = [{"Name": f"tag:{key}", "Values": [value]} for key, value in at.system_tags.items()]
        told = at.call("ec2", operation, {"Filters": wanted})[many]
        return next((each for each in sorted(each[name] for each in told) if each not in at.others), None)


def gone(error: Exception, *codes: str) -> bool:
    """Whether a ClientError has one of these codes."""
    response = getattr(error, "response", None) or {}
    return response.get("Error", {}).get("Code") in codes


def wait_until_free(at: At, operation: str, parameters: dict[str, Any]) -> None:
    """Make an EC2 call again and again while something that is just going away still uses the resource."""
    from botocore.exceptions import ClientError

    def attempt() -> bool | None:
        try:
            at.call("ec2", operation, parameters)
        except ClientError as error:
            if gone(error, "DependencyViolation", "InvalidGroup.InUse", "VolumeInUse"):
                refused.append(error)
                return None
            raise
        return True

    refused: list[ClientError] = []
    try:
        at.wait(attempt, operation, seconds=120)
    except NotStabilized:
        raise refused[-1] from None
