"""Ways back: a failed operation that was left as it was, a rollback that is stuck, a deletion by force."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import BROKEN, queue, queues

GOOD: Template = {"Resources": {"A": queue(30)}}
BAD: Template = {"Resources": {"A": queue(60), "B": queue(), "Broken": {**BROKEN, "DependsOn": ["A", "B"]}}}


def timeout(cloud: Cloud, name: str = "A") -> str:
    url = cloud.physical("web", name)
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    return str(told["VisibilityTimeout"])


def test_an_update_left_where_it_failed_is_rolled_back_later(cloud: Cloud) -> None:
    cloud.create("web", GOOD)
    assert cloud.update("web", BAD, DisableRollback=True) == "UPDATE_FAILED"
    assert (timeout(cloud), len(queues(cloud))) == ("60", 2)
    cloud.cfn.rollback_stack(StackName="web")
    assert cloud.settled("web") == "UPDATE_ROLLBACK_COMPLETE", cloud.told("web")
    assert (timeout(cloud), len(queues(cloud))) == ("30", 1)
    story = [status for name, status, _ in cloud.story("web") if name == "web"][-3:]
    assert story == [
        "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"
    ]  # fmt: skip


def test_a_creation_left_where_it_failed_is_rolled_back_later(cloud: Cloud) -> None:
    assert cloud.create("web", BAD, OnFailure="DO_NOTHING") == "CREATE_FAILED"
    cloud.cfn.rollback_stack(StackName="web")
    assert cloud.settled("web") == "ROLLBACK_COMPLETE"
    assert queues(cloud) == []
    with pytest.raises(ClientError) as error:
        cloud.cfn.rollback_stack(StackName="web")
    assert refused(error)[1].endswith("is in ROLLBACK_COMPLETE state and can not be rolled back.")


def stuck(cloud: Cloud) -> None:
    """A rollback that cannot come through: the queue it is to change back is gone."""
    cloud.create("web", GOOD)

    def vanish(service: str, call: str) -> None:
        if call == "CreateQueue":
            cloud.before = lambda service, call: None
            cloud.client("sqs").delete_queue(QueueUrl=cloud.physical("web", "A"))

    cloud.before = vanish
    wanted = {"Resources": {"A": queue(60), "Broken": {**BROKEN, "DependsOn": "A"}}}
    assert cloud.update("web", wanted) == "UPDATE_ROLLBACK_FAILED", cloud.told("web")


def test_a_stuck_rollback_goes_on_without_what_blocks_it(cloud: Cloud) -> None:
    stuck(cloud)
    with pytest.raises(ClientError):
        cloud.cfn.continue_update_rollback(StackName="web", ResourcesToSkip=["Nothing"])
    cloud.cfn.continue_update_rollback(StackName="web")
    assert cloud.settled("web") == "UPDATE_ROLLBACK_FAILED"
    cloud.cfn.continue_update_rollback(StackName="web", ResourcesToSkip=["A"])
    assert cloud.settled("web") == "UPDATE_ROLLBACK_COMPLETE"
    assert cloud.story("web", "A")[-1][1] == "UPDATE_COMPLETE"


def test_a_stuck_rollback_goes_on_once_what_blocked_it_is_repaired(cloud: Cloud) -> None:
    stuck(cloud)
    cloud.client("sqs").create_queue(QueueName=cloud.physical("web", "A").rpartition("/")[2])
    cloud.cfn.continue_update_rollback(StackName="web")
    assert cloud.settled("web") == "UPDATE_ROLLBACK_COMPLETE"
    assert timeout(cloud) == "30"


def test_a_creation_that_takes_too_long_is_rolled_back(cloud: Cloud) -> None:
    waiting = {"Handle": {"Ref": "Handle"}, "Timeout": "600"}
    template = {
        "Resources": {
            "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
            "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": waiting},
        }
    }
    asked = {"StackName": "web", "TemplateBody": json.dumps(template), "TimeoutInMinutes": 1}
    stack_id = cloud.cfn.create_stack(**asked)["StackId"]
    cloud.service.engine.stop()
    operation = cloud.service.store.operation(stack_id)
    assert operation is not None
    operation.started -= 60  # as if it had begun a minute earlier
    cloud.service.store.keep_operation(operation)
    cloud.restart()
    assert cloud.settled("web") == "ROLLBACK_COMPLETE"
    told = "Stack creation time exceeded the specified timeout. Rollback requested by user."
    assert ("web", "ROLLBACK_IN_PROGRESS", told) in cloud.story("web")


def test_snapshots_are_for_what_has_any(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="does not support deletion policy Snapshot"):
        cloud.create("web", {"Resources": {"A": queue(DeletionPolicy="Snapshot")}})


def full_bucket(cloud: Cloud) -> str:
    cloud.create("web", {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})
    bucket = cloud.physical("web", "Bucket")
    cloud.client("s3").put_object(Bucket=bucket, Key="a", Body=b"a")
    return bucket


def test_a_deletion_by_force_leaves_what_cannot_go(cloud: Cloud) -> None:
    bucket = full_bucket(cloud)
    stack_id = cloud.stack("web")["StackId"]
    with pytest.raises(ClientError):
        cloud.cfn.delete_stack(StackName="web", DeletionMode="FORCE_DELETE_STACK")
    assert cloud.delete("web") == "DELETE_FAILED"
    cloud.cfn.delete_stack(StackName="web", DeletionMode="FORCE_DELETE_STACK")
    assert cloud.settled(stack_id) == "DELETE_COMPLETE"
    assert cloud.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_only_resources_there_are_can_be_retained(cloud: Cloud) -> None:
    full_bucket(cloud)
    assert cloud.delete("web") == "DELETE_FAILED"
    with pytest.raises(ClientError):
        cloud.cfn.delete_stack(StackName="web", RetainResources=["Nothing"])


@pytest.mark.parametrize(("more", "left"), [({}, 1), ({"RetainExceptOnCreate": True}, 0)])
def test_what_a_rolled_back_creation_retains(cloud: Cloud, more: Any, left: int) -> None:
    kept = {"Kept": queue(DeletionPolicy="Retain"), "Broken": {**BROKEN, "DependsOn": "Kept"}}
    assert cloud.create("web", {"Resources": kept}, **more) == "ROLLBACK_COMPLETE"
    assert len(queues(cloud)) == left
