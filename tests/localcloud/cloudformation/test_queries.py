"""What is told of a stack's template. Lists in pages, and waiters: test_pages."""

from __future__ import annotations

import json

from tests.localcloud.cloudformation.cloud import Cloud
from tests.localcloud.cloudformation.small_stacks import pair


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
