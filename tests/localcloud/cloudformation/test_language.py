"""What a template can say beyond plain resources: loops, rules, and parameters that name things in the account."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import HANDLE, queue, queues

EXTENDED = "AWS::LanguageExtensions"
EXPAND = ["CAPABILITY_AUTO_EXPAND"]
LOOP: Template = {
    "Transform": EXTENDED,
    "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "red,dark-blue"}},
    "Resources": {
        "Fn::ForEach::Queues": [
            "Name",
            {"Ref": "Names"},
            {"Queue&{Name}": queue({"Fn::Length": ["a", "b"]}, DeletionPolicy={"Ref": "AWS::NoValue"}, Metadata={
                "colour": "${Name}", "same": {"Ref": "Name"}})},
        ]
    },
    "Outputs": {
        "Fn::ForEach::Urls": ["Name", {"Ref": "Names"}, {"Url&{Name}": {"Value": {"Ref": "Queue&{Name}"}}}],
        "All": {"Value": {"Fn::ToJsonString": {"names": {"Ref": "Names"}}}},
    },
}  # fmt: skip
del LOOP["Resources"]["Fn::ForEach::Queues"][2]["Queue&{Name}"]["DeletionPolicy"]


def test_a_loop_is_written_out(cloud: Cloud) -> None:
    assert cloud.create("web", LOOP, Capabilities=EXPAND) == "CREATE_COMPLETE", cloud.told("web")
    listed = cloud.cfn.list_stack_resources(StackName="web")["StackResourceSummaries"]
    assert {each["LogicalResourceId"] for each in listed} == {"Queuered", "Queuedarkblue"}
    outputs = cloud.outputs("web")
    assert {outputs["Urlred"], outputs["Urldarkblue"]} == set(queues(cloud))
    assert json.loads(outputs["All"]) == {"names": ["red", "dark-blue"]}
    told = cloud.cfn.describe_stack_resource(StackName="web", LogicalResourceId="Queuedarkblue")
    assert json.loads(told["StackResourceDetail"]["Metadata"]) == {"colour": "dark-blue", "same": "dark-blue"}
    assert cloud.cfn.get_template(StackName="web")["TemplateBody"] == LOOP
    processed = cloud.cfn.get_template(StackName="web", TemplateStage="Processed")["TemplateBody"]
    assert processed["Resources"].keys() == {"Queuered", "Queuedarkblue"}
    assert cloud.cfn.get_template_summary(StackName="web")["DeclaredTransforms"] == [EXTENDED]


def test_the_previous_template_is_processed_anew(cloud: Cloud) -> None:
    cloud.create("web", LOOP, Capabilities=EXPAND)
    more = [{"ParameterKey": "Names", "ParameterValue": "red,green,blue"}]
    cloud.cfn.update_stack(StackName="web", UsePreviousTemplate=True, Parameters=more, Capabilities=EXPAND)
    assert cloud.settled("web") == "UPDATE_COMPLETE"
    assert len(queues(cloud)) == 3


def test_a_transform_is_agreed_to(cloud: Cloud) -> None:
    with pytest.raises(cloud.cfn.exceptions.InsufficientCapabilitiesException) as error:
        cloud.create("web", LOOP)
    assert refused(error)[1] == "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"
    asked = {"StackName": "web", "ChangeSetName": "a", "ChangeSetType": "CREATE", "TemplateBody": json.dumps(LOOP)}
    assert cloud.cfn.create_change_set(**asked)["Id"]  # what is shown before it is done needs no consent


def test_a_policy_may_be_a_parameter(cloud: Cloud) -> None:
    wanted = {
        "Transform": EXTENDED,
        "Parameters": {"Keep": {"Type": "String", "Default": "Retain"}},
        "Resources": {"Queue": queue(DeletionPolicy={"Ref": "Keep"})},
    }
    cloud.create("web", wanted, Capabilities=EXPAND)
    cloud.delete("web")
    assert len(queues(cloud)) == 1


@pytest.mark.parametrize(
    ("loop", "message"),
    [
        (["Name", ["a"]], "Transform AWS::LanguageExtensions failed with: Fn::ForEach layout is incorrect"),
        (["Name", ["a", "b"], {"Queue": queue()}], "Transform AWS::LanguageExtensions failed with: "
         "Duplicate key 'Queue' when merging keys to parent object in Fn::ForEach"),
    ],
)  # fmt: skip
def test_a_wrong_loop(cloud: Cloud, loop: Any, message: str) -> None:
    with pytest.raises(ClientError) as error:
        cloud.create("web", {"Transform": EXTENDED, "Resources": {"Fn::ForEach::A": loop}}, Capabilities=EXPAND)
    assert refused(error) == ("ValidationError", message)


def test_macros_are_refused(cloud: Cloud) -> None:
    for wanted in ({**HANDLE, "Transform": "AWS::Serverless-2016-10-31"},
                   {"Resources": {"Queue": queue({"Fn::Transform": {"Name": "Mine"}})}}):  # fmt: skip
        with pytest.raises(ClientError, match=r"not supported here|not a function that is supported"):
            cloud.create("web", wanted)


def given(**values: str) -> list[dict[str, str]]:
    return [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]


RULES: Template = {
    **HANDLE,
    "Parameters": {
        "Environment": {"Type": "String", "Default": "test"},
        "Size": {"Type": "String", "Default": "small"},
        "Zones": {"Type": "CommaDelimitedList", "Default": "a,b"},
    },
    "Rules": {
        "LiveIsBig": {
            "RuleCondition": {"Fn::Equals": [{"Ref": "Environment"}, "live"]},
            "Assertions": [
                {"Assert": {"Fn::Contains": [["big", "huge"], {"Ref": "Size"}]}, "AssertDescription": "live is big"}
            ],
        },
        "KnownZones": {
            "Assertions": [
                {"Assert": {"Fn::EachMemberIn": [{"Ref": "Zones"}, ["a", "b", "c"]]}},
                {"Assert": {"Fn::Not": [{"Fn::EachMemberEquals": [{"Ref": "Zones"}, "a"]}]}},
            ]
        },
    },
}


@pytest.mark.parametrize(
    ("values", "fails"),
    [
        ({}, ""),
        ({"Environment": "live"}, "live is big"),
        ({"Environment": "live", "Size": "huge"}, ""),
        ({"Zones": "a,z"}, "KnownZones"),
        ({"Zones": "a,a"}, "KnownZones"),
    ],
)
def test_rules(cloud: Cloud, values: dict[str, str], fails: str) -> None:
    if not fails:
        assert cloud.create("web", RULES, Parameters=given(**values)) == "CREATE_COMPLETE"
        return
    with pytest.raises(ClientError) as error:
        cloud.create("web", RULES, Parameters=given(**values))
    code, message = refused(error)
    assert code == "ValidationError" and fails in message


def test_a_rule_about_things_in_the_account(cloud: Cloud) -> None:
    subnet = cloud.client("ec2").describe_subnets()["Subnets"][0]
    wanted = {
        **HANDLE,
        "Parameters": {"Vpc": {"Type": "AWS::EC2::VPC::Id"}, "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}},
        "Rules": {
            "Inside": {
                "Assertions": [
                    {"Assert": {"Fn::EachMemberEquals": [{"Fn::ValueOf": ["Subnets", "VpcId"]}, {"Ref": "Vpc"}]}},
                    {"Assert": {"Fn::Contains": [{"Fn::RefAll": "AWS::EC2::VPC::Id"}, {"Ref": "Vpc"}]}},
                ]
            }
        },
    }
    right = given(Vpc=subnet["VpcId"], Subnets=subnet["SubnetId"])
    assert cloud.create("web", wanted, Parameters=right) == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="Inside"):
        cloud.create("other", wanted, Parameters=given(Vpc="vpc-0", Subnets=subnet["SubnetId"]))


def test_what_a_parameter_names_must_exist(cloud: Cloud) -> None:
    wanted = {
        **HANDLE,
        "Parameters": {
            "Group": {"Type": "AWS::EC2::SecurityGroup::Id"},
            "Keys": {"Type": "AWS::EC2::KeyPair::KeyName"},
        },
    }
    assert cloud.create("web", wanted, Parameters=given(Group="sg-0", Keys="mine")) == "ROLLBACK_COMPLETE"
    told = ("Parameter validation failed: parameter value sg-0 for parameter name Group does not exist, "
            "parameter value mine for parameter name Keys does not exist. Rollback requested by user.")  # fmt: skip
    assert ("web", "ROLLBACK_IN_PROGRESS", told) in cloud.story("web")
    assert {name for name, _, _ in cloud.story("web")} == {"web"}, "a resource was begun"
    group = cloud.client("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    cloud.client("ec2").create_key_pair(KeyName="mine")
    assert cloud.create("other", wanted, Parameters=given(Group=group, Keys="mine")) == "CREATE_COMPLETE"


def test_an_unknown_parameter_type(cloud: Cloud) -> None:
    with pytest.raises(ClientError) as error:
        cloud.create("web", {**HANDLE, "Parameters": {"A": {"Type": "AWS::Colour", "Default": "red"}}})
    assert refused(error)[1] == "Template format error: Unrecognized parameter type: AWS::Colour"


def test_values_that_are_kept_to_oneself(cloud: Cloud) -> None:
    wanted = {**HANDLE, "Parameters": {"Password": {"Type": "String", "NoEcho": True}}}
    cloud.create("web", wanted, Parameters=given(Password="secret-word"))
    assert cloud.stack("web")["Parameters"] == [{"ParameterKey": "Password", "ParameterValue": "****"}]
    keep = [{"ParameterKey": "Password", "UsePreviousValue": True}]
    cloud.cfn.create_change_set(StackName="web", ChangeSetName="a", UsePreviousTemplate=True, Parameters=keep)
    told = cloud.cfn.describe_change_set(StackName="web", ChangeSetName="a", IncludePropertyValues=True)
    assert "secret-word" not in str(told)
