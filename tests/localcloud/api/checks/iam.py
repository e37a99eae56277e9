"""IAM and STS: who somebody is, and what they may."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.api.check import At, check, refused

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"},
        ],
    }
)


def policy(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(at: At, word: str = "") -> tuple[Any, str]:
    """A client and the ARN of a new role that this account may assume."""
    iam = at("iam")
    return iam, iam.create_role(RoleName=at.name(word), AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]


@check(
    "iam",
    "CreateRole GetRole ListRoles UpdateRole UpdateAssumeRolePolicy TagRole ListRoleTags DeleteRole",
    "PutRolePolicy GetRolePolicy ListRolePolicies DeleteRolePolicy",
)
def roles(at: At) -> None:
    """Roles and the policies in them are read back; a role with policies can't be deleted"""
    iam, arn = role(at)
    iam.get_waiter("role_exists").wait(RoleName=at.name())
    assert refused(iam.create_role, RoleName=at.name(), AssumeRolePolicyDocument=TRUST) == "EntityAlreadyExists"
    pages = iam.get_paginator("list_roles").paginate()
    assert arn in {each["Arn"] for page in pages for each in page["Roles"]}
    iam.update_role(RoleName=at.name(), Description="new", MaxSessionDuration=7200)
    iam.update_assume_role_policy(RoleName=at.name(), PolicyDocument=TRUST)
    told = iam.get_role(RoleName=at.name())["Role"]
    assert (told["Description"], told["AssumeRolePolicyDocument"]) == ("new", json.loads(TRUST))
    iam.tag_role(RoleName=at.name(), Tags=[{"Key": "a", "Value": "1"}])
    assert iam.list_role_tags(RoleName=at.name())["Tags"] == [{"Key": "a", "Value": "1"}]
    iam.put_role_policy(RoleName=at.name(), PolicyName="p", PolicyDocument=policy("s3:ListAllMyBuckets"))
    assert iam.list_role_policies(RoleName=at.name())["PolicyNames"] == ["p"]
    assert iam.get_role_policy(RoleName=at.name(), PolicyName="p")["PolicyDocument"]["Statement"]
    assert refused(iam.delete_role, RoleName=at.name()) == "DeleteConflict"
    iam.delete_role_policy(RoleName=at.name(), PolicyName="p")
    iam.delete_role(RoleName=at.name())
    assert refused(iam.get_role, RoleName=at.name()) == "NoSuchEntity"


@check(
    "iam",
    "CreatePolicy GetPolicy GetPolicyVersion CreatePolicyVersion AttachRolePolicy ListAttachedRolePolicies",
    "DetachRolePolicy DeletePolicyVersion ListPolicies DeletePolicy",
)
def managed_policies(at: At) -> None:
    """Managed policies with their versions, attached and detached"""
    iam, _ = role(at)
    arn = iam.create_policy(PolicyName=at.name(), PolicyDocument=policy("s3:GetObject"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=at.name(), PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=at.name())["AttachedPolicies"]
    assert [each["PolicyArn"] for each in attached] == [arn]
    assert refused(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy("s3:PutObject"), SetAsDefault=True)
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    told = iam.get_policy_version(PolicyArn=arn, VersionId="v2")["PolicyVersion"]["Document"]
    assert told["Statement"][0]["Action"] == "s3:PutObject"
    pages = iam.get_paginator("list_policies").paginate(Scope="Local")
    assert arn in {each["Arn"] for page in pages for each in page["Policies"]}
    iam.detach_role_policy(RoleName=at.name(), PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    assert refused(iam.get_policy, PolicyArn=arn) == "NoSuchEntity"


@check(
    "iam",
    "CreateInstanceProfile GetInstanceProfile AddRoleToInstanceProfile ListInstanceProfilesForRole",
    "RemoveRoleFromInstanceProfile DeleteInstanceProfile",
)
def instance_profiles(at: At) -> None:
    """An instance profile holds one role"""
    iam, arn = role(at)
    iam.create_instance_profile(InstanceProfileName=at.name())
    iam.add_role_to_instance_profile(InstanceProfileName=at.name(), RoleName=at.name())
    iam.get_waiter("instance_profile_exists").wait(InstanceProfileName=at.name())
    told = iam.get_instance_profile(InstanceProfileName=at.name())["InstanceProfile"]
    assert [each["Arn"] for each in told["Roles"]] == [arn]
    assert iam.list_instance_profiles_for_role(RoleName=at.name())["InstanceProfiles"]
    iam.remove_role_from_instance_profile(InstanceProfileName=at.name(), RoleName=at.name())
    iam.delete_instance_profile(InstanceProfileName=at.name())
    assert refused(iam.get_instance_profile, InstanceProfileName=at.name()) == "NoSuchEntity"


@check("sts", "GetCallerIdentity AssumeRole")
def callers(at: At) -> None:
    """The operator is told apart from a role's session; a forged signature is nobody"""
    _, arn = role(at)
    assert at("sts").get_caller_identity()["Account"] == "123456789012"
    session = at.as_role("sts", arn).get_caller_identity()["Arn"]
    at.differs(
        "a role's session is not recognised as one",
        session.startswith("arn:aws:sts::123456789012:assumed-role/"), here=False, aws=True,
    )  # fmt: skip
    forged = refused(at("sts", aws_secret_access_key="wrong").get_caller_identity)
    at.differs("signatures are not verified", forged, here="", aws="SignatureDoesNotMatch")
    unknown = refused(at("sts", aws_access_key_id="AKIAUNKNOWN").get_caller_identity)
    at.differs("unknown keys are let in", unknown, here="", aws="InvalidClientTokenId")


@check("sts", "AssumeRole")
def rights(at: At) -> None:
    """A role's session may what its policies allow, on S3, SQS, SWF, Secrets Manager, CloudFormation, and no more"""
    iam, arn = role(at)
    at("s3").create_bucket(Bucket=at.name())
    at("s3").put_object(Bucket=at.name(), Key="k", Body=b"x")
    url = at("sqs").create_queue(QueueName=at.name())["QueueUrl"]
    secret = at("secretsmanager").create_secret(Name=at.name(), SecretString="x")["ARN"]
    calls: dict[str, tuple[str, str, dict[str, Any]]] = {
        "s3:GetObject": ("s3", "get_object", {"Bucket": at.name(), "Key": "k"}),
        "sqs:SendMessage": ("sqs", "send_message", {"QueueUrl": url, "MessageBody": "x"}),
        "swf:ListDomains": ("swf", "list_domains", {"registrationStatus": "REGISTERED"}),
        "secretsmanager:GetSecretValue": ("secretsmanager", "get_secret_value", {"SecretId": secret}),
        "cloudformation:ListStacks": ("cloudformation", "list_stacks", {}),
    }
    denied = {
        action: bool(refused(getattr(at.as_role(service, arn), method), **given))
        for action, (service, method, given) in calls.items()
    }
    at.differs("policies are kept, not enforced", set(denied.values()), here={False}, aws={True})
    document = json.loads(policy("x"))
    document["Statement"][0]["Action"] = list(calls)
    iam.put_role_policy(RoleName=at.name(), PolicyName="p", PolicyDocument=json.dumps(document))
    for action, (service, method, given) in calls.items():
        assert refused(getattr(at.as_role(service, arn), method), **given) == "", action
