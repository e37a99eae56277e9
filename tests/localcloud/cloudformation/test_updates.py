"""A stack is changed: what is touched, replaced, removed, and brought back when it fails."""

from __future__ import annotations

import copy
import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import BROKEN, pair, queue, queues


def test_an_update_touches_only_what_differs(cloud: Cloud) -> None:
    cloud.create("web", pair(30))
    before = len(cloud.story("web"))
    assert cloud.update("web", pair(60)) == "UPDATE_COMPLETE"
    assert cloud.story("web")[before:] == [
        ("web", "UPDATE_IN_PROGRESS", "User Initiated"),
        ("Live", "UPDATE_IN_PROGRESS", ""),
        ("Live", "UPDATE_COMPLETE", ""),
        ("web", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", ""),
        ("web", "UPDATE_COMPLETE", ""),
    ]


def test_a_replacement_is_made_before_the_old_one_goes_and_reaches_those_who_need_it(cloud: Cloud) -> None:
    cloud.create("web", pair())
    old = cloud.physical("web", "Dead")
    template = pair()
    template["Resources"]["Dead"]["Properties"] = {"QueueName": "dead"}
    before = len(cloud.story("web"))
    assert cloud.update("web", template) == "UPDATE_COMPLETE"
    story = cloud.story("web")[before:]
    because = "Requested update requires the creation of a new physical resource; hence creating one."
    assert ("Dead", "UPDATE_IN_PROGRESS", because) in story
    steps = [(name, status) for name, status, _ in story]
    assert steps.index(("Live", "UPDATE_COMPLETE")) < steps.index(("Dead", "DELETE_IN_PROGRESS"))
    assert old not in queues(cloud)
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=cloud.physical("web", "Live"), AttributeNames=["All"]
    )
    assert json.loads(attributes["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"].endswith(":dead")


def test_update_replace_policy_keeps_the_old_one(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {"Queue": queue(UpdateReplacePolicy="Retain")}})
    renamed = queue(UpdateReplacePolicy="Retain")
    renamed["Properties"]["QueueName"] = "named"
    assert cloud.update("web", {"Resources": {"Queue": renamed}}) == "UPDATE_COMPLETE"
    assert len(queues(cloud)) == 2
    assert ("Queue", "DELETE_SKIPPED", "") in cloud.story("web")


def test_what_the_template_no_longer_has_is_removed_and_what_is_new_is_made(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {"Old": queue(), "Kept": queue()}})
    assert cloud.update("web", {"Resources": {"New": queue(), "Kept": queue()}}) == "UPDATE_COMPLETE"
    listed = cloud.cfn.list_stack_resources(StackName="web")["StackResourceSummaries"]
    assert {each["LogicalResourceId"] for each in listed} == {"New", "Kept"}
    assert len(queues(cloud)) == 2


def test_a_failed_update_brings_everything_back(cloud: Cloud) -> None:
    """Changed in place, replaced, added, about to be removed: all as before."""
    good: Template = {
        "Resources": {"Changed": queue(30), "Replaced": queue(), "Removed": queue()},
        "Outputs": {"Changed": {"Value": {"Fn::GetAtt": "Changed.QueueName"}}},
    }
    cloud.create("web", good)
    before, physical = sorted(queues(cloud)), cloud.physical("web", "Replaced")
    bad = copy.deepcopy(good)
    del bad["Resources"]["Removed"]
    bad["Resources"]["Changed"] = queue(60)
    bad["Resources"]["Replaced"]["Properties"]["QueueName"] = "named"
    bad["Resources"]["Added"] = queue()
    bad["Resources"]["Broken"] = {**BROKEN, "DependsOn": ["Changed", "Replaced", "Added"]}
    assert cloud.update("web", bad) == "UPDATE_ROLLBACK_COMPLETE"
    assert sorted(queues(cloud)) == before
    assert cloud.physical("web", "Replaced") == physical
    told = cloud.client("sqs").get_queue_attributes(QueueUrl=cloud.physical("web", "Changed"), AttributeNames=["All"])
    assert told["Attributes"]["VisibilityTimeout"] == "30"
    story = cloud.story("web")
    assert ("web", "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Broken]. ") in story
    assert ("web", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "") in story
    assert cloud.cfn.get_template(StackName="web")["TemplateBody"] == good
    assert cloud.update("web", {"Resources": {"Changed": queue(61)}}) == "UPDATE_COMPLETE"
    assert len(queues(cloud)) == 1


def test_an_update_refused_by_the_service_half_way_is_put_back(cloud: Cloud) -> None:
    """The first policy of the new ones is attached already when the second is refused."""
    iam = cloud.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    real = iam.create_policy(PolicyName="real", PolicyDocument=document)["Policy"]["Arn"]

    def role(*arns: str) -> Template:
        trust = {"Version": "2012-10-17", "Statement": []}
        properties = {"AssumeRolePolicyDocument": trust, "ManagedPolicyArns": list(arns)}
        return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}}

    cloud.create("web", role())
    name = cloud.physical("web", "Role")
    assert cloud.update("web", role(real, real.replace("real", "none"))) == "UPDATE_ROLLBACK_COMPLETE", cloud.told(
        "web"
    )
    told = "The following resource(s) failed to update: [Role]. "
    assert ("web", "UPDATE_ROLLBACK_IN_PROGRESS", told) in cloud.story("web")
    assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []


def test_an_update_can_be_cancelled(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {"Queue": queue(30)}})
    cloud.before = lambda service, call: time.sleep(0.3) if call == "CreateQueue" else None
    more = {f"More{n}": queue(DependsOn=[f"More{n - 1}"] if n else []) for n in range(4)}
    cloud.cfn.update_stack(StackName="web", TemplateBody=json.dumps({"Resources": {"Queue": queue(60), **more}}))
    time.sleep(0.4)
    cloud.cfn.cancel_update_stack(StackName="web")
    assert cloud.settled("web") == "UPDATE_ROLLBACK_COMPLETE"
    assert len(queues(cloud)) == 1


def test_no_updates_are_to_be_performed(cloud: Cloud) -> None:
    template = {**pair(), "Metadata": {"Continuum": {"branch": "a"}}}
    cloud.create("web", template)
    for same in (template, {**template, "Metadata": {"Continuum": {"branch": "b"}}}, {**template, "Description": "x"}):
        with pytest.raises(ClientError) as error:
            cloud.update("web", same)
        assert refused(error) == ("ValidationError", "No updates are to be performed.")


def test_new_stack_tags_alone_are_an_update_and_reach_the_resources(cloud: Cloud) -> None:
    own = {"Key": "Colour", "Value": "red"}
    template: Template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [own]}}}}
    cloud.create("web", template, Tags=[{"Key": "Revision", "Value": "1"}, {"Key": "Colour", "Value": "blue"}])
    url = cloud.physical("web", "Queue")
    tags = cloud.client("sqs").list_queue_tags(QueueUrl=url)["Tags"]
    assert (tags["Revision"], tags["Colour"]) == ("1", "red")
    assert tags["aws:cloudformation:stack-name"] == "web"
    assert tags["aws:cloudformation:logical-id"] == "Queue"
    cloud.cfn.update_stack(StackName="web", UsePreviousTemplate=True, Tags=[{"Key": "Revision", "Value": "2"}])
    assert cloud.settled("web") == "UPDATE_COMPLETE"
    tags = cloud.client("sqs").list_queue_tags(QueueUrl=url)["Tags"]
    assert (tags["Revision"], tags["Colour"]) == ("2", "red")
    assert cloud.stack("web")["Tags"] == [{"Key": "Revision", "Value": "2"}]
