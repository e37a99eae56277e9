"""What is refused, and in AWS's words: a wrong template, a stack of that name, one that is busy."""

from __future__ import annotations

import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import HANDLE, queue

REFUSED = [
    (
        {"Resources": {"A": {"Type": "AWS::No::Such"}}},
        "Template format error: Unrecognized resource types: [AWS::No::Such]",
    ),
    ({"Resources": {}}, "Template format error: At least one Resources member must be defined."),
    (
        {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "B"}}}}},
        "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
    ),
    (
        {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": "A.Size"}}}}},
        "Template error: resource A does not support attribute type Size in Fn::GetAtt",
    ),
    (
        {
            "Resources": {
                "A": {"Type": "AWS::SQS::Queue", "DependsOn": "B"},
                "B": {"Type": "AWS::SQS::Queue", "DependsOn": "A"},
            }
        },
        "Circular dependency between resources: [A, B]",
    ),
    (
        {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Condition": "Never"}}},
        "Template format error: Unresolved condition dependency Never in the Resources block of the template",
    ),
    ({**HANDLE, "Parameters": {"Size": {"Type": "String"}}}, "Parameters: [Size] must have values"),
    ({**HANDLE, "Surprise": {}}, "Invalid template property or properties [Surprise]"),
    (
        {**HANDLE, "Outputs": {"A": {"Value": {"Fn::FindInMap": ["M", "a", "b"]}}}},
        "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
    ),
]


@pytest.mark.parametrize(("template", "message"), REFUSED, ids=lambda each: each if isinstance(each, str) else "")
def test_a_wrong_template_is_refused_before_anything_is_made(cloud: Cloud, template: Template, message: str) -> None:
    with pytest.raises(ClientError) as error:
        cloud.create("web", template)
    assert refused(error) == ("ValidationError", message)
    assert cloud.cfn.list_stacks()["StackSummaries"] == []


def test_iam_needs_to_be_acknowledged(cloud: Cloud) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "named", "AssumeRolePolicyDocument": {}}}
    with pytest.raises(cloud.cfn.exceptions.InsufficientCapabilitiesException) as error:
        cloud.create("web", {"Resources": {"Role": role}}, Capabilities=["CAPABILITY_IAM"])
    assert refused(error)[1] == "Requires capabilities : [CAPABILITY_NAMED_IAM]"


def test_an_unknown_property_is_no_silent_yes(cloud: Cloud) -> None:
    odd = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}
    assert cloud.create("web", {"Resources": {"Queue": odd}}) == "ROLLBACK_COMPLETE"
    reason = next(reason for name, status, reason in cloud.story("web") if status == "CREATE_FAILED")
    assert (
        reason
        == "Properties validation failed for resource Queue with message:\n#: extraneous key [Colour] is not permitted"
    )


def test_a_stack_that_exists_and_one_that_does_not(cloud: Cloud) -> None:
    cloud.create("web", HANDLE)
    with pytest.raises(cloud.cfn.exceptions.AlreadyExistsException) as exists:
        cloud.create("web", HANDLE)
    assert refused(exists) == ("AlreadyExistsException", "Stack [web] already exists")
    with pytest.raises(ClientError) as error:
        cloud.update("nowhere", HANDLE)
    assert refused(error) == ("ValidationError", "Stack [nowhere] does not exist")
    cloud.cfn.delete_stack(StackName="nowhere")  # as on AWS, no error


def test_a_busy_stack_is_not_updated(cloud: Cloud) -> None:
    cloud.before = lambda service, call: time.sleep(0.5) if call == "CreateQueue" else None
    cloud.cfn.create_stack(StackName="web", TemplateBody=json.dumps({"Resources": {"Queue": queue()}}))
    with pytest.raises(ClientError) as error:
        cloud.cfn.update_stack(StackName="web", TemplateBody=json.dumps(HANDLE))
    assert refused(error)[1].endswith("is in CREATE_IN_PROGRESS state and can not be updated.")


@pytest.mark.parametrize(
    ("call", "option"),
    [
        ("create_stack", {"RollbackConfiguration": {"MonitoringTimeInMinutes": 5}}),
        ("create_stack", {"ResourceTypes": ["AWS::SQS::*"]}),
        ("create_change_set", {"ChangeSetName": "one", "ChangeSetType": "CREATE", "IncludeNestedStacks": True}),
    ],
)
def test_an_option_that_would_not_be_heeded_is_refused(cloud: Cloud, call: str, option: dict[str, object]) -> None:
    with pytest.raises(ClientError) as error:
        getattr(cloud.cfn, call)(StackName="web", TemplateBody=json.dumps(HANDLE), **option)
    assert refused(error) == (
        "UnsupportedOperation",
        f"{''.join(map(str.capitalize, call.split('_')))}: the local cloud does not have {list(option)[-1]}",
    )
