"""Import: what stands already becomes a stack's own, and nothing else is touched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from localcloud.cloudformation.resources import every
from tests.localcloud.cloudformation.cloud import Cloud, Template, refused
from tests.localcloud.cloudformation.small_stacks import HANDLE, queue, queues


def bucket(name: str = "mine", **more: Any) -> Template:
    found = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": name}}
    return {"Resources": {**HANDLE["Resources"], "Bucket": found, **more}}


def asked(template: Template, **identifiers: dict[str, str]) -> dict[str, Any]:
    wanted = [
        {
            "LogicalResourceId": name,
            "ResourceType": template["Resources"][name]["Type"],
            "ResourceIdentifier": identifier,
        }
        for name, identifier in identifiers.items()
    ]
    return {"StackName": "web", "ChangeSetName": "import", "ChangeSetType": "IMPORT",
            "TemplateBody": json.dumps(template), "ResourcesToImport": wanted}  # fmt: skip


def imported(cloud: Cloud, template: Template, **identifiers: dict[str, str]) -> str:
    made = cloud.cfn.create_change_set(**asked(template, **identifiers))
    cloud.cfn.execute_change_set(ChangeSetName=made["Id"])
    cloud.settled("web")
    cloud.cfn.delete_change_set(ChangeSetName=made["Id"])
    return cloud.settled("web")


def test_a_bucket_is_taken_over(cloud: Cloud) -> None:
    cloud.create("web", HANDLE)
    cloud.client("s3").create_bucket(Bucket="mine")
    cloud.cfn.create_change_set(**asked(bucket(), Bucket={"BucketName": "mine"}))
    told = cloud.cfn.describe_change_set(StackName="web", ChangeSetName="import")["Changes"]
    assert [(each["ResourceChange"]["Action"], each["ResourceChange"]["PhysicalResourceId"]) for each in told] == [
        ("Import", "mine")
    ]
    cloud.cfn.execute_change_set(StackName="web", ChangeSetName="import")
    assert cloud.settled("web") == "IMPORT_COMPLETE", cloud.told("web")
    cloud.cfn.get_waiter("stack_import_complete").wait(StackName="web")
    assert cloud.story("web")[-4:] == [
        ("web", "IMPORT_IN_PROGRESS", "User Initiated"),
        ("Bucket", "IMPORT_IN_PROGRESS", "Resource import started."),
        ("Bucket", "IMPORT_COMPLETE", "Resource import completed."),
        ("web", "IMPORT_COMPLETE", ""),
    ]
    changed = bucket()
    changed["Resources"]["Bucket"]["Properties"]["VersioningConfiguration"] = {"Status": "Enabled"}
    assert cloud.update("web", changed) == "UPDATE_COMPLETE", cloud.told("web")
    assert cloud.client("s3").get_bucket_versioning(Bucket="mine")["Status"] == "Enabled"


def test_a_stack_can_begin_with_an_import(cloud: Cloud) -> None:
    url = cloud.client("sqs").create_queue(QueueName="mine")["QueueUrl"]
    template = {"Resources": {"Queue": queue(30, DeletionPolicy="Delete")}}
    assert imported(cloud, template, Queue={"QueueUrl": url}) == "IMPORT_COMPLETE", cloud.told("web")
    assert cloud.delete("web") == "DELETE_COMPLETE"
    assert queues(cloud) == []


def test_what_is_not_there_or_is_anothers_is_not_taken(cloud: Cloud) -> None:
    cloud.create("web", HANDLE)
    assert imported(cloud, bucket("nowhere"), Bucket={"BucketName": "nowhere"}) == "IMPORT_ROLLBACK_COMPLETE"
    told = "Resource of type 'AWS::S3::Bucket' with identifier 'nowhere' was not found."
    assert ("Bucket", "IMPORT_FAILED", told) in cloud.story("web")
    assert [each["LogicalResourceId"] for each in
            cloud.cfn.list_stack_resources(StackName="web")["StackResourceSummaries"]] == ["Handle"]  # fmt: skip
    cloud.create("other", {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}})
    taken = cloud.physical("other", "Bucket")
    assert imported(cloud, bucket(taken), Bucket={"BucketName": taken}) == "IMPORT_ROLLBACK_COMPLETE"
    assert cloud.client("s3").head_bucket(Bucket=taken)
    assert cloud.update("web", {"Resources": {**HANDLE["Resources"], "Queue": queue()}}) == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}},
         "The following resources to import [Bucket] must have DeletionPolicy attribute specified in the template."),
        (bucket(More=queue()), "You have modified resources [More] in your template that are not being imported. "
         "Update, create or delete operations cannot be executed during import operations."),
        ({**bucket(), "Outputs": {"A": {"Value": "a"}}},
         "As part of the import operation, you cannot modify or add [Outputs]"),
    ],
)  # fmt: skip
def test_an_import_does_nothing_else(cloud: Cloud, more: Template, message: str) -> None:
    cloud.create("web", HANDLE)
    with pytest.raises(ClientError) as error:
        cloud.cfn.create_change_set(**asked(more, Bucket={"BucketName": "mine"}))
    assert refused(error) == ("ValidationError", message)


def test_how_resources_are_named_when_they_are_imported(cloud: Cloud) -> None:
    told = cloud.cfn.get_template_summary(TemplateBody=json.dumps(bucket()))["ResourceIdentifierSummaries"]
    assert told == [
        {"ResourceType": "AWS::S3::Bucket", "LogicalResourceIds": ["Bucket"], "ResourceIdentifiers": ["BucketName"]}
    ]
    for name, kind in every().items():
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
        assert not kind.identifier or schema["primaryIdentifier"] == [f"/properties/{kind.identifier}"], name


def test_what_the_local_cloud_does_not_have_is_refused(cloud: Cloud) -> None:
    for call in (cloud.cfn.list_stack_sets, cloud.cfn.list_generated_templates, cloud.cfn.list_stack_refactors):
        with pytest.raises(ClientError) as error:
            call()
        assert refused(error)[0] == "UnsupportedOperation"
