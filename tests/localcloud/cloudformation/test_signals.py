"""Wait conditions and creation policies: a stack that waits until somebody says that it is done."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation.errors import ValidationError
from localcloud.cloudformation.signals import seconds
from tests.localcloud.cloudformation.cloud import Cloud, Template, refused


def waiting(count: int = 1, timeout: float = 30) -> Template:
    properties = {"Handle": {"Ref": "Handle"}, "Timeout": str(timeout), "Count": count}
    return {
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": properties},
            "After": {"Type": "AWS::SQS::Queue", "DependsOn": "Wait"},
        },
        "Outputs": {"Told": {"Value": {"Fn::GetAtt": "Wait.Data"}}},
    }


def machine(policy: Any) -> Template:
    instance = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-12c6146b"}, "CreationPolicy": policy}
    return {"Resources": {"Machine": instance}}


def begun(cloud: Cloud, template: Template, until: str) -> None:
    """Ask for the stack and wait until that resource's creation has begun."""
    cloud.cfn.create_stack(StackName="web", TemplateBody=json.dumps(template))
    deadline = time.monotonic() + 20
    while (until, "CREATE_IN_PROGRESS", "Resource creation Initiated") not in cloud.story("web"):
        assert time.monotonic() < deadline, cloud.told("web")
        time.sleep(0.02)


def put(url: str, body: bytes) -> int:
    request = urllib.request.Request(url, body, method="PUT", headers={"Content-Type": ""})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def signal(unique_id: str, status: str = "SUCCESS", **more: Any) -> bytes:
    return json.dumps({"Status": status, "UniqueId": unique_id, "Reason": "a reason", **more}).encode()


def test_a_wait_condition_waits_for_its_signals(cloud: Cloud) -> None:
    begun(cloud, waiting(count=2), "Wait")
    url = cloud.physical("web", "Handle")
    assert put(url, signal("one", Data="1")) == 200
    assert put(url, signal("one", Data="again")) == 200  # sent twice, it counts once
    assert cloud.stack("web")["StackStatus"] == "CREATE_IN_PROGRESS"
    assert put(url, signal("two", Data="2")) == 200
    assert cloud.settled("web") == "CREATE_COMPLETE"
    assert json.loads(cloud.outputs("web")["Told"]) == {"one": "1", "two": "2"}
    assert cloud.delete("web") == "DELETE_COMPLETE"
    assert put(url, signal("three")) == 403
    assert put(f"{cloud.url}/cloudformation-waitcondition-us-east-1/a/b/c?{url.partition('?')[2]}", b"{}") == 403


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (signal("one", "FAILURE"), "WaitCondition received failed message: 'a reason' for uniqueId: one"),
        (b"done!", "Unparsable WaitCondition data"),
        (b'{"Status": "MAYBE", "UniqueId": "one"}', "Unparsable WaitCondition data"),
    ],
)
def test_a_wait_condition_fails(cloud: Cloud, body: bytes, reason: str) -> None:
    begun(cloud, waiting(), "Wait")
    assert put(cloud.physical("web", "Handle"), body) == 200
    assert cloud.settled("web") == "ROLLBACK_COMPLETE"
    assert ("Wait", "CREATE_FAILED", reason) in cloud.story("web")


def test_a_wait_condition_times_out_also_across_a_restart(cloud: Cloud) -> None:
    begun(cloud, waiting(timeout=1), "Wait")
    cloud.restart()
    assert cloud.settled("web") == "ROLLBACK_COMPLETE"
    told = "WaitCondition timed out. Received 0 conditions when expecting 1"
    assert ("Wait", "CREATE_FAILED", told) in cloud.story("web")


def test_a_signal_is_kept_across_a_restart(cloud: Cloud) -> None:
    begun(cloud, waiting(count=2), "Wait")
    url = cloud.physical("web", "Handle")
    put(url, signal("one"))
    cloud.restart()
    put(url, signal("two"))
    assert cloud.settled("web") == "CREATE_COMPLETE"


def test_a_machine_says_itself_that_it_is_ready(cloud: Cloud) -> None:
    begun(cloud, machine({"ResourceSignal": {"Count": 2, "Timeout": "PT1M"}}), "Machine")
    asked = {"StackName": "web", "LogicalResourceId": "Machine", "Status": "SUCCESS"}
    cloud.cfn.signal_resource(UniqueId="a", **asked)
    with pytest.raises(ClientError) as error:
        cloud.cfn.signal_resource(UniqueId="a", **asked)
    assert refused(error)[1].startswith("Signal with ID a for resource Machine already exists.")
    cloud.cfn.signal_resource(UniqueId="b", **asked)
    assert cloud.settled("web") == "CREATE_COMPLETE"
    told = [reason for _, _, reason in cloud.story("web", "Machine") if reason.startswith("Received")]
    assert sorted(told) == [f"Received SUCCESS signal with UniqueId {name}" for name in "ab"]
    with pytest.raises(ClientError) as late:
        cloud.cfn.signal_resource(UniqueId="c", **asked)
    assert refused(late)[1].endswith("is in CREATE_COMPLETE state and can not be signaled")


def test_a_machine_says_that_it_is_not(cloud: Cloud) -> None:
    begun(cloud, machine({"ResourceSignal": {}}), "Machine")
    cloud.cfn.signal_resource(StackName="web", LogicalResourceId="Machine", Status="FAILURE", UniqueId="i-1")
    assert cloud.settled("web") == "ROLLBACK_COMPLETE"
    assert ("Machine", "CREATE_FAILED", "Received FAILURE signal with UniqueId i-1") in cloud.story("web")


def test_a_machine_says_nothing(cloud: Cloud) -> None:
    begun(cloud, machine({"ResourceSignal": {"Timeout": "PT1S"}}), "Machine")
    assert cloud.settled("web") == "ROLLBACK_COMPLETE"
    told = "Failed to receive 1 resource signal(s) within the specified duration"
    assert ("Machine", "CREATE_FAILED", told) in cloud.story("web")


def test_a_creation_policy_that_nobody_heeds_is_refused(cloud: Cloud) -> None:
    queue = {"Type": "AWS::SQS::Queue", "CreationPolicy": {"ResourceSignal": {"Count": 1}}}
    with pytest.raises(ClientError, match="CreationPolicy is not supported"):
        cloud.create("web", {"Resources": {"Queue": queue}})


def test_durations() -> None:
    assert [seconds(each) for each in ("PT5M", "PT1H30M", "PT10S", "PT99H")] == [300, 5400, 10, 43200]
    for wrong in ("5", "P1D", "PT", "PT5"):
        with pytest.raises(ValidationError):
            seconds(wrong)
