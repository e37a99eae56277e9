"""Stack policies: what an update may do, and how it fails where it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation.errors import Refused
from localcloud.cloudformation.policy import Denied, enforce
from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import queue, queues

ALL = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}


def policy(**deny: Any) -> str:
    return json.dumps({"Statement": [ALL, {"Effect": "Deny", "Principal": "*", **deny}]})


NOT_A = policy(Action="Update:*", Resource="LogicalResourceId/A")
A: Template = {"Resources": {"A": queue(30), "B": queue(30)}}


def test_a_refused_update_fails_and_is_rolled_back(cloud: Cloud) -> None:
    cloud.create("web", A, StackPolicyBody=NOT_A)
    assert cloud.cfn.get_stack_policy(StackName="web")["StackPolicyBody"] == NOT_A
    assert cloud.update("web", {"Resources": {"A": queue(60), "B": queue(30)}}) == "UPDATE_ROLLBACK_COMPLETE"
    told = "Action denied by stack policy: Statement [#2] does not allow [Update:*] for resource [LogicalResourceId/A];"
    assert ("A", "UPDATE_FAILED", told) in cloud.story("web")
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=cloud.physical("web", "A"), AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "30"
    assert cloud.update("web", {"Resources": {"A": queue(30), "B": queue(60)}}) == "UPDATE_COMPLETE"


def test_a_removal_is_refused_before_anything_is_changed(cloud: Cloud) -> None:
    cloud.create("web", A, StackPolicyBody=policy(Action="Update:Delete", Resource="*"))
    assert cloud.update("web", {"Resources": {"B": queue(60)}}) == "UPDATE_ROLLBACK_COMPLETE"
    assert len(queues(cloud)) == 2
    assert "Action denied by stack policy: Statement [#2] does not allow [Update:Delete] for resource [*];" in {
        reason for name, status, reason in cloud.story("web", "A") if status == "UPDATE_FAILED"
    }
    told = "The following resource(s) failed to update: [A]. "
    assert ("web", "UPDATE_ROLLBACK_IN_PROGRESS", told) in cloud.story("web")
    listed = cloud.cfn.list_stack_resources(StackName="web")["StackResourceSummaries"]
    assert {each["ResourceStatus"] for each in listed} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def test_another_policy_for_one_update(cloud: Cloud) -> None:
    cloud.create("web", A, StackPolicyBody=NOT_A)
    wanted = {"Resources": {"A": queue(60), "B": queue(30)}}
    during = json.dumps({"Statement": [ALL]})
    assert cloud.update("web", wanted, StackPolicyDuringUpdateBody=during) == "UPDATE_COMPLETE"
    assert cloud.cfn.get_stack_policy(StackName="web")["StackPolicyBody"] == NOT_A


def test_a_new_policy_holds_from_the_next_update_on(cloud: Cloud) -> None:
    cloud.create("web", A)
    assert "StackPolicyBody" not in cloud.cfn.get_stack_policy(StackName="web")
    wanted = {"Resources": {"A": queue(60), "B": queue(30)}}
    assert cloud.update("web", wanted, StackPolicyBody=NOT_A) == "UPDATE_COMPLETE"
    assert cloud.update("web", A) == "UPDATE_ROLLBACK_COMPLETE"
    cloud.cfn.set_stack_policy(StackName="web", StackPolicyBody=json.dumps({"Statement": [ALL]}))
    assert cloud.update("web", A) == "UPDATE_COMPLETE"


def test_a_policy_in_s3(cloud: Cloud) -> None:
    cloud.client("s3").create_bucket(Bucket="policies")
    cloud.client("s3").put_object(Bucket="policies", Key="a.json", Body=NOT_A.encode())
    cloud.create("web", A, StackPolicyURL=f"{cloud.url}/policies/a.json")
    assert cloud.cfn.get_stack_policy(StackName="web")["StackPolicyBody"] == NOT_A


@pytest.mark.parametrize(
    "body",
    [
        "nothing",
        "{}",
        json.dumps({"Statement": [{**ALL, "Principal": "me"}]}),
        json.dumps({"Statement": [{**ALL, "Action": "Update:Everything"}]}),
        json.dumps({"Statement": [{**ALL, "Condition": {"StringEquals": {"Colour": "red"}}}]}),
    ],
)
def test_what_is_no_policy(cloud: Cloud, body: str) -> None:
    with pytest.raises(ClientError) as error:
        cloud.create("web", A, StackPolicyBody=body)
    assert refused(error) == ("ValidationError", "Error validating stack policy: Invalid stack policy")
    with pytest.raises(ClientError) as both:
        cloud.create("web", A, StackPolicyBody=NOT_A, StackPolicyURL="http://x/y/z")
    assert refused(both)[1] == "You cannot specify both StackPolicyURL and StackPolicyBody"


@pytest.mark.parametrize(
    ("statements", "action", "allowed"),
    [
        ([ALL], "Update:Modify", True),
        ([], "Update:Modify", False),
        ([{**ALL, "Action": "Update:Modify"}], "Update:Replace", False),
        ([ALL, {**ALL, "Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"]}], "Update:Modify", True),
        ([{**ALL, "NotAction": "Update:Delete", "Action": None}], "Update:Delete", False),
        ([{**ALL, "Condition": {"StringLike": {"ResourceType": "AWS::SQS::*"}}}], "Update:Modify", True),
        ([{**ALL, "Condition": {"StringEquals": {"ResourceType": ["AWS::SNS::Topic"]}}}], "Update:Modify", False),
        ([{**ALL, "NotResource": "LogicalResourceId/Q*", "Resource": None}], "Update:Modify", False),
    ],
)
def test_what_a_policy_allows(statements: list[dict[str, Any]], action: str, allowed: bool) -> None:
    given = [{key: value for key, value in each.items() if value is not None} for each in statements]
    try:
        enforce(json.dumps({"Statement": given}), action, "Queue", "AWS::SQS::Queue")
    except Denied as error:
        assert isinstance(error, Refused) and not allowed, error
    else:
        assert allowed
