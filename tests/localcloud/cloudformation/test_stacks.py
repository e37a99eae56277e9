"""A stack's life, driven by boto3: made, changed, put back, removed, and what is refused."""

from __future__ import annotations

import copy
import json
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

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
    return list(cloud.client("sqs").list_queues().get("QueueUrls", []))


def _meet(barrier: threading.Barrier) -> None:
    barrier.wait()


def refused(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


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


def test_update_replace_policy_keeps_the_old_one(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {"Queue": queue(UpdateReplacePolicy="Retain")}})
    renamed = queue(UpdateReplacePolicy="Retain")
    renamed["Properties"]["QueueName"] = "named"
    assert cloud.update("web", {"Resources": {"Queue": renamed}}) == "UPDATE_COMPLETE"
    assert len(queues(cloud)) == 2
    assert ("Queue", "DELETE_SKIPPED", "") in cloud.story("web")


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


def test_a_stack_that_exists_and_one_that_does_not(cloud: Cloud) -> None:
    cloud.create("web", HANDLE)
    with pytest.raises(cloud.cfn.exceptions.AlreadyExistsException) as exists:
        cloud.create("web", HANDLE)
    assert refused(exists) == ("AlreadyExistsException", "Stack [web] already exists")
    with pytest.raises(ClientError) as error:
        cloud.update("nowhere", HANDLE)
    assert refused(error) == ("ValidationError", "Stack [nowhere] does not exist")
    cloud.cfn.delete_stack(StackName="nowhere")  # as on AWS, no error


def test_a_request_sent_twice_counts_once(cloud: Cloud) -> None:
    asked = {"StackName": "web", "TemplateBody": json.dumps(HANDLE), "ClientRequestToken": "once"}
    first, second = cloud.cfn.create_stack(**asked), cloud.cfn.create_stack(**asked)
    assert first["StackId"] == second["StackId"]
    assert cloud.settled("web") == "CREATE_COMPLETE"
    assert len(cloud.story("web", "Handle")) == 3


def test_a_busy_stack_is_not_updated(cloud: Cloud) -> None:
    cloud.before = lambda service, call: time.sleep(0.5) if call == "CreateQueue" else None
    cloud.cfn.create_stack(StackName="web", TemplateBody=json.dumps({"Resources": {"Queue": queue()}}))
    with pytest.raises(ClientError) as error:
        cloud.cfn.update_stack(StackName="web", TemplateBody=json.dumps(HANDLE))
    assert refused(error)[1].endswith("is in CREATE_IN_PROGRESS state and can not be updated.")


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


def test_an_update_can_be_cancelled(cloud: Cloud) -> None:
    cloud.create("web", {"Resources": {"Queue": queue(30)}})
    cloud.before = lambda service, call: time.sleep(0.3) if call == "CreateQueue" else None
    more = {f"More{n}": queue(DependsOn=[f"More{n - 1}"] if n else []) for n in range(4)}
    cloud.cfn.update_stack(StackName="web", TemplateBody=json.dumps({"Resources": {"Queue": queue(60), **more}}))
    time.sleep(0.4)
    cloud.cfn.cancel_update_stack(StackName="web")
    assert cloud.settled("web") == "UPDATE_ROLLBACK_COMPLETE"
    assert len(queues(cloud)) == 1


def test_boto3s_waiters_and_paginators(cloud: Cloud) -> None:
    for n in range(3):
        cloud.cfn.create_stack(StackName=f"web{n}", TemplateBody=json.dumps(pair()))
    for n in range(3):
        cloud.cfn.get_waiter("stack_create_complete").wait(StackName=f"web{n}", WaiterConfig={"Delay": 1})
    cloud.cfn.delete_stack(StackName="web0")
    cloud.cfn.get_waiter("stack_delete_complete").wait(StackName="web0", WaiterConfig={"Delay": 1})
    names = [
        each["StackName"]
        for page in cloud.cfn.get_paginator("list_stacks").paginate()
        for each in page["StackSummaries"]
    ]
    assert sorted(names) == ["web0", "web1", "web2"]
    living = cloud.cfn.list_stacks(StackStatusFilter=["CREATE_COMPLETE"])["StackSummaries"]
    assert sorted(each["StackName"] for each in living) == ["web1", "web2"]


def test_long_stories_come_in_pages(cloud: Cloud) -> None:
    many = {"Resources": {f"Handle{n}": HANDLE["Resources"]["Handle"] for n in range(120)}}
    assert cloud.create("web", many) == "CREATE_COMPLETE"
    first = cloud.cfn.describe_stack_events(StackName="web")
    assert len(first["StackEvents"]) == 100 and first["NextToken"]
    assert len(cloud.story("web")) == 2 + 3 * 120
    pages = list(cloud.cfn.get_paginator("list_stack_resources").paginate(StackName="web"))
    assert [len(page["StackResourceSummaries"]) for page in pages] == [100, 20]


def test_exports_are_kept_while_they_are_imported(cloud: Cloud) -> None:
    exporter = pair()
    exporter["Outputs"]["LiveUrl"]["Export"] = {"Name": {"Fn::Sub": "${AWS::StackName}-url"}}
    cloud.create("base", exporter)
    value = {"Fn::ImportValue": "base-url"}
    importer = {
        "Resources": {"Where": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}}}
    }
    cloud.create("web", importer)
    assert (
        cloud.client("ssm").get_parameter(Name=cloud.physical("web", "Where"))["Parameter"]["Value"].startswith("http")
    )
    assert [each["Name"] for each in cloud.cfn.list_exports()["Exports"]] == ["base-url"]
    assert cloud.cfn.list_imports(ExportName="base-url")["Imports"] == ["web"]
    with pytest.raises(ClientError) as error:
        cloud.cfn.delete_stack(StackName="base")
    assert refused(error)[1] == "Export base-url cannot be deleted as it is in use by web"
    cloud.delete("web")
    assert cloud.delete("base") == "DELETE_COMPLETE"


def test_the_template_summary_has_the_metadata(cloud: Cloud) -> None:
    template = {
        **pair(),
        "Metadata": {"Continuum": {"name": "lax"}},
        "Parameters": {"Size": {"Type": "Number", "Default": 3}},
    }
    cloud.create("web", template)
    told = cloud.cfn.get_template_summary(StackName="web")
    assert json.loads(told["Metadata"]) == template["Metadata"]
    assert told["ResourceTypes"] == ["AWS::SQS::Queue"]
    assert told["Parameters"][0]["DefaultValue"] == "3"
    assert cloud.cfn.validate_template(TemplateBody=json.dumps(template))["Parameters"][0]["ParameterKey"] == "Size"


def test_secrets_and_parameters_are_looked_up_and_not_kept(cloud: Cloud) -> None:
    cloud.client("ssm").put_parameter(Name="/image", Value="ami-12c6146b", Type="String")
    template: Template = {
        "Parameters": {
            "Image": {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": "/image"},
            "Word": {"Type": "String", "NoEcho": True},
        },
        "Resources": {
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {
                    "GenerateSecretString": {
                        "SecretStringTemplate": '{"username": "elife"}',
                        "GenerateStringKey": "password",
                    }
                },
            },
            "Copy": {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Type": "String",
                    "Value": {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"},
                },
            },
            "Machine": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": {"Ref": "Image"}}},
        },
    }
    assert (
        cloud.create("web", template, Parameters=[{"ParameterKey": "Word", "ParameterValue": "quiet"}])
        == "CREATE_COMPLETE"
    )
    secret = cloud.client("secretsmanager").get_secret_value(SecretId=cloud.physical("web", "Secret"))
    password = json.loads(secret["SecretString"])["password"]
    copied = cloud.client("ssm").get_parameter(Name=cloud.physical("web", "Copy"))["Parameter"]["Value"]
    assert copied == password
    told = {each["ParameterKey"]: each for each in cloud.stack("web")["Parameters"]}
    assert told["Image"]["ResolvedValue"] == "ami-12c6146b"
    assert told["Word"]["ParameterValue"] == "****"
    kept = b"".join(each.read_bytes() for each in cloud.folder.glob("cloudformation.sqlite*"))
    assert password.encode() not in kept


REFUSED = [
    (
        {"Resources": {"A": {"Type": "AWS::No::Such"}}},
        "Template format error: Unrecognized resource types: [AWS::No::Such]",
    ),
    ({"Resources": {}}, "Template format error: At least one Resources member must be defined."),
    (
        {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "B"}}}}},
        "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
    ),
    (
        {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": "A.Size"}}}}},
        "Template error: resource A does not support attribute type Size in Fn::GetAtt",
    ),
    (
        {
            "Resources": {
                "A": {"Type": "AWS::SQS::Queue", "DependsOn": "B"},
                "B": {"Type": "AWS::SQS::Queue", "DependsOn": "A"},
            }
        },
        "Circular dependency between resources: [A, B]",
    ),
    (
        {"Resources": {"A": {"Type": "AWS::SQS::Queue", "Condition": "Never"}}},
        "Template format error: Unresolved condition dependency Never in the Resources block of the template",
    ),
    ({**HANDLE, "Parameters": {"Size": {"Type": "String"}}}, "Parameters: [Size] must have values"),
    ({**HANDLE, "Surprise": {}}, "Invalid template property or properties [Surprise]"),
    (
        {**HANDLE, "Outputs": {"A": {"Value": {"Fn::FindInMap": ["M", "a", "b"]}}}},
        "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
    ),
]


@pytest.mark.parametrize(("template", "message"), REFUSED, ids=lambda each: each if isinstance(each, str) else "")
def test_a_wrong_template_is_refused_before_anything_is_made(cloud: Cloud, template: Template, message: str) -> None:
    with pytest.raises(ClientError) as error:
        cloud.create("web", template)
    assert refused(error) == ("ValidationError", message)
    assert cloud.cfn.list_stacks()["StackSummaries"] == []


def test_iam_needs_to_be_acknowledged(cloud: Cloud) -> None:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "named", "AssumeRolePolicyDocument": {}}}
    with pytest.raises(cloud.cfn.exceptions.InsufficientCapabilitiesException) as error:
        cloud.create("web", {"Resources": {"Role": role}}, Capabilities=["CAPABILITY_IAM"])
    assert refused(error)[1] == "Requires capabilities : [CAPABILITY_NAMED_IAM]"


def test_an_unknown_property_is_no_silent_yes(cloud: Cloud) -> None:
    odd = {"Type": "AWS::SQS::Queue", "Properties": {"Colour": "red"}}
    assert cloud.create("web", {"Resources": {"Queue": odd}}) == "ROLLBACK_COMPLETE"
    reason = next(reason for name, status, reason in cloud.story("web") if status == "CREATE_FAILED")
    assert (
        reason
        == "Properties validation failed for resource Queue with message:\n#: extraneous key [Colour] is not permitted"
    )
