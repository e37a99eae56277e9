"""What EC2's types have in common: tags at creation, and being found again by them."""

from __future__ import annotations

from typing import Any, ClassVar

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Kind, NotStabilized, Properties, key_values


class Tagged(Kind):
    """A type of EC2 that takes tags. `kept_as` is its name in TagSpecifications."""

    tags = "Tags"
    kept_as: ClassVar[str]

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
        matching = [
            {
                tag["ResourceId"]
                for tag in at.call(
                    "ec2",
                    "DescribeTags",
                    {
                        "Filters": [
                            {"Name": "key", "Values": [key]},
                            {"Name": "value", "Values": [value]},
                            {"Name": "resource-type", "Values": [self.kept_as]},
                        ]
                    },
                )["Tags"]
            }
            for key, value in at.system_tags.items()
        ]
        ours = sorted(set.intersection(*matching) - at.others)
        return next((each for each in ours if self.lives(at, each)), None)

    def lives(self, at: At, resource_id: str) -> bool:
        return True


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
