"""The templates that this project itself makes are made here whole: no type and no property of theirs is unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from builder import templates
from localcloud.cloudformation import validation
from localcloud.cloudformation.resources import find
from localcloud.cloudformation.template import parse
from tests.localcloud.cloudformation.cloud import Cloud


@pytest.mark.parametrize("project", sorted(templates.known()))
def test_every_projects_template_is_understood(project: str) -> None:
    template = parse(templates.render(project, "ct").text)
    validation.validate(template)
    for spec in template.resources.values():
        find(spec.type).check(spec.logical_id, spec.properties)


@pytest.mark.parametrize("project", ["elife-bot", "elife-lax"])
def test_a_projects_stack_is_made_and_removed(cloud: Cloud, project: str) -> None:
    made = templates.render(project, "ct")
    ec2, name = cloud.client("ec2"), f"{project}-ct"
    subnets = ec2.describe_subnets()["Subnets"]
    cloud.client("route53").create_hosted_zone(Name="elifesciences.org", CallerReference="1")
    known: dict[str, str] = {
        "VpcId": subnets[0]["VpcId"],
        "SubnetIds": ",".join(each["SubnetId"] for each in subnets[:2]),
        "BuilderBucket": "continuum-builder",
        "Image": "ami-12c6146b",
    }
    template: dict[str, Any] = json.loads(made.text)
    given = [{"ParameterKey": key, "ParameterValue": known[key]} for key in template["Parameters"]]
    tags = [{"Key": "Project", "Value": project}, {"Key": "Revision", "Value": "1"}]
    status = cloud.create(name, template, Parameters=given, Tags=tags)
    assert status == "CREATE_COMPLETE", cloud.told(name)
    assert cloud.outputs(name).keys() == template["Outputs"].keys()
    kept = [{"ParameterKey": each["ParameterKey"], "UsePreviousValue": True} for each in given]
    tags[1]["Value"] = "2"
    assert cloud.update(name, template, Parameters=kept, Tags=tags) == "UPDATE_COMPLETE", cloud.told(name)
    assert "UPDATE_FAILED" not in cloud.told(name)
    assert cloud.delete(name) == "DELETE_COMPLETE", cloud.told(name)
