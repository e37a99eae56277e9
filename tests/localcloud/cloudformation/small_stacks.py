"""Small templates to make stacks of: queues, one that cannot be made, and nothing but a handle."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cloud import Cloud, Template

# A queue that nothing can make: the service refuses the name.
BROKEN = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "not a name!"}}
HANDLE: Template = {"Resources": {"Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}}


def queue(timeout: Any = 30, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout}, **more}


def pair(timeout: int = 30) -> Template:
    """A dead-letter queue and one that needs it."""
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    return {
        "Resources": {
            "Live": {"Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": redrive, "VisibilityTimeout": timeout}},
            "Dead": {"Type": "AWS::SQS::Queue"},
        },
        "Outputs": {"LiveUrl": {"Value": {"Ref": "Live"}, "Description": "where to send to"}},
    }


def queues(cloud: Cloud) -> list[str]:
    """The addresses of all that stand, whoever made them."""
    return list(cloud.client("sqs").list_queues().get("QueueUrls", []))
