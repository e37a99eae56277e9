"""AWS::CloudFormation::WaitConditionHandle: often a stack's only resource, for want of another."""

from __future__ import annotations

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Existing, Kind, Properties


class WaitConditionHandle(Kind):
    type = "AWS::CloudFormation::WaitConditionHandle"

    def create(self, at: At, new: Properties) -> str:
        return f"https://cloudformation-waitcondition-{at.region}.s3.amazonaws.com/{at.stack_id}/{at.logical_id}"

    def delete(self, at: At, it: Existing) -> None:
        """There is nothing behind a handle."""
