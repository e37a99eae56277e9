"""What is told of stacks: lists in pages, boto3's waiters, a template's summary."""

from __future__ import annotations

import json

from tests.localcloud.cloudformation.cloud import Cloud
from tests.localcloud.cloudformation.small_stacks import HANDLE, pair


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
