"""What other parts of the cloud are told of a queue's policy: always the one that holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from localcloud.sqs import Sqs
from localcloud.sqs.calls import Request

ARN = "arn:aws:sqs:us-east-1:123456789012:q"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def call(sqs: Sqs, name: str, **asked: object) -> None:
    base = "http://localhost/123456789012/"
    given = asked if name == "CreateQueue" else {"QueueUrl": f"{base}q", **asked}
    sqs.perform(name, Request(dict(given), base, "123456789012"), lambda: True)


def test_it_is_the_one_that_holds(tmp_path: Path) -> None:
    sqs = Sqs(tmp_path / "sqs.sqlite")
    with pytest.raises(KeyError):
        sqs.policy(ARN)
    call(sqs, "CreateQueue", QueueName="q")
    assert sqs.policy(ARN) is None
    call(sqs, "SetQueueAttributes", Attributes={"Policy": POLICY})
    assert sqs.policy(ARN) == POLICY
    call(sqs, "AddPermission", Label="l", AWSAccountIds=["123456789012"], Actions=["SendMessage"])
    assert "SendMessage" in (sqs.policy(ARN) or "")
    call(sqs, "SetQueueAttributes", Attributes={"Policy": ""})
    assert not sqs.policy(ARN)
    call(sqs, "DeleteQueue")
    with pytest.raises(KeyError):
        sqs.policy(ARN)
    sqs.stop()
