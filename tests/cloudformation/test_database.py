"""The database: reached by the stack's machines only, with a password that stands nowhere."""

from collections.abc import Callable
from typing import Any

import pytest

from cloudformation.description import Database

Find = Callable[..., dict[str, Any]]


def test_a_project_has_no_database_unless_it_asks_for_one(templated: Find) -> None:
    made = templated()
    assert not [each for each in made["Resources"].values() if each["Type"].startswith(("AWS::RDS", "AWS::Secrets"))]
    assert "RDSHost" not in made["Outputs"]


def test_it_is_encrypted_private_and_backed_up(properties: Find) -> None:
    database = properties("Database", rds=Database(storage=50, multi_az=True))
    assert database["StorageEncrypted"] is True
    assert database["PubliclyAccessible"] is False
    assert database["BackupRetentionPeriod"] == 7
    assert (database["AllocatedStorage"], database["MultiAZ"]) == ("50", True)


def test_only_the_stacks_machines_reach_it(properties: Find) -> None:
    (rule,) = properties("DatabaseSecurityGroup", rds=Database())["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": ["SecurityGroup", "GroupId"]}
    assert (rule["FromPort"], rule["ToPort"]) == (5432, 5432)
    assert "CidrIp" not in rule


def test_its_password_is_generated_into_a_secret_and_nowhere_else(templated: Find) -> None:
    made = templated(rds=Database(username="lax"))["Resources"]
    generated = made["DatabaseSecret"]["Properties"]["GenerateSecretString"]
    assert generated["SecretStringTemplate"] == '{"username": "lax"}'
    assert made["Database"]["Properties"]["MasterUsername"] == "lax"
    assert made["Database"]["Properties"]["MasterUserPassword"] == {
        "Fn::Sub": "{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}"
    }


@pytest.mark.parametrize("policy", ["Snapshot", "Delete"])
def test_deletion_and_replacement_follow_the_projects_policy(templated: Find, policy: Any) -> None:
    database = templated(rds=Database(deletion_policy=policy))["Resources"]["Database"]
    assert (database["DeletionPolicy"], database["UpdateReplacePolicy"]) == (policy, policy)


def test_a_snapshot_is_taken_unless_the_project_says_otherwise(templated: Find) -> None:
    assert templated(rds=Database())["Resources"]["Database"]["DeletionPolicy"] == "Snapshot"


@pytest.mark.parametrize(("name", "called"), [(None, "elife_web"), ("lax2", "lax2")])
def test_the_database_is_named_after_the_project(templated: Find, name: str | None, called: str) -> None:
    made = templated(rds=Database(name=name))
    assert made["Resources"]["Database"]["Properties"]["DBName"] == called
    assert made["Outputs"]["RDSDatabase"]["Value"] == called


def test_salt_finds_host_port_and_secret_in_the_outputs(templated: Find) -> None:
    outputs = templated(rds=Database())["Outputs"]
    assert outputs["RDSHost"]["Value"] == {"Fn::GetAtt": ["Database", "Endpoint.Address"]}
    assert outputs["RDSPort"]["Value"] == {"Fn::GetAtt": ["Database", "Endpoint.Port"]}
    assert outputs["RDSSecret"]["Value"] == {"Ref": "DatabaseSecret"}
