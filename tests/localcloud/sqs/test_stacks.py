"""Queues of stacks: a name that SQS still keeps for a deleted queue is waited for."""

from __future__ import annotations

import time
from pathlib import Path

from tests.localcloud.cloudformation.cloud import Template, moto, serving

KEPT = 3  # seconds, for AWS's 60


def test_a_stack_made_again_at_once_gets_its_queue(tmp_path: Path) -> None:
    template: Template = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "named"}}}}
    with serving(tmp_path, moto(), reuse=KEPT) as cloud:
        cloud.create("web", template)
        assert cloud.delete("web") == "DELETE_COMPLETE"
        deleted = time.time()
        cloud.create("web", template)
        made = cloud.client("sqs").get_queue_attributes(
            QueueUrl=cloud.physical("web", "Queue"), AttributeNames=["CreatedTimestamp"]
        )
        assert int(made["Attributes"]["CreatedTimestamp"]) >= int(deleted) + KEPT - 2
        tries = [call for service, call in cloud.calls if (service, call) == ("sqs", "CreateQueue")]
        assert len(tries) > 2, "it was refused, and asked again"
