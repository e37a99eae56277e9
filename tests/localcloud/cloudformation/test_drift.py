"""Drift: what somebody changed behind CloudFormation's back, resource by resource."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation.differences import differences
from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import queue

TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
RULE = {"IpProtocol": "tcp", "FromPort": "22", "ToPort": 22, "CidrIp": "10.0.0.0/8"}
STACK: Template = {
    "Resources": {
        "Queue": queue("60", DependsOn="Handle"),
        "Other": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": TAGS}},
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "a", "SecurityGroupIngress": [RULE]},
        },
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    }
}


def detected(cloud: Cloud, **more: Any) -> Any:
    made = cloud.cfn.detect_stack_drift(StackName="web", **more)
    asked = {"StackDriftDetectionId": made["StackDriftDetectionId"]}
    deadline = time.monotonic() + 20
    while (told := cloud.cfn.describe_stack_drift_detection_status(**asked))["DetectionStatus"].endswith("IN_PROGRESS"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return told


def drifts(cloud: Cloud, *filters: str) -> dict[str, Any]:
    more = {"StackResourceDriftStatusFilters": list(filters)} if filters else {}
    found = cloud.cfn.describe_stack_resource_drifts(StackName="web", **more)["StackResourceDrifts"]
    return {each["LogicalResourceId"]: each for each in found}


def test_what_nobody_touched_is_in_sync(cloud: Cloud) -> None:
    cloud.create("web", STACK)
    assert cloud.stack("web")["DriftInformation"] == {"StackDriftStatus": "NOT_CHECKED"}
    told = detected(cloud)
    assert (told["DetectionStatus"], told["StackDriftStatus"]) == ("DETECTION_COMPLETE", "IN_SYNC")
    assert told["DriftedStackResourceCount"] == 0
    assert {name: each["StackResourceDriftStatus"] for name, each in drifts(cloud).items()} == {
        "Queue": "IN_SYNC", "Other": "IN_SYNC", "Group": "IN_SYNC"
    }  # fmt: skip
    assert drifts(cloud, "NOT_CHECKED").keys() == {"Handle"}
    assert cloud.stack("web")["DriftInformation"]["StackDriftStatus"] == "IN_SYNC"


def test_what_was_changed_and_what_is_gone(cloud: Cloud) -> None:
    cloud.create("web", STACK)
    sqs, ec2 = cloud.client("sqs"), cloud.client("ec2")
    url = cloud.physical("web", "Queue")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "70", "DelaySeconds": "9"})
    sqs.delete_queue(QueueUrl=cloud.physical("web", "Other"))
    wide = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=cloud.physical("web", "Group"), IpPermissions=[wide])
    told = detected(cloud)
    assert (told["StackDriftStatus"], told["DriftedStackResourceCount"]) == ("DRIFTED", 3)
    found = drifts(cloud, "MODIFIED", "DELETED")
    assert found["Other"]["StackResourceDriftStatus"] == "DELETED"
    assert "ActualProperties" not in found["Other"]
    changed = found["Queue"]
    assert json.loads(changed["ExpectedProperties"]) == {"VisibilityTimeout": "60"}
    assert json.loads(changed["ActualProperties"]) == {"VisibilityTimeout": "70"}  # what is not set is not compared
    assert changed["PropertyDifferences"] == [
        {"PropertyPath": "/VisibilityTimeout", "ExpectedValue": "60", "ActualValue": "70",
         "DifferenceType": "NOT_EQUAL"}
    ]  # fmt: skip
    added = found["Group"]["PropertyDifferences"]
    assert [(each["PropertyPath"], each["DifferenceType"]) for each in added] == [("/SecurityGroupIngress/1", "ADD")]
    listed = cloud.cfn.list_stack_resources(StackName="web")["StackResourceSummaries"]
    assert {each["LogicalResourceId"]: each["DriftInformation"]["StackResourceDriftStatus"] for each in listed} == {
        "Queue": "MODIFIED", "Other": "DELETED", "Group": "MODIFIED", "Handle": "NOT_CHECKED"
    }  # fmt: skip
    # An update that goes through makes what was found stale.
    cloud.cfn.update_stack(StackName="web", UsePreviousTemplate=True, Tags=[{"Key": "c", "Value": "1"}])
    cloud.settled("web")
    assert cloud.stack("web")["DriftInformation"]["StackDriftStatus"] == "NOT_CHECKED"


def test_one_resource(cloud: Cloud) -> None:
    cloud.create("web", STACK)
    url = cloud.physical("web", "Other")
    cloud.client("sqs").untag_queue(QueueUrl=url, TagKeys=["a"])
    cloud.client("sqs").tag_queue(QueueUrl=url, Tags={"b": "3", "c": "4"})
    found = cloud.cfn.detect_stack_resource_drift(StackName="web", LogicalResourceId="Other")["StackResourceDrift"]
    told = {(each["PropertyPath"], each["DifferenceType"]) for each in found["PropertyDifferences"]}
    assert told == {("/Tags/0", "REMOVE"), ("/Tags/1/Value", "NOT_EQUAL"), ("/Tags/1", "ADD")}
    with pytest.raises(ClientError) as error:
        cloud.cfn.detect_stack_resource_drift(StackName="web", LogicalResourceId="None")
    assert refused(error) == ("ValidationError", "Resource None does not exist for stack web")


def test_pages(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {f"Queue{n}": queue(60) for n in range(5)}})
    assert detected(cloud, LogicalResourceIds=["Queue1"])["DriftedStackResourceCount"] == 0
    assert drifts(cloud).keys() == {"Queue1"}
    detected(cloud)
    first = cloud.cfn.describe_stack_resource_drifts(StackName="web", MaxResults=3)
    rest = cloud.cfn.describe_stack_resource_drifts(StackName="web", MaxResults=3, NextToken=first["NextToken"])
    assert (len(first["StackResourceDrifts"]), len(rest["StackResourceDrifts"])) == (3, 2)
    assert "NextToken" not in rest


@pytest.mark.parametrize(
    ("expected", "actual", "told"),
    [
        ({"A": 22}, {"A": "22", "B": 1}, []),
        ({"A": 1}, {"A": 1.0}, []),
        ({"A": True}, {"A": "true"}, []),
        ({"A": {"B": "x"}}, {"A": {"B": "y"}}, [("/A/B", "NOT_EQUAL")]),
        ({"A": {"B": "x"}}, {"A": {}}, [("/A/B", "REMOVE")]),
        ({"A": ["x", "y"]}, {"A": ["y", "x"]}, []),
        ({"A": ["x", "y"]}, {"A": ["y", "z"]}, [("/A/0", "REMOVE"), ("/A/1", "ADD")]),
    ],
)
def test_differences(expected: Any, actual: Any, told: list[tuple[str, str]]) -> None:
    assert [(each["PropertyPath"], each["DifferenceType"]) for each in differences(expected, actual)] == told
