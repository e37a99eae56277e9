"""AWS's documented examples of its functions and dynamic references, made as stacks; and what it refuses of them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import HANDLE

ACCOUNT = "123456789012"
SCRIPT = "#!/bin/bash -xe\nyum update -y aws-cfn-bootstrap\n"
REGIONS = {"us-east-1": {"HVM64": "ami-0ff8a91507f77f867"}, "us-west-1": {"HVM64": "ami-0bdb828fd58c52235"}}

# The documentation's page, and from it: what the template says and what it stands for.
EXAMPLES: list[tuple[str, Any, str]] = [
    ("Base64", {"Fn::Base64": "AWS CloudFormation"}, "QVdTIENsb3VkRm9ybWF0aW9u"),
    ("Base64", {"Fn::Base64": {"Fn::Sub": SCRIPT}}, base64.b64encode(SCRIPT.encode()).decode()),
    ("Cidr", {"Fn::Join": [" ", {"Fn::Cidr": ["192.168.0.0/24", "6", "5"]}]},
     "192.168.0.0/27 192.168.0.32/27 192.168.0.64/27 192.168.0.96/27 192.168.0.128/27 192.168.0.160/27"),
    ("Cidr", {"Fn::Select": [0, {"Fn::Cidr": [{"Fn::GetAtt": "ExampleVpc.CidrBlock"}, 1, 8]}]}, "10.0.0.0/24"),
    ("Cidr", {"Fn::Select": [1, {"Fn::Cidr": ["2001:db8::/56", 2, 64]}]}, "2001:db8:0:1::/64"),
    ("FindInMap", {"Fn::FindInMap": ["RegionMap", {"Ref": "AWS::Region"}, "HVM64"]}, "ami-0ff8a91507f77f867"),
    ("FindInMap", {"Fn::FindInMap": ["RegionMap", "eu-south-9", "HVM64", {"DefaultValue": "none"}]}, "none"),
    ("GetAtt", {"Fn::GetAtt": ["ExampleVpc", "CidrBlock"]}, "10.0.0.0/16"),
    ("GetAZs", {"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
    ("GetAZs", {"Fn::Select": [1, {"Fn::GetAZs": {"Ref": "AWS::Region"}}]}, "us-east-1b"),
    ("If", {"Fn::If": ["IsProduction", "m1.xlarge", "m1.small"]}, "m1.small"),
    ("If", {"Fn::Join": [",", ["a", {"Fn::If": ["IsProduction", "b", {"Ref": "AWS::NoValue"}]}]]}, "a"),
    ("And", {"Fn::If": ["MyAndCondition", "yes", "no"]}, "yes"),
    ("Or", {"Fn::If": ["MyOrCondition", "yes", "no"]}, "no"),
    ("Not", {"Fn::If": ["MyNotCondition", "yes", "no"]}, "yes"),
    ("ImportValue", {"Fn::ImportValue": {"Fn::Sub": "${NetworkStack}-SecurityGroupID"}}, "sg-12345678"),
    ("Join", {"Fn::Join": [":", ["a", "b", "c"]]}, "a:b:c"),
    ("Join", {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::elasticbeanstalk-*-",
                                {"Ref": "AWS::AccountId"}]]}, f"arn:aws:s3:::elasticbeanstalk-*-{ACCOUNT}"),
    ("Length", {"Fn::Length": [1, 2, 3]}, "3"),
    ("Length", {"Fn::Length": {"Fn::Split": ["|", "a|b|c"]}}, "3"),
    ("Length", {"Fn::Length": {"Ref": "Subnets"}}, "3"),
    ("Select", {"Fn::Select": ["1", ["apples", "grapes", "oranges", "mangoes"]]}, "grapes"),
    ("Select", {"Fn::Select": ["0", {"Ref": "Subnets"}]}, "10.0.48.0/24"),
    ("Split", {"Fn::Join": ["+", {"Fn::Split": ["|", "a|b|c"]}]}, "a+b+c"),
    ("Split", {"Fn::Join": ["+", {"Fn::Split": ["|", "a||c|"]}]}, "a++c+"),
    ("Split", {"Fn::Select": [2, {"Fn::Split": [",", {"Fn::ImportValue": "AccountSubnetIDs"}]}]}, "subnet-3"),
    ("Sub", {"Fn::Sub": ["www.${Domain}", {"Domain": {"Ref": "RootDomainName"}}]}, "www.example.com"),
    ("Sub", {"Fn::Sub": "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:vpc/${!vpc}"},
     f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc/${{vpc}}"),
    ("Sub", {"Fn::Sub": "${ExampleVpc.CidrBlock} of ${AWS::StackName}"}, "10.0.0.0/16 of documented"),
    ("ToJsonString", {"Fn::ToJsonString": {"key1": "value1", "key2": {"Ref": "RootDomainName"}}},
     '{"key1":"value1","key2":"example.com"}'),
    ("ToJsonString", {"Fn::ToJsonString": [{"Ref": "AWS::Region"}, True, 3]}, '["us-east-1",true,3]'),
]  # fmt: skip
CONDITIONS = {
    "IsProduction": {"Fn::Equals": [{"Ref": "EnvironmentType"}, "prod"]},
    "SomeOtherCondition": {"Fn::Equals": ["a", "a"]},
    "MyAndCondition": {"Fn::And": [{"Fn::Equals": ["sg-mysggroup", "sg-mysggroup"]},
                                   {"Condition": "SomeOtherCondition"}]},
    "MyOrCondition": {"Fn::Or": [{"Fn::Equals": ["sg-mysggroup", "sg-other"]}, {"Condition": "IsProduction"}]},
    "MyNotCondition": {"Fn::Not": [{"Fn::Equals": [{"Ref": "EnvironmentType"}, "prod"]}]},
}  # fmt: skip


def test_the_documented_examples_of_functions(cloud: Cloud) -> None:
    network = {
        "Id": {"Value": "sg-12345678", "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-SecurityGroupID"}}},
        "Subnets": {"Value": "subnet-1,subnet-2,subnet-3", "Export": {"Name": "AccountSubnetIDs"}},
    }
    assert cloud.create("SampleNetworkCrossStack", {**HANDLE, "Outputs": network}) == "CREATE_COMPLETE"
    template: Template = {
        "Transform": "AWS::LanguageExtensions",
        "Parameters": {
            "EnvironmentType": {"Type": "String", "Default": "test"},
            "NetworkStack": {"Type": "String", "Default": "SampleNetworkCrossStack"},
            "RootDomainName": {"Type": "String", "Default": "example.com"},
            "Subnets": {"Type": "CommaDelimitedList", "Default": "10.0.48.0/24, 10.0.112.0/24, 10.0.176.0/24"},
        },
        "Mappings": {"RegionMap": REGIONS},
        "Conditions": CONDITIONS,
        "Resources": {"ExampleVpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}},
        "Outputs": {f"{page}{n}": {"Value": said} for n, (page, said, _) in enumerate(EXAMPLES)},
    }
    more = {"Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    assert cloud.create("documented", template, **more) == "CREATE_COMPLETE", cloud.told("documented")
    assert cloud.outputs("documented") == {f"{page}{n}": meant for n, (page, _, meant) in enumerate(EXAMPLES)}


REFUSED = [
    ({"Fn::Join": ["-"]}, "every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of "
     "strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."),
    ({"Fn::Select": [4, ["a", "b"]]}, "Fn::Select cannot select nonexistent value at index 4"),
    ({"Fn::Select": ["x", ["a"]]},
     "Fn::Select requires a list argument with two elements: an integer index and a list"),
    ({"Fn::Split": ["a"]}, "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to "
     "be split or a function that returns a string to be split."),
    ({"Fn::Sub": ["a"]}, "One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string "
     "as first argument, and an optional second argument to specify a mapping of values to replace in the string"),
    ({"Fn::Sub": "${no-variable}"}, "variable names in Fn::Sub syntax must contain only alphanumeric characters, "
     "underscores, periods, and colons"),
    ({"Fn::GetAtt": ["Handle"]}, "every Fn::GetAtt object requires two non-empty parameters, the resource name and the "
     "resource attribute"),
    ({"Fn::GetAtt": ["Nobody", "Arn"]}, "instance of Fn::GetAtt references undefined resource Nobody"),
    ({"Fn::If": [["Yes"], "a", "b"]}, "Fn::If requires a list argument with the first element being a condition"),
    ({"Fn::If": ["Yes", "a"]}, "Fn::If requires a list argument with three elements"),
    ({"Fn::FindInMap": ["M", "a"]}, "every Fn::FindInMap object requires three parameters, the map name, map key and "
     "the attribute for return value"),
    ({"Fn::FindInMap": ["M", "a", "none"]}, "Unable to get mapping for M::a::none"),
    ({"Fn::FindInMap": ["N", "a", "b"]}, "Mapping named 'N' is not present in the 'Mappings' section of template."),
    ({"Fn::Base64": ["a"]}, "every Fn::Base64 object must have a String-typed value."),
    ({"Fn::ImportValue": {"Ref": "Handle"}}, "the attribute in Fn::ImportValue must not depend on any resources, "
     "imported values, or Fn::GetAZs"),
    ({"Ref": ["Handle"]}, "every Ref object must have a single String value."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "message"), REFUSED, ids=lambda each: json.dumps(each)[:30])
def test_wrong_use_is_refused_in_awss_words(cloud: Cloud, said: Any, message: str) -> None:
    template = {
        **HANDLE,
        "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}},
        "Mappings": {"M": {"a": {"b": "c"}}},
        "Outputs": {"Said": {"Value": said}},
    }
    with pytest.raises(ClientError) as error:
        cloud.create("web", template)
    assert refused(error) == ("ValidationError", f"Template error: {message}")


CONDITIONAL = [
    ({"Fn::And": [{"Fn::Equals": ["a", "a"]}]}, "every Fn::And object requires a list of at least 2 and at most 10 "
     "boolean parameters."),
    ({"Fn::Or": [{"Fn::Equals": ["a", "a"]}] * 11}, "every Fn::Or object requires a list of at least 2 and at most 10 "
     "boolean parameters."),
    ({"Fn::Not": []}, "Fn::Not requires a list argument with one element"),
    ({"Fn::Equals": ["a"]}, "every Fn::Equals object requires a list of 2 string parameters."),
]  # fmt: skip


@pytest.mark.parametrize(("said", "message"), CONDITIONAL, ids=lambda each: json.dumps(each)[:30])
def test_a_wrong_condition_is_refused_in_awss_words(cloud: Cloud, said: Any, message: str) -> None:
    bad = {**HANDLE, "Conditions": {"C": said}, "Outputs": {"Said": {"Value": {"Fn::If": ["C", "a", "b"]}}}}
    with pytest.raises(ClientError) as error:
        cloud.create("web", bad)
    assert refused(error) == ("ValidationError", f"Template error: {message}")


def test_an_export_has_a_name_that_is_known_beforehand(cloud: Cloud) -> None:
    output = {"Value": "a", "Export": {"Name": {"Ref": "Handle"}}}
    with pytest.raises(ClientError, match="Export must not depend on any resources, imported values, or Fn::GetAZs"):
        cloud.create("web", {**HANDLE, "Outputs": {"Said": output}})


def test_the_documented_forms_of_dynamic_references(cloud: Cloud) -> None:
    """In a resource's properties; in an output they are as AWS shows them, unresolved."""
    ssm, manager = cloud.client("ssm"), cloud.client("secretsmanager")
    ssm.put_parameter(Name="S3AccessControl", Value="Private", Type="String")
    ssm.put_parameter(Name="S3AccessControl", Value="PublicRead", Type="String", Overwrite=True)
    secret = json.dumps({"username": "elife", "port": 5432})
    made = manager.create_secret(Name="MySecret", SecretString=secret)
    first, arn = made["VersionId"], made["ARN"]
    manager.put_secret_value(SecretId="MySecret", SecretString=secret.replace("elife", "lax"))
    meant = {
        "{{resolve:ssm:S3AccessControl:1}}": "Private",
        "{{resolve:ssm:S3AccessControl}}": "PublicRead",
        "{{resolve:secretsmanager:MySecret:SecretString:username}}": "lax",
        "{{resolve:secretsmanager:MySecret:SecretString:port}}": "5432",
        "{{resolve:secretsmanager:MySecret:SecretString:username:AWSPREVIOUS}}": "elife",
        f"{{{{resolve:secretsmanager:MySecret:SecretString:username::{first}}}}}": "elife",
        f"{{{{resolve:secretsmanager:{arn}:SecretString:username}}}}": "lax",
        "{{resolve:secretsmanager:MySecret}}": secret.replace("elife", "lax"),
        "{{resolve:secretsmanager:MySecret:SecretString}}": secret.replace("elife", "lax"),
        "a {{resolve:ssm:S3AccessControl:1}} b {{resolve:ssm:S3AccessControl}}": "a Private b PublicRead",
    }
    template: Template = {
        "Resources": {
            f"P{n}": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": said}}
            for n, said in enumerate(meant)
        }
    }
    assert cloud.create("web", template) == "CREATE_COMPLETE", cloud.told("web")
    found = [ssm.get_parameter(Name=cloud.physical("web", f"P{n}"))["Parameter"]["Value"] for n, _ in enumerate(meant)]
    assert found == list(meant.values())
    kept = b"".join(each.read_bytes() for each in cloud.folder.glob("cloudformation.sqlite*"))
    assert b"elife" not in kept and b"PublicRead" not in kept


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("{{resolve:ssm:none}}", "Unable to fetch parameters [none] from parameter store for this account."),
        ("{{resolve:secretsmanager:none:SecretString:a}}", "Secrets Manager can't find the specified secret."),
        ("{{resolve:secretsmanager:there:SecretString:a}}", "Could not find a value associated with JSONKey"),
    ],
)
def test_a_reference_to_nothing_fails_its_resource(cloud: Cloud, said: str, why: str) -> None:
    cloud.client("secretsmanager").create_secret(Name="there", SecretString="{}")
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": said}}
    assert cloud.create("web", {"Resources": {"Topic": topic}}) == "ROLLBACK_COMPLETE"
    assert why in next(reason for _, status, reason in cloud.story("web", "Topic") if status == "CREATE_FAILED")


def test_secure_strings_are_for_passwords_only(cloud: Cloud) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "{{resolve:ssm-secure:Word:1}}"}}
    with pytest.raises(ClientError) as error:
        cloud.create("web", {"Resources": {"Topic": topic}})
    told = "SSM Secure reference is not supported in: [AWS::SNS::Topic/Properties/DisplayName]"
    assert refused(error) == ("ValidationError", told)
