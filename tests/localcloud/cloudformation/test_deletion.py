"""A stack is removed: what stays by its policy, what cannot go, and what is protected."""

from __future__ import annotations

import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, refused
from tests.localcloud.cloudformation.small_stacks import HANDLE, queue, queues


def test_deletion_policies(cloud: Cloud) -> None:
    volume = {
        "Type": "AWS::EC2::Volume",
        "DeletionPolicy": "Snapshot",
        "Properties": {"AvailabilityZone": "us-east-1a", "Size": 1},
    }
    cloud.create("web", {"Resources": {"Kept": queue(DeletionPolicy="Retain"), "Volume": volume}})
    kept, volume_id = cloud.physical("web", "Kept"), cloud.physical("web", "Volume")
    assert cloud.delete("web") == "DELETE_COMPLETE"
    assert queues(cloud) == [kept]
    asked = [{"Name": "volume-id", "Values": [volume_id]}]
    assert len(cloud.client("ec2").describe_snapshots(Filters=asked)["Snapshots"]) == 1
    with pytest.raises(ClientError, match=r"InvalidVolume\.NotFound"):
        cloud.client("ec2").describe_volumes(VolumeIds=[volume_id])


def test_a_bucket_with_objects_fails_to_go_and_can_be_retained(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, "Queue": queue()}})
    bucket = cloud.physical("web", "Bucket")
    cloud.client("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    assert cloud.delete("web") == "DELETE_FAILED"
    assert cloud.stack("web")["StackStatusReason"] == "The following resource(s) failed to delete: [Bucket]. "
    assert queues(cloud) == []
    cloud.cfn.delete_stack(StackName="web", RetainResources=["Bucket"])
    with pytest.raises(ClientError):
        while cloud.stack("web"):
            time.sleep(0.02)
    assert cloud.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_termination_protection(cloud: Cloud) -> None:
    cloud.create("web", HANDLE, EnableTerminationProtection=True)
    with pytest.raises(ClientError) as error:
        cloud.cfn.delete_stack(StackName="web")
    assert refused(error)[1] == "Stack [web] cannot be deleted while TerminationProtection is enabled"
    cloud.cfn.update_termination_protection(StackName="web", EnableTerminationProtection=False)
    assert cloud.delete("web") == "DELETE_COMPLETE"


def test_a_stack_deleted_while_it_is_made_leaves_nothing(cloud: Cloud) -> None:
    cloud.before = lambda service, call: time.sleep(0.2) if call == "CreateQueue" else None
    template = {"Resources": {f"Queue{n}": queue(DependsOn=[f"Queue{n - 1}"] if n else []) for n in range(5)}}
    stack_id = cloud.cfn.create_stack(StackName="web", TemplateBody=json.dumps(template))["StackId"]
    time.sleep(0.3)
    cloud.cfn.delete_stack(StackName="web")
    assert cloud.settled(stack_id) == "DELETE_COMPLETE"
    assert queues(cloud) == []
    made = [name for name, status, _ in cloud.story(stack_id) if status == "CREATE_COMPLETE"]
    assert len(made) < 5
