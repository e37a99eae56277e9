"""CloudFormation's stacks."""

from __future__ import annotations

import json
from typing import Any

from tests.localcloud.api.check import At, check, eventually, refused

QUICK = {"Delay": 1, "MaxAttempts": 60}


def template(at: At, **properties: Any) -> str:
    """A queue and a topic, the topic named in the queue's tags; an output."""
    return json.dumps(
        {
            "Parameters": {"Seconds": {"Type": "Number", "Default": 30}},
            "Resources": {
                "Queue": {
                    "Type": "AWS::SQS::Queue",
                    "Properties": {
                        "QueueName": at.name("queue"),
                        "VisibilityTimeout": {"Ref": "Seconds"},
                        "Tags": [{"Key": "topic", "Value": {"Ref": "Topic"}}],
                        **properties,
                    },
                },
                "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": at.name("topic")}},
            },
            "Outputs": {"Url": {"Value": {"Ref": "Queue"}, "Export": {"Name": at.name("url")}}},
        }
    )


def created(at: At, **more: Any) -> tuple[Any, str]:
    """A client and the name of a stack that is there."""
    formation, name = at("cloudformation"), at.name()
    formation.create_stack(StackName=name, **{"TemplateBody": template(at), **more})
    formation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=QUICK)
    return formation, name


def status(formation: Any, name: str) -> str:
    return str(formation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])


def queue_attributes(at: At, formation: Any, name: str) -> dict[str, str]:
    told = formation.describe_stack_resource(StackName=name, LogicalResourceId="Queue")["StackResourceDetail"]
    asked = {"QueueUrl": told["PhysicalResourceId"], "AttributeNames": ["All"]}
    return dict(at("sqs").get_queue_attributes(**asked)["Attributes"])


@check("cloudformation", "CreateStack DescribeStacks DescribeStackResource DeleteStack")
def stacks(at: At) -> None:
    """What is CREATE_COMPLETE is there, with its outputs; deleted, it is gone, and told by its id only"""
    formation, name = created(at, Tags=[{"Key": "a", "Value": "1"}])
    (told,) = formation.describe_stacks(StackName=name)["Stacks"]
    assert (told["StackStatus"], told["Tags"]) == ("CREATE_COMPLETE", [{"Key": "a", "Value": "1"}])
    assert told["Outputs"][0]["OutputValue"].endswith(at.name("queue"))
    assert queue_attributes(at, formation, name)["VisibilityTimeout"] == "30"
    taken = refused(formation.create_stack, StackName=name, TemplateBody=template(at))
    assert taken == "AlreadyExistsException"
    formation.delete_stack(StackName=name)
    formation.get_waiter("stack_delete_complete").wait(StackName=told["StackId"], WaiterConfig=QUICK)
    assert refused(formation.describe_stacks, StackName=name) == "ValidationError"
    assert formation.describe_stacks(StackName=told["StackId"])["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE"
    gone = refused(at("sqs").get_queue_url, QueueName=at.name("queue"))
    assert gone in ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


@check("cloudformation", "UpdateStack", "GetTemplate", "GetTemplateSummary")
def updates(at: At) -> None:
    """An update changes in place what can be, replaces what can't; without a change it is refused"""
    formation, name = created(at)
    first = queue_attributes(at, formation, name)["QueueArn"]
    again = refused(formation.update_stack, StackName=name, TemplateBody=template(at))
    assert again == "ValidationError"
    formation.update_stack(
        StackName=name, UsePreviousTemplate=True, Parameters=[{"ParameterKey": "Seconds", "ParameterValue": "40"}]
    )
    formation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=QUICK)
    told = queue_attributes(at, formation, name)
    assert (told["VisibilityTimeout"], told["QueueArn"]) == ("40", first)
    formation.update_stack(StackName=name, TemplateBody=template(at, QueueName=at.name("renamed")))
    formation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig=QUICK)
    assert queue_attributes(at, formation, name)["QueueArn"].endswith(at.name("renamed"))
    assert at.name("renamed") in json.dumps(formation.get_template(StackName=name)["TemplateBody"])
    summary = formation.get_template_summary(StackName=name)
    assert (summary["Parameters"][0]["ParameterKey"], sorted(summary["ResourceTypes"])) == (
        "Seconds",
        ["AWS::SNS::Topic", "AWS::SQS::Queue"],
    )


@check("cloudformation", "CreateStack", "UpdateStack", "DescribeStackEvents")
def rollbacks(at: At) -> None:
    """What fails is rolled back, a creation to nothing, an update to what was; the events tell which and why"""
    formation, name = created(at)
    formation.update_stack(StackName=name, TemplateBody=template(at, DelaySeconds=901))
    eventually(lambda: status(formation, name) == "UPDATE_ROLLBACK_COMPLETE")
    assert queue_attributes(at, formation, name)["DelaySeconds"] == "0"
    pages = formation.get_paginator("describe_stack_events").paginate(StackName=name)
    events = [each for page in pages for each in page["StackEvents"]]
    failed = [each for each in events if each["ResourceStatus"] == "UPDATE_FAILED"]
    assert [each["LogicalResourceId"] for each in failed] == ["Queue"]
    assert failed[0]["ResourceStatusReason"]
    bad = {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": at.name("bad"), "DelaySeconds": 901}}}
    formation.create_stack(StackName=f"{name}-bad", TemplateBody=json.dumps({"Resources": bad}))
    eventually(lambda: status(formation, f"{name}-bad") == "ROLLBACK_COMPLETE")


@check("cloudformation", "ListStacks ListStackResources DescribeStackResources DescribeStackEvents")
def lists(at: At) -> None:
    """Stacks by status, resources and events, in pages"""
    formation, name = created(at)
    pages = formation.get_paginator("list_stacks").paginate(StackStatusFilter=["CREATE_COMPLETE"])
    assert name in {each["StackName"] for page in pages for each in page["StackSummaries"]}
    pages = formation.get_paginator("list_stack_resources").paginate(StackName=name)
    listed = {each["LogicalResourceId"] for page in pages for each in page["StackResourceSummaries"]}
    assert listed == {"Queue", "Topic"}
    told = formation.describe_stack_resources(StackName=name)["StackResources"]
    assert {each["ResourceStatus"] for each in told} == {"CREATE_COMPLETE"}
    events = formation.describe_stack_events(StackName=name)["StackEvents"]
    assert (events[0]["ResourceStatus"], events[-1]["ResourceStatus"]) == ("CREATE_COMPLETE", "CREATE_IN_PROGRESS")


@check("cloudformation", "ListExports ListImports DeleteStack")
def exports(at: At) -> None:
    """What another stack imports can't be deleted"""
    formation, name = created(at)
    value = {"Fn::ImportValue": at.name("url")}
    parameter = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}
    formation.create_stack(StackName=f"{name}-user", TemplateBody=json.dumps({"Resources": {"P": parameter}}))
    formation.get_waiter("stack_create_complete").wait(StackName=f"{name}-user", WaiterConfig=QUICK)
    pages = formation.get_paginator("list_exports").paginate()
    assert at.name("url") in {each["Name"] for page in pages for each in page["Exports"]}
    assert formation.list_imports(ExportName=at.name("url"))["Imports"] == [f"{name}-user"]
    blocked = refused(formation.delete_stack, StackName=name)
    if not blocked:  # AWS takes the call and fails the deletion
        eventually(lambda: status(formation, name) == "DELETE_FAILED")
    assert blocked in ("", "ValidationError")


@check("cloudformation", "UpdateTerminationProtection", "SetStackPolicy GetStackPolicy")
def protection(at: At) -> None:
    """A protected stack can't be deleted; a stack policy holds back updates of what it denies"""
    formation, name = created(at)
    formation.update_termination_protection(StackName=name, EnableTerminationProtection=True)
    assert refused(formation.delete_stack, StackName=name) == "ValidationError"
    formation.update_termination_protection(StackName=name, EnableTerminationProtection=False)
    deny = {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "LogicalResourceId/Queue"}
    allow = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    policy = json.dumps({"Statement": [deny, allow]})
    formation.set_stack_policy(StackName=name, StackPolicyBody=policy)
    assert json.loads(formation.get_stack_policy(StackName=name)["StackPolicyBody"]) == json.loads(policy)
    formation.update_stack(StackName=name, TemplateBody=template(at, DelaySeconds=5))
    ends = ("UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
    ended = eventually(lambda: (now := status(formation, name)) in ends and now)
    at.differs("a stack policy is kept, not enforced", ended, here="UPDATE_COMPLETE", aws="UPDATE_ROLLBACK_COMPLETE")


@check("cloudformation", "ValidateTemplate", "CreateStack")
def refusals(at: At) -> None:
    """Unknown types, attributes, references and circles are a `ValidationError`; roles need their capability"""
    formation = at("cloudformation")
    queue = {"Type": "AWS::SQS::Queue"}
    wrong: list[dict[str, Any]] = [
        {"A": {"Type": "AWS::SQS::Queues"}},
        {"A": {**queue, "Properties": {"QueueName": {"Ref": "Nobody"}}}},
        {"A": {**queue, "DependsOn": "B"}, "B": {**queue, "DependsOn": "A"}},
        {"A": queue, "B": {**queue, "Properties": {"QueueName": {"Fn::GetAtt": ["A", "Nothing"]}}}},
    ]
    for number, resources in enumerate(wrong):
        given = {"StackName": at.name(str(number)), "TemplateBody": json.dumps({"Resources": resources})}
        assert refused(formation.create_stack, **given) == "ValidationError", resources
    assert refused(formation.validate_template, TemplateBody="{") == "ValidationError"
    assert formation.validate_template(TemplateBody=template(at))["Parameters"][0]["DefaultValue"] == "30"
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": []}}}
    given = {"StackName": at.name("role"), "TemplateBody": json.dumps({"Resources": {"R": role}})}
    assert refused(formation.create_stack, **given) == "InsufficientCapabilitiesException"
