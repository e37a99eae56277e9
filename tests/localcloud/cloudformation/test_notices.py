"""Events as SNS topics are told of them, and what no event tells."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.localcloud.cloudformation.cloud import Cloud, Template
from tests.localcloud.cloudformation.small_stacks import queue

SECRET: Template = {
    "Parameters": {"Password": {"Type": "String", "NoEcho": True}},
    "Resources": {
        "Where": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::Sub": "it is ${Password}!"}},
        }
    },
}


def listening(cloud: Cloud) -> tuple[str, str]:
    """A topic, and a queue that hears it."""
    topic = cloud.client("sns").create_topic(Name="stacks")["TopicArn"]
    url = cloud.client("sqs").create_queue(QueueName="heard")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:heard"
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    cloud.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic, url


def heard(cloud: Cloud, url: str, until: str) -> list[dict[str, str]]:
    """What the queue has heard, fact by fact, until a message about that status of the stack."""
    found: list[dict[str, str]] = []
    deadline = time.monotonic() + 20
    while not any(each["ResourceStatus"] == until and each["LogicalResourceId"] == "web" for each in found):
        assert time.monotonic() < deadline, found
        told = cloud.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in told.get("Messages", []):
            cloud.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            assert body["Subject"] == "AWS CloudFormation Notification"
            lines = [line.split("='", 1) for line in body["Message"].splitlines()]
            found.append({name: value.removesuffix("'") for name, value in lines})
    return found


def test_topics_are_told_of_each_event(cloud: Cloud) -> None:
    topic, url = listening(cloud)
    more: dict[str, Any] = {"NotificationARNs": [topic], "ClientRequestToken": "once"}
    assert cloud.create("web", {"Resources": {"Queue": queue(60)}}, **more) == "CREATE_COMPLETE"
    told = heard(cloud, url, "CREATE_COMPLETE")
    story = [(name, status) for name, status, _ in cloud.story("web")]
    assert sorted((each["LogicalResourceId"], each["ResourceStatus"]) for each in told) == sorted(story)
    done = next(each for each in told if (each["LogicalResourceId"], each["ResourceStatus"]) == story[-2])
    assert json.loads(done["ResourceProperties"]) == {"VisibilityTimeout": 60}
    assert done["StackId"] == cloud.stack("web")["StackId"]
    assert done["PhysicalResourceId"] == cloud.physical("web", "Queue")
    assert (done["Namespace"], done["ClientRequestToken"]) == ("123456789012", "once")


def test_a_topic_that_is_not_there_holds_nothing_up(cloud: Cloud) -> None:
    nowhere = "arn:aws:sns:us-east-1:123456789012:nowhere"
    assert cloud.create("web", {"Resources": {"Queue": queue()}}, NotificationARNs=[nowhere]) == "CREATE_COMPLETE"


def test_events_tell_properties_and_the_requests_token(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {"Queue": queue(60)}}, ClientRequestToken="once")
    events = cloud.cfn.describe_stack_events(StackName="web")["StackEvents"]
    assert {each["ClientRequestToken"] for each in events} == {"once"}
    again = cloud.cfn.describe_events(StackName="web")["OperationEvents"]
    assert [each["EventId"] for each in again] == [each["EventId"] for each in events]
    assert cloud.cfn.describe_events(StackName="web", Filters={"FailedEvents": True})["OperationEvents"] == []
    for each in events:
        if each["LogicalResourceId"] == "Queue":
            assert json.loads(each["ResourceProperties"]) == {"VisibilityTimeout": 60}


def test_what_a_noecho_parameter_holds_is_told_nowhere(cloud: Cloud) -> None:
    given = [{"ParameterKey": "Password", "ParameterValue": "open-sesame"}]
    assert cloud.create("web", SECRET, Parameters=given) == "CREATE_COMPLETE"
    name = cloud.physical("web", "Where")
    assert cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"] == "it is open-sesame!"
    events = str(cloud.cfn.describe_stack_events(StackName="web"))
    assert "it is ****!" in events and "open-sesame" not in events
    cloud.client("ssm").put_parameter(Name=name, Value="another", Overwrite=True)
    found = cloud.cfn.detect_stack_resource_drift(StackName="web", LogicalResourceId="Where")["StackResourceDrift"]
    assert found["PropertyDifferences"][0]["ExpectedValue"] == "it is ****!"
    assert "open-sesame" not in str(found)
    given[0]["ParameterValue"] = "close-sesame"
    cloud.cfn.create_change_set(StackName="web", ChangeSetName="a", UsePreviousTemplate=True, Parameters=given)
    told = cloud.cfn.describe_change_set(StackName="web", ChangeSetName="a", IncludePropertyValues=True)
    assert told["Changes"] and "sesame" not in str(told)
