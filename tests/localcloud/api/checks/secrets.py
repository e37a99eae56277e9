"""Secrets Manager and Systems Manager's parameters."""

from __future__ import annotations

import json

from tests.localcloud.api.check import At, check, refused


@check(
    "secretsmanager",
    "CreateSecret GetSecretValue PutSecretValue UpdateSecret DescribeSecret ListSecrets ListSecretVersionIds",
    "TagResource GetRandomPassword",
)
def values(at: At) -> None:
    """A secret's value by its stages; found by name, listed, tagged"""
    secrets = at("secretsmanager")
    arn = secrets.create_secret(Name=at.name(), SecretString="one", Description="d")["ARN"]
    assert refused(secrets.create_secret, Name=at.name(), SecretString="x") == "ResourceExistsException"
    secrets.put_secret_value(SecretId=arn, SecretString="two")
    assert secrets.get_secret_value(SecretId=at.name())["SecretString"] == "two"
    assert secrets.get_secret_value(SecretId=arn, VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    secrets.update_secret(SecretId=arn, Description="new")
    assert secrets.describe_secret(SecretId=arn)["Description"] == "new"
    secrets.tag_resource(SecretId=arn, Tags=[{"Key": "a", "Value": "1"}])
    pages = secrets.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [at.name()]}])
    assert [each["ARN"] for page in pages for each in page["SecretList"]] == [arn]
    assert len(secrets.list_secret_version_ids(SecretId=arn)["Versions"]) == 2
    drawn = secrets.get_random_password(PasswordLength=40, ExcludePunctuation=True)["RandomPassword"]
    assert (len(drawn), drawn.isalnum()) == (40, True)


@check("secretsmanager", "DeleteSecret RestoreSecret")
def deletion(at: At) -> None:
    """A deleted secret can be restored within its window; forced, its name is free at once"""
    secrets = at("secretsmanager")
    secrets.create_secret(Name=at.name(), SecretString="x")
    secrets.delete_secret(SecretId=at.name(), RecoveryWindowInDays=7)
    assert refused(secrets.get_secret_value, SecretId=at.name()) == "InvalidRequestException"
    secrets.restore_secret(SecretId=at.name())
    assert secrets.get_secret_value(SecretId=at.name())["SecretString"] == "x"
    secrets.delete_secret(SecretId=at.name(), ForceDeleteWithoutRecovery=True)
    assert refused(secrets.get_secret_value, SecretId=at.name()) == "ResourceNotFoundException"
    secrets.create_secret(Name=at.name(), SecretString="y")


@check("secretsmanager", "PutResourcePolicy GetResourcePolicy DeleteResourcePolicy")
def policies(at: At) -> None:
    """A secret's own policy is read back, and a Deny in it holds for everybody"""
    secrets = at("secretsmanager")
    arn = secrets.create_secret(Name=at.name(), SecretString="x")["ARN"]
    deny = {"Effect": "Deny", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy)
    assert json.loads(secrets.get_resource_policy(SecretId=arn)["ResourcePolicy"]) == json.loads(policy)
    read = refused(secrets.get_secret_value, SecretId=arn)
    at.differs("kept, not enforced", read, here="", aws="AccessDeniedException")
    secrets.delete_resource_policy(SecretId=arn)
    secrets.get_secret_value(SecretId=arn)


@check(
    "ssm",
    "PutParameter GetParameter GetParameters GetParametersByPath DescribeParameters GetParameterHistory",
    "LabelParameterVersion AddTagsToResource ListTagsForResource DeleteParameter DeleteParameters",
)
def parameters(at: At) -> None:
    """Parameters by name, version, label and path; SecureStrings are read with decryption only"""
    ssm = at("ssm")
    path = f"/{at.name()}"
    ssm.put_parameter(Name=f"{path}/a", Value="1", Type="String")
    assert refused(ssm.put_parameter, Name=f"{path}/a", Value="2", Type="String") == "ParameterAlreadyExists"
    ssm.put_parameter(Name=f"{path}/a", Value="2", Type="String", Overwrite=True)
    ssm.put_parameter(Name=f"{path}/deep/b", Value="hidden", Type="SecureString")
    assert ssm.get_parameter(Name=f"{path}/a")["Parameter"]["Value"] == "2"
    assert ssm.get_parameter(Name=f"{path}/a:1")["Parameter"]["Value"] == "1"
    ssm.label_parameter_version(Name=f"{path}/a", ParameterVersion=1, Labels=["first"])
    assert ssm.get_parameter(Name=f"{path}/a:first")["Parameter"]["Value"] == "1"
    assert ssm.get_parameter(Name=f"{path}/deep/b")["Parameter"]["Value"] != "hidden"
    assert ssm.get_parameter(Name=f"{path}/deep/b", WithDecryption=True)["Parameter"]["Value"] == "hidden"
    some = ssm.get_parameters(Names=[f"{path}/a", f"{path}/none"])
    assert ([each["Value"] for each in some["Parameters"]], some["InvalidParameters"]) == (["2"], [f"{path}/none"])
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True)
    assert {each["Name"] for page in pages for each in page["Parameters"]} == {f"{path}/a", f"{path}/deep/b"}
    assert len(ssm.get_parameters_by_path(Path=path)["Parameters"]) == 1
    asked = [{"Key": "Path", "Option": "Recursive", "Values": [path]}]
    assert len(ssm.describe_parameters(ParameterFilters=asked)["Parameters"]) == 2
    assert [each["Value"] for each in ssm.get_parameter_history(Name=f"{path}/a")["Parameters"]] == ["1", "2"]
    of_a = {"ResourceType": "Parameter", "ResourceId": f"{path}/a"}
    ssm.add_tags_to_resource(**of_a, Tags=[{"Key": "a", "Value": "1"}])
    assert ssm.list_tags_for_resource(**of_a)["TagList"] == [{"Key": "a", "Value": "1"}]
    ssm.delete_parameter(Name=f"{path}/a")
    assert ssm.delete_parameters(Names=[f"{path}/deep/b", "/x"])["DeletedParameters"] == [f"{path}/deep/b"]
    assert refused(ssm.get_parameter, Name=f"{path}/a") == "ParameterNotFound"
