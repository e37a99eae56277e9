"""AWS::SSM::Parameter: a value under a name."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import (
    Existing,
    Named,
    Properties,
    changed,
    key_values,
    names,
    only,
    own_tags,
    pick,
)


class Parameter(Named):
    type = "AWS::SSM::Parameter"
    identifier = "Name"
    named_by = "Name"
    limit = 1011
    required = names("Type Value")
    replaced = names("Name")
    in_place = names("AllowedPattern DataType Description Policies Tags Tier Type Value")
    attributes = names("Type Value")
    tags = "Tags"
    tags_are_map = True

    def name(self, at: At, new: Properties) -> str:
        return str(new["Name"]) if "Name" in new else f"CFN-{at.logical_id}-{at.seed}"

    def look(self, at: At, name: str) -> str | None:
        return str(at.call("ssm", "GetParameter", {"Name": name})["Parameter"]["Name"])

    def make(self, at: At, name: str, new: Properties) -> str:
        asked = pick(new, "AllowedPattern DataType Description Policies Tier Type Value")
        at.call("ssm", "PutParameter", {**asked, "Name": name})
        return name

    def settle(self, at: At, it: Existing) -> None:
        if tags := self.tags_of(it.properties):
            asked = {"ResourceType": "Parameter", "ResourceId": it.id, "Tags": key_values(tags)}
            at.call("ssm", "AddTagsToResource", asked)

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return pick(it.properties, "Type Value")

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if changed(it.properties, new) - {"Tags"}:
            asked = pick(new, "AllowedPattern DataType Description Policies Tier Type Value")
            at.call("ssm", "PutParameter", {**asked, "Name": it.id, "Overwrite": True})
        if lost := sorted(self.tags_of(it.properties).keys() - self.tags_of(new).keys()):
            asked = {"ResourceType": "Parameter", "ResourceId": it.id, "TagKeys": lost}
            at.call("ssm", "RemoveTagsFromResource", asked)

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("ssm", "GetParameter", {"Name": it.id, "WithDecryption": True})["Parameter"]
        asked = {"ParameterFilters": [{"Key": "Name", "Option": "Equals", "Values": [it.id]}]}
        about = only(at.call("ssm", "DescribeParameters", asked)["Parameters"], it.id)
        tags = at.call("ssm", "ListTagsForResource", {"ResourceType": "Parameter", "ResourceId": it.id})["TagList"]
        own = {tag["Key"]: tag["Value"] for tag in own_tags(tags)}
        return {**pick(about, "AllowedPattern Description Tier"), **pick(told, "Name Type Value DataType"), "Tags": own}

    def delete(self, at: At, it: Existing) -> None:
        at.call("ssm", "DeleteParameter", {"Name": it.id})
