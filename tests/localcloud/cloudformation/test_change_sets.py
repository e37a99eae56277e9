"""Change sets: what an update would do, told before it is done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, Template

NOTHING = "The submitted information didn't contain changes. Submit different information to create a change set."


def template(name: str | None = None, timeout: int = 30, **more: Any) -> Template:
    """A queue, a parameter that holds its address, and what else is given."""
    named = {"QueueName": name} if name else {}
    return {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout, **named}},
            "Where": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "Queue"}}},
            **more,
        }
    }


def made(cloud: Cloud, wanted: Template, kind: str = "UPDATE", **more: Any) -> Any:
    cloud.cfn.create_change_set(
        StackName="web", ChangeSetName="next", ChangeSetType=kind, TemplateBody=json.dumps(wanted), **more
    )
    return cloud.cfn.describe_change_set(StackName="web", ChangeSetName="next", IncludePropertyValues=True)


def changes(told: Any) -> dict[str, Any]:
    return {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in told["Changes"]}


def test_a_stack_is_made_by_a_change_set(cloud: Cloud) -> None:
    told = made(cloud, template(), "CREATE")
    assert (told["Status"], told["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert {name: change["Action"] for name, change in changes(told).items()} == {"Queue": "Add", "Where": "Add"}
    assert cloud.stack("web")["StackStatus"] == "REVIEW_IN_PROGRESS"
    cloud.cfn.get_waiter("change_set_create_complete").wait(StackName="web", ChangeSetName="next")
    cloud.cfn.execute_change_set(StackName="web", ChangeSetName="next")
    assert cloud.settled("web") == "CREATE_COMPLETE"
    assert cloud.stack("web")["ChangeSetId"] == told["ChangeSetId"]


def test_a_change_in_place_shows_both_values(cloud: Cloud) -> None:
    cloud.create("web", template(timeout=30))
    found = changes(made(cloud, template(timeout=60)))
    assert found.keys() == {"Queue"}
    change = found["Queue"]
    assert (change["Action"], change["Replacement"], change["Scope"]) == ("Modify", "False", ["Properties"])
    target = change["Details"][0]["Target"]
    assert (target["Name"], target["BeforeValue"], target["AfterValue"]) == ("VisibilityTimeout", "30", "60")
    assert target["RequiresRecreation"] == "Never"


def test_without_property_values_none_are_told(cloud: Cloud) -> None:
    cloud.create("web", template(timeout=30))
    made(cloud, template(timeout=60))
    told = cloud.cfn.describe_change_set(StackName="web", ChangeSetName="next")
    assert "BeforeValue" not in changes(told)["Queue"]["Details"][0]["Target"]
    assert "BeforeContext" not in changes(told)["Queue"]


def test_a_replacement_and_what_depends_on_it(cloud: Cloud) -> None:
    cloud.create("web", template())
    found = changes(made(cloud, template("named")))
    assert (found["Queue"]["Replacement"], found["Queue"]["PolicyAction"]) == ("True", "ReplaceAndDelete")
    where = found["Where"]
    assert where["Replacement"] == "False"
    detail = where["Details"][0]
    assert (detail["Evaluation"], detail["ChangeSource"], detail["CausingEntity"]) == (
        "Dynamic",
        "ResourceReference",
        "Queue",
    )
    assert detail["Target"]["AfterValue"] == "{{changeSet:KNOWN_AFTER_APPLY}}"


def test_a_replacement_that_depends_on_another_is_conditional(cloud: Cloud) -> None:
    everything = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::one-of-two"}
    given = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Statement": [everything]}}
    policy = {"Type": "AWS::S3::BucketPolicy", "Properties": given}

    def bucket(name: str) -> Template:
        return template(Bucket={"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}, Policy=policy)

    cloud.create("web", bucket("one-of-two"))
    found = changes(made(cloud, bucket("two-of-two")))
    assert found["Bucket"]["Replacement"] == "True"
    assert found["Policy"]["Replacement"] == "Conditional"
    assert found["Policy"]["Details"][0]["Target"]["RequiresRecreation"] == "Conditionally"


def test_removal(cloud: Cloud) -> None:
    cloud.create("web", template(More={"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain"}))
    found = changes(made(cloud, template()))
    assert {name: (change["Action"], change["PolicyAction"]) for name, change in found.items()} == {
        "More": ("Remove", "Retain")
    }


def test_tags_alone_are_a_change_of_tags(cloud: Cloud) -> None:
    cloud.create("web", template())
    found = changes(made(cloud, template(), Tags=[{"Key": "Revision", "Value": "2"}]))
    assert {name: change["Scope"] for name, change in found.items()} == {"Queue": ["Tags"], "Where": ["Tags"]}


def test_no_changes_is_a_failed_change_set(cloud: Cloud) -> None:
    cloud.create("web", template())
    told = made(cloud, template())
    assert (told["Status"], told["ExecutionStatus"], told["StatusReason"]) == ("FAILED", "UNAVAILABLE", NOTHING)
    with pytest.raises(ClientError) as error:
        cloud.cfn.execute_change_set(StackName="web", ChangeSetName="next")
    assert error.value.response["Error"]["Code"] == "InvalidChangeSetStatus"


def test_the_preview_is_what_happens(cloud: Cloud) -> None:
    cloud.create("web", template())
    before = {name: cloud.physical("web", name) for name in ("Queue", "Where")}
    told = made(cloud, template("named", 60))
    cloud.cfn.execute_change_set(ChangeSetName=told["ChangeSetId"])
    assert cloud.settled("web") == "UPDATE_COMPLETE"
    after = {name: cloud.physical("web", name) for name in ("Queue", "Where")}
    replaced = {name for name in before if before[name] != after[name]}
    assert replaced == {name for name, change in changes(told).items() if change["Replacement"] == "True"}


def test_change_sets_are_listed_and_removed(cloud: Cloud) -> None:
    cloud.create("web", template())
    made(cloud, template(timeout=60))
    with pytest.raises(cloud.cfn.exceptions.AlreadyExistsException):
        made(cloud, template(timeout=60))
    assert [each["ChangeSetName"] for each in cloud.cfn.list_change_sets(StackName="web")["Summaries"]] == ["next"]
    cloud.cfn.delete_change_set(StackName="web", ChangeSetName="next")
    with pytest.raises(cloud.cfn.exceptions.ChangeSetNotFoundException):
        cloud.cfn.describe_change_set(StackName="web", ChangeSetName="next")
