"""A stack is made: in which order, and what is left when it cannot be."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, refused
from tests.localcloud.cloudformation.small_stacks import BROKEN, HANDLE, pair, queue, queues


def _meet(barrier: threading.Barrier) -> None:
    barrier.wait()


def test_a_stack_tells_each_step_in_dependency_order(cloud: Cloud) -> None:
    assert cloud.create("web", pair()) == "CREATE_COMPLETE"
    assert cloud.story("web") == [
        ("web", "CREATE_IN_PROGRESS", "User Initiated"),
        ("Dead", "CREATE_IN_PROGRESS", ""),
        ("Dead", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Dead", "CREATE_COMPLETE", ""),
        ("Live", "CREATE_IN_PROGRESS", ""),
        ("Live", "CREATE_IN_PROGRESS", "Resource creation Initiated"),
        ("Live", "CREATE_COMPLETE", ""),
        ("web", "CREATE_COMPLETE", ""),
    ]
    assert cloud.outputs("web") == {"LiveUrl": cloud.physical("web", "Live")}
    assert cloud.delete("web") == "DELETE_COMPLETE"
    assert queues(cloud) == []
    with pytest.raises(ClientError) as error:
        cloud.stack("web")
    assert refused(error) == ("ValidationError", "Stack with id web does not exist")


def test_branches_are_made_at_the_same_time(cloud: Cloud) -> None:
    together = threading.Barrier(6, timeout=10)
    cloud.before = lambda service, call: _meet(together) if call == "CreateQueue" else None
    assert cloud.create("wide", {"Resources": {f"Queue{n}": queue() for n in range(6)}}) == "CREATE_COMPLETE"


def test_a_name_that_is_taken_is_refused_and_its_owner_keeps_it(cloud: Cloud) -> None:
    cloud.client("s3").create_bucket(Bucket="somebody-elses")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "somebody-elses"}}
    assert cloud.create("web", {"Resources": {"Bucket": bucket}}) == "ROLLBACK_COMPLETE"
    reason = next(reason for _, status, reason in cloud.story("web") if status == "CREATE_FAILED")
    assert "Resource of type 'AWS::S3::Bucket' with identifier 'somebody-elses' already exists." in reason
    assert cloud.client("s3").head_bucket(Bucket="somebody-elses")


def test_a_failed_creation_is_rolled_back_and_leaves_nothing(cloud: Cloud) -> None:
    template = pair()
    template["Resources"]["Broken"] = {**BROKEN, "DependsOn": "Live"}
    assert cloud.create("web", template) == "ROLLBACK_COMPLETE"
    assert queues(cloud) == []
    story = cloud.story("web")
    why = next(reason for name, status, reason in story if (name, status) == ("Broken", "CREATE_FAILED"))
    assert "Can only include alphanumeric characters" in why and "HandlerErrorCode" in why
    told = "The following resource(s) failed to create: [Broken]. Rollback requested by user."
    assert ("web", "ROLLBACK_IN_PROGRESS", told) in story
    gone = [name for name, status, _ in story if status == "DELETE_COMPLETE"]
    assert gone.index("Live") < gone.index("Dead")
    assert story[-1][:2] == ("web", "ROLLBACK_COMPLETE")
    with pytest.raises(ClientError) as error:
        cloud.update("web", pair())
    assert refused(error)[1].endswith("is in ROLLBACK_COMPLETE state and can not be updated.")
    assert cloud.delete("web") == "DELETE_COMPLETE"


def test_what_is_under_way_is_cancelled_when_another_fails(cloud: Cloud) -> None:
    """A database that never becomes available does not hold up the rollback."""
    database = {
        "Type": "AWS::RDS::DBInstance",
        "DeletionPolicy": "Delete",
        "Properties": {
            "Engine": "postgres",
            "DBInstanceClass": "db.t3.micro",
            "AllocatedStorage": 20,
            "MasterUsername": "elife",
            "MasterUserPassword": "not-a-secret",
        },
    }
    from moto.rds.models import rds_backends

    def never(service: str, call: str) -> None:
        if call == "CreateQueue":  # the database was asked for, and takes its time
            deadline = time.monotonic() + 5
            while not rds_backends["123456789012"]["us-east-1"].databases and time.monotonic() < deadline:
                time.sleep(0.01)
        if call == "DescribeDBInstances":
            for each in rds_backends["123456789012"]["us-east-1"].databases.values():
                if each.status == "available":
                    each.status = "creating"

    cloud.before = never
    assert cloud.create("web", {"Resources": {"Database": database, "Broken": BROKEN}}) == "ROLLBACK_COMPLETE"
    story = cloud.story("web")
    assert ("Database", "CREATE_FAILED", "Resource creation cancelled") in story
    told = next(reason for name, status, reason in story if status == "ROLLBACK_IN_PROGRESS")
    assert set(told.partition("[")[2].partition("]")[0].split(", ")) == {"Database", "Broken"}
    assert cloud.client("rds").describe_db_instances()["DBInstances"] == []


@pytest.mark.parametrize(
    ("asked", "status", "left"),
    [
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", 1),
        ({"DisableRollback": True}, "CREATE_FAILED", 1),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", 0),
        ({}, "ROLLBACK_COMPLETE", 0),
    ],
)
def test_what_a_failed_creation_leaves_is_the_callers_choice(cloud: Cloud, asked: Any, status: str, left: int) -> None:
    template = {"Resources": {"Queue": queue(), "Broken": {**BROKEN, "DependsOn": "Queue"}}}
    stack_id = cloud.cfn.create_stack(StackName="web", TemplateBody=json.dumps(template), **asked)["StackId"]
    assert cloud.settled(stack_id) == status
    assert len(queues(cloud)) == left


def test_a_request_sent_twice_counts_once(cloud: Cloud) -> None:
    asked = {"StackName": "web", "TemplateBody": json.dumps(HANDLE), "ClientRequestToken": "once"}
    first, second = cloud.cfn.create_stack(**asked), cloud.cfn.create_stack(**asked)
    assert first["StackId"] == second["StackId"]
    assert cloud.settled("web") == "CREATE_COMPLETE"
    assert len(cloud.story("web", "Handle")) == 3
