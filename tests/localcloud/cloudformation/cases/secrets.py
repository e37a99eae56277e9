"""AWS::SecretsManager::Secret and AWS::SSM::Parameter: a value under a name, secret or not."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

SECRET: Resource = {
    "Type": "AWS::SecretsManager::Secret",
    "Properties": {
        "GenerateSecretString": {"SecretStringTemplate": '{"username": "elife"}', "GenerateStringKey": "password"}
    },
}


def secret(cloud: Cloud, it: str) -> Any:
    value = json.loads(cloud.client("secretsmanager").get_secret_value(SecretId=it)["SecretString"])
    return sorted(value)


def parameter(cloud: Cloud, it: str) -> Any:
    return cloud.client("ssm").get_parameter(Name=it)["Parameter"]["Value"]


CASES = [
    Case(
        "AWS::SecretsManager::Secret",
        SECRET["Properties"],
        secret,
        ["password", "username"],
        {"GenerateSecretString": {"SecretStringTemplate": "{}", "GenerateStringKey": "token"}},
        ["token"],
        {"Name": "named"},
    ),
    Case(
        "AWS::SSM::Parameter", {"Type": "String", "Value": "a"}, parameter, "a", {"Value": "b"}, "b", {"Name": "named"}
    ),
]
