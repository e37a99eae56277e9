"""Every resource type, as a table of cases: made, changed in place, replaced, removed; and its names against AWS's."""

from __future__ import annotations

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation.resources import every, find
from localcloud.cloudformation.resources.kind import ABSENT
from tests.localcloud.cloudformation.cases import (
    iam,
    kms,
    machines,
    messages,
    networks,
    rds,
    route53,
    s3,
    secrets,
    security,
    watching,
)
from tests.localcloud.cloudformation.cases.case import Case
from tests.localcloud.cloudformation.cloud import Cloud

FAMILIES = (machines, networks, security, iam, kms, rds, route53, s3, messages, secrets, watching)
CASES = [case for family in FAMILIES for case in family.CASES]


def seen(case: Case, cloud: Cloud, it: str) -> Any:
    try:
        return case.look(cloud, it)
    except ClientError as error:
        assert ABSENT.search(error.response["Error"]["Code"]), error
        return "absent"


# After a crash in the midst of its making: a private key that may not have been kept is of no use.
MADE_ANEW = ("AWS::EC2::KeyPair",)


def found_again(cloud: Cloud, case: Case) -> str | None:
    """What a creation finds that was interrupted after the service's answer: only that it was begun is written down."""
    stack = cloud.service.store.stack("web")
    assert stack is not None
    row = cloud.service.store.resources(stack.id)["It"]
    assert row.body is not None
    properties, row.body = row.body.properties, None
    at = cloud.service.engine.at_rest(stack).at(row, row.seed, again=True)
    return find(case.type).found(at, properties)


def drifted(cloud: Cloud) -> dict[str, Any]:
    """Where each resource of the stack is not as the template says, by its logical id."""
    asked = cloud.cfn.detect_stack_drift(StackName="web")["StackDriftDetectionId"]
    deadline = time.monotonic() + 30
    while (told := cloud.cfn.describe_stack_drift_detection_status(StackDriftDetectionId=asked))[
        "DetectionStatus"
    ] == "DETECTION_IN_PROGRESS":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert told["DetectionStatus"] == "DETECTION_COMPLETE", told
    found = cloud.cfn.describe_stack_resource_drifts(StackName="web")["StackResourceDrifts"]
    return {
        each["LogicalResourceId"]: each.get("PropertyDifferences", each["StackResourceDriftStatus"])
        for each in found
        if each["StackResourceDriftStatus"] != "IN_SYNC"
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.type)
def test_a_resource_is_made_changed_replaced_and_removed(case: Case, cloud: Cloud) -> None:
    assert cloud.create("web", case.template(case.properties)) == "CREATE_COMPLETE", cloud.told("web")
    first = cloud.physical("web", "It")
    assert seen(case, cloud, first) == case.made
    assert drifted(cloud) == {}, "what nobody touched has drifted"
    if case.type not in MADE_ANEW:
        assert found_again(cloud, case) == first

    if case.change:
        assert cloud.update("web", case.template(case.properties | case.change)) == "UPDATE_COMPLETE", cloud.told("web")
        assert cloud.physical("web", "It") == first
        assert seen(case, cloud, first) == case.changed

    last = first
    if case.replace:
        wanted = case.template(case.properties | case.change | case.replace)
        assert cloud.update("web", wanted) == "UPDATE_COMPLETE", cloud.told("web")
        last = cloud.physical("web", "It")
        assert last != first
        assert seen(case, cloud, first) in (None, "absent")
        assert seen(case, cloud, last) == (case.replaced or (case.changed if case.change else case.made))

    assert cloud.delete("web") == "DELETE_COMPLETE", cloud.told("web")
    assert seen(case, cloud, last) in (None, "absent")


# Where we knowingly differ from the schema: properties that AWS replaces for and we do not, with the reason.
LOOSER = {
    ("AWS::EC2::KeyPair", "Tags"),  # the stack's tags are changed in place; AWS does so for them too
}
# And where we say more than the schema does, because it leaves it to the documentation's text.
STRICTER_TYPES = {
    "AWS::EC2::Instance",
    "AWS::EC2::VPC",
    "AWS::RDS::DBInstance",
    "AWS::Route53::RecordSet",
    "AWS::SNS::Topic",
    "AWS::EC2::Volume",
}


@pytest.mark.parametrize("name", sorted(every()))
def test_declarations_are_those_of_aws(name: str) -> None:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

    kind, schema = every()[name], PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    known = set(schema["properties"])
    replacing = {path.split("/")[2] for path in schema.get("createOnlyProperties", [])}
    maybe = {path.split("/")[2] for path in schema.get("conditionalCreateOnlyProperties", [])}
    ours = kind.in_place | kind.replaced

    assert ours <= known, f"no such property: {sorted(ours - known)}"
    assert kind.in_place & kind.replaced == set()
    in_place_though = {prop for prop in kind.in_place & replacing if (name, prop) not in LOOSER}
    assert in_place_though == set(), "AWS replaces for these"
    if name not in STRICTER_TYPES:
        assert kind.replaced <= replacing | maybe, "AWS does not replace for these"
    assert set(schema.get("required", [])) <= kind.required | {"KeyName"}
    if kind.tags:
        assert kind.tags in known


def test_every_type_has_a_case() -> None:
    tried = {case.type for case in CASES} | {
        "AWS::CloudFormation::WaitConditionHandle",  # test_creation and others have it
        "AWS::CloudFormation::Stack",  # test_nested has it
        "AWS::CloudFormation::WaitCondition",  # test_signals has it
        "AWS::SecretsManager::SecretTargetAttachment",  # test_contents has it
    }
    assert tried == every().keys()
