"""AWS::Logs::LogGroup."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Existing, Named, Properties, changed, names, only, own_tags, pick


class LogGroup(Named):
    type = "AWS::Logs::LogGroup"
    identifier = "LogGroupName"
    named_by = "LogGroupName"
    limit = 512
    replaced = names("LogGroupName")
    in_place = names("KmsKeyId RetentionInDays Tags")
    attributes = names("Arn")
    tags = "Tags"

    def look(self, at: At, name: str) -> str | None:
        groups = at.call("logs", "DescribeLogGroups", {"logGroupNamePrefix": name})["logGroups"]
        return next((group["logGroupName"] for group in groups if group["logGroupName"] == name), None)

    def make(self, at: At, name: str, new: Properties) -> str:
        tags = {**self.tags_of(new), **at.system_tags}
        at.call("logs", "CreateLogGroup", {**pick(new, "KmsKeyId"), "logGroupName": name, "tags": tags})
        return name

    def settle(self, at: At, it: Existing) -> None:
        if "RetentionInDays" in it.properties:
            at.call("logs", "PutRetentionPolicy", {"logGroupName": it.id, **pick(it.properties, "RetentionInDays")})

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Arn": f"{self._arn(at, it.id)}:*"}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        differing = changed(it.properties, new)
        if "RetentionInDays" in differing and "RetentionInDays" not in new:
            at.call("logs", "DeleteRetentionPolicy", {"logGroupName": it.id})
        if "KmsKeyId" in differing:
            verb = "AssociateKmsKey" if "KmsKeyId" in new else "DisassociateKmsKey"
            at.call("logs", verb, {"logGroupName": it.id, **pick(new, "KmsKeyId")})
        had, wanted = self.tags_of(it.properties), self.tags_of(new)
        if lost := sorted(had.keys() - wanted.keys()):
            at.call("logs", "UntagResource", {"resourceArn": self._arn(at, it.id), "tagKeys": lost})
        if wanted and wanted != had:
            at.call("logs", "TagResource", {"resourceArn": self._arn(at, it.id), "tags": wanted})

    def actual(self, at: At, it: Existing) -> Properties:
        groups = at.call("logs", "DescribeLogGroups", {"logGroupNamePrefix": it.id})["logGroups"]
        told = only([group for group in groups if group["logGroupName"] == it.id], it.id)
        words = {"LogGroupName": "logGroupName", "RetentionInDays": "retentionInDays", "KmsKeyId": "kmsKeyId"}
        tags = at.call("logs", "ListTagsForResource", {"resourceArn": self._arn(at, it.id)})["tags"]
        return {**{ours: told[theirs] for ours, theirs in words.items() if theirs in told}, "Tags": own_tags(tags)}

    def delete(self, at: At, it: Existing) -> None:
        at.call("logs", "DeleteLogGroup", {"logGroupName": it.id})

    def _arn(self, at: At, name: str) -> str:
        return at.arn("logs", f"log-group:{name}")
