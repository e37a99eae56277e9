"""AWS::EC2::SecurityGroup and single rules of one."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

GROUP: Resource = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "rules"}}
RULE_BASE: Resource = {
    "GroupId": {"Fn::GetAtt": ["Group", "GroupId"]},
    "IpProtocol": "tcp",
    "FromPort": 5432,
    "ToPort": 5432,
}


def ports(cloud: Cloud, it: str) -> Any:
    told = cloud.client("ec2").describe_security_groups(GroupIds=[it])["SecurityGroups"][0]
    return sorted(rule["FromPort"] for rule in told["IpPermissions"])


def rule(cloud: Cloud, it: str) -> Any:
    rules = cloud.client("ec2").describe_security_group_rules()["SecurityGroupRules"]
    return [each.get("CidrIpv4") for each in rules if each["SecurityGroupRuleId"] == it] or None


def port(number: int) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": str(number), "ToPort": number, "CidrIp": "0.0.0.0/0"}


CASES = [
    Case(
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "a", "SecurityGroupIngress": [port(22), port(80)]},
        ports,
        [22, 80],
        {"SecurityGroupIngress": [port(80), port(443)]},
        [80, 443],
        {"GroupDescription": "b"},
    ),
    Case(
        "AWS::EC2::SecurityGroupIngress",
        RULE_BASE | {"CidrIp": "10.0.0.0/8"},
        rule,
        ["10.0.0.0/8"],
        {"Description": "x"},
        ["10.0.0.0/8"],
        {"CidrIp": "10.1.0.0/16"},
        {"Group": GROUP},
        ["10.1.0.0/16"],
    ),
    Case(
        "AWS::EC2::SecurityGroupEgress",
        RULE_BASE | {"CidrIp": "10.0.0.0/8"},
        rule,
        ["10.0.0.0/8"],
        {"Description": "x"},
        ["10.0.0.0/8"],
        {"CidrIp": "10.1.0.0/16"},
        {"Group": GROUP},
        ["10.1.0.0/16"],
    ),
]
