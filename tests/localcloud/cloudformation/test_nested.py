"""Stacks within stacks: made, changed, rolled back and removed together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.localcloud.cloudformation.cloud import Cloud, Template
from tests.localcloud.cloudformation.small_stacks import BROKEN, queue, queues


def child(**more: Any) -> Template:
    return {
        "Parameters": {"Timeout": {"Type": "String", "Default": "30"}},
        "Resources": {"Queue": queue({"Ref": "Timeout"}), **more},
        "Outputs": {"Url": {"Value": {"Ref": "Queue"}}},
    }


def put(cloud: Cloud, template: Template, key: str = "child.json") -> str:
    """Lay a template into S3; its address."""
    s3 = cloud.client("s3")
    if "templates" not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(Bucket="templates")
    s3.put_object(Bucket="templates", Key=key, Body=json.dumps(template).encode())
    return f"https://templates.s3.amazonaws.com/{key}"


def parent(url: str, timeout: str = "30", **more: Any) -> Template:
    properties = {"TemplateURL": url, "Parameters": {"Timeout": timeout}}
    return {
        "Resources": {
            "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": properties},
            "Where": {"Type": "AWS::SSM::Parameter",
                      "Properties": {"Type": "String", "Value": {"Fn::GetAtt": "Child.Outputs.Url"}}},
            **more,
        }
    }  # fmt: skip


def timeout(cloud: Cloud, url: str) -> str:
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    return str(told["VisibilityTimeout"])


def test_a_child_is_made_with_its_parent_and_goes_with_it(cloud: Cloud) -> None:
    assert cloud.create("web", parent(put(cloud, child())), Tags=[{"Key": "Colour", "Value": "red"}]) == (
        "CREATE_COMPLETE"
    ), cloud.told("web")
    child_id, top = cloud.physical("web", "Child"), cloud.stack("web")
    inner = cloud.stack(child_id)
    assert inner["StackName"].startswith("web-Child-")
    assert (inner["ParentId"], inner["RootId"]) == (top["StackId"], top["StackId"])
    assert "ParentId" not in top
    assert inner["Tags"] == [{"Key": "Colour", "Value": "red"}]
    value = cloud.client("ssm").get_parameter(Name=cloud.physical("web", "Where"))["Parameter"]["Value"]
    assert [value] == queues(cloud)
    assert cloud.delete("web") == "DELETE_COMPLETE"
    assert queues(cloud) == []
    assert cloud.stack(child_id)["StackStatus"] == "DELETE_COMPLETE"


def test_a_childs_parameters_and_template_are_updated(cloud: Cloud) -> None:
    url = put(cloud, child())
    cloud.create("web", parent(url))
    child_id = cloud.physical("web", "Child")
    assert cloud.update("web", parent(url, "60")) == "UPDATE_COMPLETE", cloud.told("web")
    assert timeout(cloud, queues(cloud)[0]) == "60"
    assert cloud.stack(child_id)["StackStatus"] == "UPDATE_COMPLETE"
    put(cloud, child(More=queue()))  # another template at the same address: the parent's update finds it
    assert cloud.update("web", parent(url, "60")) == "UPDATE_COMPLETE", cloud.told("web")
    assert len(queues(cloud)) == 2


@pytest.mark.parametrize("restarts", [False, True])
def test_a_child_goes_back_when_its_parents_update_fails(cloud: Cloud, restarts: bool) -> None:
    """What the child had replaced is still there to go back to."""
    url = put(cloud, child())
    cloud.create("web", parent(url))
    child_id, before = cloud.physical("web", "Child"), queues(cloud)
    replaced = child()
    replaced["Resources"]["Queue"]["Properties"]["QueueName"] = "named"
    later = put(cloud, replaced, "later.json")

    def restart(service: str, call: str) -> None:
        if service == "ssm" and call == "PutParameter" and restarts:
            cloud.before = lambda service, call: None
            statuses.append(cloud.stack(child_id)["StackStatus"])

    statuses: list[str] = []
    cloud.before = restart
    wanted = parent(later, "60", Broken={**BROKEN, "DependsOn": "Where"})
    assert cloud.update("web", wanted) == "UPDATE_ROLLBACK_COMPLETE", cloud.told("web")
    assert statuses in ([], ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"])
    assert cloud.stack(child_id)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", cloud.told(child_id)
    assert queues(cloud) == before
    assert timeout(cloud, before[0]) == "30"
    assert cloud.update("web", parent(url, "90")) == "UPDATE_COMPLETE", cloud.told("web")


def test_a_child_that_cannot_be_made_fails_its_parent(cloud: Cloud) -> None:
    url = put(cloud, child(Broken={**BROKEN, "DependsOn": "Queue"}))
    assert cloud.create("web", parent(url)) == "ROLLBACK_COMPLETE", cloud.told("web")
    why = next(reason for name, status, reason in cloud.story("web", "Child") if status == "CREATE_FAILED")
    assert why.startswith("Embedded stack arn:aws:cloudformation:us-east-1:123456789012:stack/web-Child-")
    assert why.endswith("was not successfully created: The following resource(s) failed to create: [Broken].")
    assert queues(cloud) == []


def test_a_child_that_cannot_be_changed_rolls_back_all(cloud: Cloud) -> None:
    url = put(cloud, child())
    cloud.create("web", parent(url, Beside=queue(30)))
    bad = put(cloud, child(Broken={**BROKEN, "DependsOn": "Queue"}), "bad.json")
    assert cloud.update("web", parent(bad, "60", Beside=queue(60))) == "UPDATE_ROLLBACK_COMPLETE", cloud.told("web")
    why = next(reason for name, status, reason in cloud.story("web", "Child") if status == "UPDATE_FAILED")
    assert "was not successfully updated. Currently in UPDATE_ROLLBACK_" in why
    assert {timeout(cloud, each) for each in queues(cloud)} == {"30"}


def test_a_grandchild(cloud: Cloud) -> None:
    middle = parent(put(cloud, child()))
    middle["Outputs"] = {"Url": {"Value": {"Fn::GetAtt": "Child.Outputs.Url"}}}
    middle["Parameters"] = {"Timeout": {"Type": "String"}}
    top = parent(put(cloud, middle, "middle.json"))
    assert cloud.create("web", top) == "CREATE_COMPLETE", cloud.told("web")
    innermost = cloud.stack(cloud.physical(cloud.physical("web", "Child"), "Child"))
    assert innermost["RootId"] == cloud.stack("web")["StackId"]
    assert innermost["ParentId"] == cloud.physical("web", "Child")
    assert cloud.delete("web") == "DELETE_COMPLETE"
    assert queues(cloud) == []


def test_a_stack_that_contains_itself_ends(cloud: Cloud) -> None:
    url = "https://templates.s3.amazonaws.com/self.json"
    put(cloud, {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}},
        "self.json")  # fmt: skip
    asked = {"Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}}}
    assert cloud.create("web", asked) == "ROLLBACK_COMPLETE"


def test_an_output_that_a_child_does_not_have(cloud: Cloud) -> None:
    wanted = parent(put(cloud, child()))
    wanted["Resources"]["Where"]["Properties"]["Value"] = {"Fn::GetAtt": "Child.Outputs.None"}
    assert cloud.create("web", wanted) == "ROLLBACK_COMPLETE"
    why = next(reason for _, status, reason in cloud.story("web", "Where") if status == "CREATE_FAILED")
    assert why.startswith("Template error: Output None not found in stack arn:aws:cloudformation:")


def test_a_change_set_says_that_a_child_may_change(cloud: Cloud) -> None:
    url = put(cloud, child())
    cloud.create("web", parent(url))
    cloud.cfn.create_change_set(StackName="web", ChangeSetName="a", TemplateBody=json.dumps(parent(url)))
    told = cloud.cfn.describe_change_set(StackName="web", ChangeSetName="a")["Changes"]
    found = {each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"] for each in told}
    assert found["Child"]["Details"][0]["ChangeSource"] == "Automatic"
