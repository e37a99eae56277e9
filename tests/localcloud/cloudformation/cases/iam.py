"""AWS::IAM: roles, instance profiles and the policies that say what they may."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cases.policies import ALLOW, LESS, TRUST
from tests.localcloud.cloudformation.cloud import Cloud

ROLE: Resource = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
POLICY: Resource = {"PolicyName": "inline", "PolicyDocument": ALLOW}
READING: Resource = {
    "Type": "AWS::IAM::ManagedPolicy",
    "Properties": {"ManagedPolicyName": "reading", "PolicyDocument": ALLOW},
}


def role(cloud: Cloud, it: str) -> Any:
    iam = cloud.client("iam")
    attached = iam.list_attached_role_policies(RoleName=it)["AttachedPolicies"]
    return sorted([*iam.list_role_policies(RoleName=it)["PolicyNames"], *(each["PolicyName"] for each in attached)])


def profile(cloud: Cloud, it: str) -> Any:
    return len(cloud.client("iam").get_instance_profile(InstanceProfileName=it)["InstanceProfile"]["Roles"])


def managed(cloud: Cloud, it: str) -> Any:
    iam = cloud.client("iam")
    version = iam.get_policy(PolicyArn=it)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=it, VersionId=version)["PolicyVersion"]["Document"]
    return document["Statement"][0]["Action"]


def inline(cloud: Cloud, it: str) -> Any:
    iam = cloud.client("iam")
    found = [
        iam.get_role_policy(RoleName=each["RoleName"], PolicyName="inline")["PolicyDocument"]["Statement"][0]["Action"]
        for each in iam.list_roles()["Roles"]
        if "inline" in iam.list_role_policies(RoleName=each["RoleName"])["PolicyNames"]
    ]
    return found or None


CASES = [
    Case(
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": TRUST, "Policies": [POLICY]},
        role,
        ["inline"],
        {"Policies": [], "ManagedPolicyArns": [{"Ref": "Reading"}]},
        ["reading"],
        {"Path": "/other/"},
        {"Reading": READING},
    ),
    Case(
        "AWS::IAM::InstanceProfile",
        {"Roles": [{"Ref": "Role"}]},
        profile,
        1,
        replace={"InstanceProfileName": "named"},
        beside={"Role": ROLE},
    ),
    Case(
        "AWS::IAM::Policy",
        {**POLICY, "Roles": [{"Ref": "Role"}]},
        inline,
        ["s3:GetObject"],
        {"PolicyDocument": LESS},
        ["s3:ListBucket"],
        beside={"Role": ROLE},
    ),
    Case(
        "AWS::IAM::ManagedPolicy",
        {"PolicyDocument": ALLOW, "Roles": [{"Ref": "Role"}]},
        managed,
        "s3:GetObject",
        {"PolicyDocument": LESS, "Roles": []},
        "s3:ListBucket",
        {"Description": "other"},
        {"Role": ROLE},
    ),
]
