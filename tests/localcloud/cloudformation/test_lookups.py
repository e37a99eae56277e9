"""Values that a stack takes from elsewhere: another stack's export, a secret, a parameter."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import pair


def test_exports_are_kept_while_they_are_imported(cloud: Cloud) -> None:
    exporter = pair()
    exporter["Outputs"]["LiveUrl"]["Export"] = {"Name": {"Fn::Sub": "${AWS::StackName}-url"}}
    cloud.create("base", exporter)
    value = {"Fn::ImportValue": "base-url"}
    importer = {
        "Resources": {"Where": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}
    }
    cloud.create("web", importer)
    assert (
        cloud.client("ssm").get_parameter(Name=cloud.physical("web", "Where"))["Parameter"]["Value"].startswith("http")
    )
    assert [each["Name"] for each in cloud.cfn.list_exports()["Exports"]] == ["base-url"]
    assert cloud.cfn.list_imports(ExportName="base-url")["Imports"] == ["web"]
    with pytest.raises(ClientError) as error:
        cloud.cfn.delete_stack(StackName="base")
    assert refused(error)[1] == "Export base-url cannot be deleted as it is in use by web"
    cloud.delete("web")
    assert cloud.delete("base") == "DELETE_COMPLETE"


def test_secrets_and_parameters_are_looked_up_and_not_kept(cloud: Cloud) -> None:
    cloud.client("ssm").put_parameter(Name="/image", Value="ami-12c6146b", Type="String")
    template: Template = {
        "Parameters": {
            "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": "/image"},
            "Word": {"Type": "String", "NoEcho": True},
        },
        "Resources": {
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {
                    "GenerateSecretString": {
                        "SecretStringTemplate": '{"username": "elife"}',
                        "GenerateStringKey": "password",
                    }
                },
            },
            "Copy": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Type": "String",
                    "Value": {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"},
                },
            },
            "Machine": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": {"Ref": "Image"}}},
        },
    }
    assert (
        cloud.create("web", template, Parameters=[{"ParameterKey": "Word", "ParameterValue": "quiet"}])
        == "CREATE_COMPLETE"
    )
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=cloud.physical("web", "Secret"))
    password = json.loads(secret["SecretString"])["password"]
    copied = cloud.client("ssm").get_parameter(Name=cloud.physical("web", "Copy"))["Parameter"]["Value"]
    assert copied == password
    told = {each["ParameterKey"]: each for each in cloud.stack("web")["Parameters"]}
    assert told["Image"]["ResolvedValue"] == "ami-12c6146b"
    assert told["Word"]["ParameterValue"] == "****"
    kept = b"".join(each.read_bytes() for each in cloud.folder.glob("cloudformation.sqlite*"))
    assert password.encode() not in kept
