"""AWS::EC2::SecurityGroup and single rules of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from localcloud.cloudformation.intrinsics import text
from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.ec2 import Tagged, gone, wait_until_free
from localcloud.cloudformation.resources.kind import Existing, Kind, Properties, changed, names, own_tags, pick, plain

EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
WAYS = (("SecurityGroupIngress", "Ingress"), ("SecurityGroupEgress", "Egress"))


class SecurityGroup(Tagged):
    type = "AWS::EC2::SecurityGroup"
    identifier = "Id"
    kept_as = "security-group"
    listed = ("DescribeSecurityGroups", "SecurityGroups", "GroupId")
    required = names("GroupDescription")
    replaced = names("GroupDescription GroupName VpcId")
    in_place = names("SecurityGroupEgress SecurityGroupIngress Tags")
    attributes = names("Id GroupId VpcId")

    def create(self, at: At, new: Properties) -> str:
        asked = {
            "GroupName": new.get("GroupName") or at.name(255),
            "Description": new["GroupDescription"],
            "TagSpecifications": self.tag_specifications(at, new),
        }
        if "VpcId" in new:
            asked["VpcId"] = new["VpcId"]
        return str(at.call("ec2", "CreateSecurityGroup", asked)["GroupId"])

    def settle(self, at: At, it: Existing) -> None:
        for name, way in WAYS:
            _authorize(at, it.id, way, it.properties.get(name) or [])
        if it.properties.get("SecurityGroupEgress") is not None:
            wanted = [permission(rule) for rule in it.properties["SecurityGroupEgress"]]
            if not any(_is_everything(each) for each in wanted):
                _revoke(at, it.id, "Egress", [EVERYTHING])

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        told = at.call("ec2", "DescribeSecurityGroups", {"GroupIds": [it.id]})["SecurityGroups"][0]
        return {"Id": it.id, "GroupId": it.id, "VpcId": told.get("VpcId", "")}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        for name, way in WAYS:
            kept = [plain(permission(rule)) for rule in new.get(name) or []]
            lost = [permission(rule) for rule in it.properties.get(name) or []]
            _revoke(at, it.id, way, [each for each in lost if plain(each) not in kept])
        if it.properties.get("SecurityGroupEgress") is not None and new.get("SecurityGroupEgress") is None:
            _authorize(at, it.id, "Egress", [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}])
        self.retag(at, it.id, it.properties, new)

    def actual(self, at: At, it: Existing) -> Properties:
        told = at.call("ec2", "DescribeSecurityGroups", {"GroupIds": [it.id]})["SecurityGroups"][0]
        facts: dict[str, Any] = pick(told, "GroupName VpcId")
        facts |= {"GroupDescription": told["Description"], "Tags": own_tags(told.get("Tags", []))}
        for (name, _), key in zip(WAYS, ("IpPermissions", "IpPermissionsEgress"), strict=True):
            facts[name] = [rule for each in told.get(key, []) for rule in template_rules(each, name)]
        return facts

    def delete(self, at: At, it: Existing) -> None:
        wait_until_free(at, "DeleteSecurityGroup", {"GroupId": it.id})


class _Rule(Kind):
    way: ClassVar[str]
    attributes = names("Id")
    in_place = names("Description")

    def create(self, at: At, new: Properties) -> str:
        asked = {"GroupId": _group(at, new), "IpPermissions": [permission(new)]}
        made = at.call("ec2", f"AuthorizeSecurityGroup{self.way}", asked).get("SecurityGroupRules") or []
        return str(made[0]["SecurityGroupRuleId"]) if made else at.name()

    def found(self, at: At, new: Properties) -> str | None:
        asked = {"Filters": [{"Name": "group-id", "Values": [_group(at, new)]}]}
        for rule in at.call("ec2", "DescribeSecurityGroupRules", asked)["SecurityGroupRules"]:
            same = all(
                text(rule.get(key, "")) == text(new.get(key, rule.get(key, "")))
                for key in ("IpProtocol", "FromPort", "ToPort", "CidrIpv4")
            )
            way = "Egress" if rule["IsEgress"] else "Ingress"
            if same and way == self.way and rule.get("CidrIpv4") == new.get("CidrIp"):
                return str(rule["SecurityGroupRuleId"])
        return None

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Id": it.id}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        if changed(it.properties, new):
            asked = {"GroupId": _group(at, new), "IpPermissions": [permission(new)]}
            at.call("ec2", f"UpdateSecurityGroupRuleDescriptions{self.way}", asked)

    def delete(self, at: At, it: Existing) -> None:
        _revoke(at, _group(at, it.properties), self.way, [permission(it.properties)])


class SecurityGroupIngress(_Rule):
    type = "AWS::EC2::SecurityGroupIngress"
    way = "Ingress"
    required = names("IpProtocol")
    replaced = names(
        "GroupId GroupName IpProtocol FromPort ToPort CidrIp CidrIpv6 SourcePrefixListId SourceSecurityGroupId "
        "SourceSecurityGroupName SourceSecurityGroupOwnerId"
    )


class SecurityGroupEgress(_Rule):
    type = "AWS::EC2::SecurityGroupEgress"
    way = "Egress"
    required = names("IpProtocol GroupId")
    replaced = names(
        "GroupId IpProtocol FromPort ToPort CidrIp CidrIpv6 DestinationPrefixListId DestinationSecurityGroupId"
    )


def permission(rule: Properties) -> dict[str, Any]:
    """A rule of a template as EC2's calls want it."""
    note = {"Description": rule["Description"]} if "Description" in rule else {}
    asked: dict[str, Any] = {"IpProtocol": text(rule["IpProtocol"])}
    for port in ("FromPort", "ToPort"):
        if port in rule:
            asked[port] = int(rule[port])
    if "CidrIp" in rule:
        asked["IpRanges"] = [{"CidrIp": rule["CidrIp"], **note}]
    if "CidrIpv6" in rule:
        asked["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **note}]
    if prefix := rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId"):
        asked["PrefixListIds"] = [{"PrefixListId": prefix, **note}]
    pair = {
        "GroupId": rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId"),
        "GroupName": rule.get("SourceSecurityGroupName"),
        "UserId": rule.get("SourceSecurityGroupOwnerId"),
    }
    if found := {key: value for key, value in pair.items() if value}:
        asked["UserIdGroupPairs"] = [{**found, **note}]
    return asked


def template_rules(each: Properties, name: str) -> Iterator[dict[str, Any]]:
    """What EC2 tells of a rule, as the rules of a template: one a source."""
    base = pick(each, "IpProtocol FromPort ToPort")
    side = "Source" if name == "SecurityGroupIngress" else "Destination"
    for entries, theirs, ours in (
        ("IpRanges", "CidrIp", "CidrIp"),
        ("Ipv6Ranges", "CidrIpv6", "CidrIpv6"),
        ("PrefixListIds", "PrefixListId", f"{side}PrefixListId"),
        ("UserIdGroupPairs", "GroupId", f"{side}SecurityGroupId"),
    ):
        for entry in each.get(entries, []):
            yield {**base, ours: entry.get(theirs), **pick(entry, "Description")}


def _authorize(at: At, group_id: str, way: str, rules: Iterable[Properties]) -> None:
    wanted = [permission(rule) for rule in rules]
    if not wanted:
        return
    try:
        at.call("ec2", f"AuthorizeSecurityGroup{way}", {"GroupId": group_id, "IpPermissions": wanted})
    except Exception as error:
        if not gone(error, "InvalidPermission.Duplicate"):
            raise
        if len(wanted) > 1:  # one of them is there: each by itself
            for rule in rules:
                _authorize(at, group_id, way, [rule])


def _revoke(at: At, group_id: str, way: str, permissions: list[dict[str, Any]]) -> None:
    for each in permissions:
        try:
            at.call("ec2", f"RevokeSecurityGroup{way}", {"GroupId": group_id, "IpPermissions": [each]})
        except Exception as error:
            if not gone(error, "InvalidPermission.NotFound", "InvalidGroup.NotFound"):
                raise


def _is_everything(each: dict[str, Any]) -> bool:
    return each["IpProtocol"] == "-1" and any(entry["CidrIp"] == "0.0.0.0/0" for entry in each.get("IpRanges", []))


def _group(at: At, rule: Properties) -> str:
    if "GroupId" in rule:
        return str(rule["GroupId"])
    asked = {"Filters": [{"Name": "group-name", "Values": [rule["GroupName"]]}]}
    return str(at.call("ec2", "DescribeSecurityGroups", asked)["SecurityGroups"][0]["GroupId"])
