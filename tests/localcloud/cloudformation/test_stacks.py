"""A stack's life, driven by boto3: made, changed, replaced, put back, removed."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from tests.localcloud.cloudformation.cloud import Cloud

QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 60}}}}


def test_smoke(cloud: Cloud) -> None:
    assert cloud.create("one", QUEUE) == "CREATE_COMPLETE", cloud.told("one")
    print(cloud.story("one"))
    assert cloud.delete("one") == "DELETE_COMPLETE"
