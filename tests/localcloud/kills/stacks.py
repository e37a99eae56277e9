"""CloudFormation: every operation that was acknowledged is carried out, and what a stack says is there."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Iterable

from botocore.exceptions import ClientError

from tests.localcloud.kills.load import Clients, Gone, Ledger, Turn

KINDS = {
    "Parameter": ("AWS::SSM::Parameter", "Name", {"Type": "String", "Value": "v"}),
    "Topic": ("AWS::SNS::Topic", "TopicName", {}),
    "Queue": ("AWS::SQS::Queue", "QueueName", {}),
}


class Stacks:
    name = "cloudformation"

    def __init__(self, clients: Clients, ledger: Ledger) -> None:
        self.clients = clients
        self.ledger = ledger
        self.created: dict[str, bool] = {}  # name -> whether it was acknowledged
        self.deleted: dict[str, bool] = {}
        self._number = itertools.count()

    def prepare(self) -> None:
        pass

    def producers(self) -> Iterable[Turn]:
        return [self._create, self._delete]

    def consumers(self) -> Iterable[Turn]:
        return []

    def settled(self) -> bool:
        statuses = [self._status(name) for name in self.created]
        return not any(status.endswith("_IN_PROGRESS") for status in statuses)

    def problems(self) -> list[str]:
        return [f"{each}\n{self.ledger.around(each.split()[0])}" for name in self.created for each in self._wrong(name)]

    def _wrong(self, name: str) -> list[str]:
        status = self._status(name)
        there = [each for each in KINDS if self._is_there(each, f"{name}-{each}")]
        if status == "" and (there or (self.created[name] and name not in self.deleted)):
            return [f"{name} is no more, and there is {there}"]
        if status and self.deleted.get(name) is True:
            return [f"{name} is {status} after its deletion"]
        if status and (status != "CREATE_COMPLETE" or len(there) != len(KINDS)):
            return [f"{name} is {status}, and there is {there}"]
        return []

    def _status(self, name: str) -> str:
        """ "" where there is none."""
        try:
            return str(self.clients("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
        except ClientError:
            return ""

    def _is_there(self, kind: str, name: str) -> bool:
        try:
            match kind:
                case "Parameter":
                    self.clients("ssm").get_parameter(Name=name)
                case "Topic":
                    self.clients("sns").get_topic_attributes(TopicArn=f"arn:aws:sns:us-east-1:123456789012:{name}")
                case "Queue":
                    self.clients("sqs").get_queue_url(QueueName=name)
        except ClientError:
            return False
        return True

    def _create(self) -> None:
        time.sleep(0.4)
        name = f"kills-{next(self._number)}"
        resources = {
            kind: {"Type": type_, "Properties": {named: f"{name}-{kind}", **properties}}
            for kind, (type_, named, properties) in KINDS.items()
        }
        self.created[name] = False
        self.ledger.note(name, "is created")
        body = json.dumps({"Resources": resources})
        self.clients("cloudformation").create_stack(StackName=name, TemplateBody=body)
        self.created[name] = True
        self.ledger.note(name, "creation acknowledged")

    def _delete(self) -> None:
        time.sleep(1)
        ready = [name for name, acknowledged in list(self.created.items()) if acknowledged and name not in self.deleted]
        name = random.choice(ready) if ready else ""
        if not name or self._status(name) != "CREATE_COMPLETE":
            return
        self.deleted[name] = False
        self.ledger.note(name, "is deleted")
        try:
            self.clients("cloudformation").delete_stack(StackName=name)
        except Gone:
            self.ledger.note(name, "deletion: no answer")
            raise
        self.deleted[name] = True
        self.ledger.note(name, "deletion acknowledged")
