"""Secrets: made by Secrets Manager, named after their stack, read by the machines that need them and no others."""

import json
from collections.abc import Callable
from typing import Any

from builder.projects import load
from cloudformation.consistency import contradictions
from cloudformation.description import Access, Aws, Database, Secret

Find = Callable[..., dict[str, Any]]
WEB: dict[str, Any] = {"secrets": {"api": Secret(username="elife-bot"), "session": Secret(username="website")}}
READ = "secretsmanager:GetSecretValue"


def readable(role: dict[str, Any]) -> set[str]:
    """What GetSecretValue is allowed of."""
    (policy,) = role["Policies"]
    statements = [each for each in policy["PolicyDocument"]["Statement"] if READ in each["Action"]]
    return {resource.get("Fn::Sub") or resource["Ref"] for each in statements for resource in each["Resource"]}


def test_a_secret_has_a_generated_password_and_the_stacks_name(properties: Find) -> None:
    secret = properties("ApiSecret", **WEB)
    assert secret["Name"] == {"Fn::Sub": "${AWS::StackName}/api"}
    made = secret["GenerateSecretString"]
    assert json.loads(made["SecretStringTemplate"]) == {"username": "elife-bot"}
    assert made["GenerateStringKey"] == "password" and made["PasswordLength"] >= 32
    assert made["ExcludePunctuation"]  # it stands between quotes in settings files
    assert "SecretString" not in secret


def test_outputs_tell_where_they_are_and_not_what(templated: Find) -> None:
    outputs = templated(**WEB)["Outputs"]
    assert outputs["ApiSecret"]["Value"] == {"Ref": "ApiSecret"}
    assert outputs["SessionSecret"]["Value"] == {"Ref": "SessionSecret"}


def test_a_machine_reads_its_own(properties: Find) -> None:
    assert readable(properties("Role", **WEB)) == {"ApiSecret", "SessionSecret"}


def test_a_machine_reads_anothers_only_where_it_says_so(properties: Find) -> None:
    names = {"secrets": {"elife-lax/api": "elife-lax-ct/api"}}
    granted = readable(properties("Role", names=names, access=Access(secrets=("elife-lax/api",))))
    here = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret"
    assert granted == {f"{here}:elife-lax-ct/api-??????"}


def test_the_databases_own_secret_keeps_its_name() -> None:
    ((place, what),) = contradictions(Aws(rds=Database(), secrets={"database": Secret(username="x")}))
    assert place == ("secrets",) and "DatabaseSecret" in what


def test_the_bot_may_read_only_secrets_that_projects_make() -> None:
    projects = load()
    bot = projects.project("elife-bot", "continuum-test")
    assert bot.names.secrets["elife-website/api"] == "elife-website-continuum-test/api"
    for each in bot.aws.access.secrets:
        project, name = each.split("/")
        assert name in projects.project(project, "continuum-test").aws.secrets
