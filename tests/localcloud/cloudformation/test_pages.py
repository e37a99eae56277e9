"""Long lists come in pages, by boto3's own paginators; and each of boto3's waiters comes to its end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.localcloud.cloudformation.cloud import Cloud, Template
from tests.localcloud.cloudformation.small_stacks import BROKEN, HANDLE, queue

MANY = 101  # one more than a page has
QUICK = {"Delay": 1, "MaxAttempts": 30}
IMPORTER: Template = {**HANDLE, "Outputs": {"It": {"Value": {"Fn::ImportValue": "export-0"}}}}


def exporter() -> Template:
    outputs = {f"E{n}": {"Value": str(n), "Export": {"Name": f"export-{n}"}} for n in range(MANY)}
    return {**HANDLE, "Outputs": outputs}


def pages(cloud: Cloud, operation: str, key: str, **asked: Any) -> tuple[int, list[Any]]:
    """How many pages there were, and all that was in them."""
    found = list(cloud.cfn.get_paginator(operation).paginate(**asked))
    return len(found), [each for page in found for each in page[key]]


@pytest.fixture
def stacks(cloud: Cloud) -> Cloud:
    """One stack that exports, and many that import."""
    assert cloud.create("base", exporter()) == "CREATE_COMPLETE"
    for n in range(MANY):
        cloud.cfn.create_stack(StackName=f"web{n}", TemplateBody=json.dumps(IMPORTER))
    for n in range(MANY):
        assert cloud.settled(f"web{n}") == "CREATE_COMPLETE"
    return cloud


def test_stacks_exports_and_imports_come_in_pages(stacks: Cloud) -> None:
    names = {f"web{n}" for n in range(MANY)}
    count, found = pages(stacks, "describe_stacks", "Stacks")
    assert (count, {each["StackName"] for each in found}, len(found)) == (2, names | {"base"}, MANY + 1)
    count, found = pages(stacks, "list_exports", "Exports")
    assert (count, {each["Name"]: each["Value"] for each in found}) == (
        2,
        {f"export-{n}": str(n) for n in range(MANY)},
    )
    count, found = pages(stacks, "list_imports", "Imports", ExportName="export-0")
    assert (count, set(found), len(found)) == (2, names, MANY)

    assert stacks.delete("web7") == "DELETE_COMPLETE"
    count, found = pages(stacks, "list_stacks", "StackSummaries", StackStatusFilter=["CREATE_COMPLETE"])
    assert (count, {each["StackName"] for each in found}) == (2, (names | {"base"}) - {"web7"})
    count, found = pages(stacks, "list_stacks", "StackSummaries", StackStatusFilter=["DELETE_COMPLETE"])
    assert (count, [each["StackName"] for each in found]) == (1, ["web7"])
    assert pages(stacks, "list_stacks", "StackSummaries")[0] == 2


def test_resources_events_and_changes_come_in_pages(cloud: Cloud) -> None:
    many = {"Resources": {f"Handle{n}": HANDLE["Resources"]["Handle"] for n in range(120)}}
    assert cloud.create("web", many) == "CREATE_COMPLETE"
    count, found = pages(cloud, "list_stack_resources", "StackResourceSummaries", StackName="web")
    assert (count, {each["LogicalResourceId"] for each in found}) == (2, set(many["Resources"]))
    count, found = pages(cloud, "describe_stack_events", "StackEvents", StackName="web")
    assert (count, len({each["EventId"] for each in found})) == (4, 2 + 3 * 120)
    assert [each["Timestamp"] for each in found] == sorted((each["Timestamp"] for each in found), reverse=True)
    gone = {"Resources": {"Other": HANDLE["Resources"]["Handle"]}}
    made = cloud.cfn.create_change_set(StackName="web", ChangeSetName="gone", TemplateBody=json.dumps(gone))["Id"]
    count, found = pages(cloud, "describe_change_set", "Changes", ChangeSetName=made)
    assert (count, len(found)) == (2, 121)


def test_change_sets_come_in_pages(cloud: Cloud) -> None:
    cloud.create("web", HANDLE)
    more = json.dumps({"Resources": {**HANDLE["Resources"], "More": HANDLE["Resources"]["Handle"]}})
    for n in range(MANY):
        cloud.cfn.create_change_set(StackName="web", ChangeSetName=f"c{n}", TemplateBody=more)
    count, found = pages(cloud, "list_change_sets", "Summaries", StackName="web")
    assert (count, {each["ChangeSetName"] for each in found}) == (2, {f"c{n}" for n in range(MANY)})


@pytest.mark.parametrize("operation", ["describe_stacks", "list_stacks", "list_exports"])
def test_a_token_that_nobody_gave_is_refused(cloud: Cloud, operation: str) -> None:
    with pytest.raises(ClientError, match="NextToken") as error:
        getattr(cloud.cfn, operation)(NextToken="surprise")
    assert error.value.response["Error"]["Code"] == "ValidationError"


def wait(cloud: Cloud, waiter: str, **asked: Any) -> None:
    cloud.cfn.get_waiter(waiter).wait(WaiterConfig=QUICK, **asked)


def test_each_waiter_comes_to_its_end(cloud: Cloud) -> None:
    with pytest.raises(WaiterError):
        cloud.cfn.get_waiter("stack_exists").wait(StackName="web", WaiterConfig={"Delay": 1, "MaxAttempts": 1})
    asked = {"StackName": "web", "ChangeSetName": "first"}
    first = json.dumps({"Resources": {"Queue": queue()}})
    cloud.cfn.create_change_set(**asked, ChangeSetType="CREATE", TemplateBody=first)
    wait(cloud, "change_set_create_complete", **asked)
    wait(cloud, "stack_exists", StackName="web")
    cloud.cfn.execute_change_set(**asked)
    wait(cloud, "stack_create_complete", StackName="web")
    cloud.cfn.update_stack(StackName="web", TemplateBody=json.dumps({"Resources": {"Queue": queue(60)}}))
    wait(cloud, "stack_update_complete", StackName="web")
    bad = json.dumps({"Resources": {"Queue": queue(70), "Broken": BROKEN}})
    cloud.cfn.update_stack(StackName="web", TemplateBody=bad)
    with pytest.raises(WaiterError, match="UPDATE_ROLLBACK"):
        wait(cloud, "stack_update_complete", StackName="web")
    wait(cloud, "stack_rollback_complete", StackName="web")
    cloud.cfn.delete_stack(StackName="web")
    wait(cloud, "stack_delete_complete", StackName="web")


def test_a_waiter_tells_of_a_change_set_and_a_creation_that_fail(cloud: Cloud) -> None:
    cloud.create("web", HANDLE)
    cloud.cfn.create_change_set(StackName="web", ChangeSetName="none", TemplateBody=json.dumps(HANDLE))
    with pytest.raises(WaiterError, match="FAILED"):
        wait(cloud, "change_set_create_complete", StackName="web", ChangeSetName="none")
    cloud.cfn.create_stack(StackName="bad", TemplateBody=json.dumps({"Resources": {"Broken": BROKEN}}))
    with pytest.raises(WaiterError, match="ROLLBACK"):
        wait(cloud, "stack_create_complete", StackName="bad")
