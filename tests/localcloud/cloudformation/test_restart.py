"""Nothing is lost when the service ends in the middle of an operation, whichever the moment."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest

from tests.localcloud.cloudformation.cloud import Cloud, Template

SERVICE = """
import sys, threading
from pathlib import Path
from localcloud.cloudformation import CloudFormation
from localcloud.endpoint import serve
service = CloudFormation(Path(sys.argv[1]), lambda: sys.argv[2])
service.start()
print(serve(service.app, "127.0.0.1", 0).server_port, flush=True)
threading.Event().wait()
"""
TRUST = {"Version": "2012-10-17", "Statement": []}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
POLICY = {"PolicyName": "p", "PolicyDocument": ALLOW}


def template(name: str, broken: bool = False) -> Template:
    """Of each way of being found again: made-up name, tags, caller's reference."""
    made: dict[str, Any] = {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "Name", "Value": name}]}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"bucket-{name}"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST, "Policies": [POLICY]}},
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {
                "GroupDescription": name,
                "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}],
            },
        },
        "Machine": {
            "Type": "AWS::EC2::Instance",
            "Properties": {"ImageId": "ami-12c6146b", "SecurityGroupIds": [{"Fn::GetAtt": "Group.GroupId"}]},
        },
    }
    if broken:
        made["Broken"] = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "not a name!"}, "DependsOn": "Machine"}
    return {"Resources": made}


def standing(cloud: Cloud) -> dict[str, int]:
    """How many there are of each, whoever made them."""
    ec2 = cloud.client("ec2")
    machines = [each for group in ec2.describe_instances()["Reservations"] for each in group["Instances"]]
    groups = ec2.describe_security_groups()["SecurityGroups"]
    return {
        "queues": len(cloud.client("sqs").list_queues().get("QueueUrls", [])),
        "buckets": len(cloud.client("s3").list_buckets()["Buckets"]),
        "roles": len(cloud.client("iam").list_roles()["Roles"]),
        "groups": len([each for each in groups if each["GroupName"] != "default"]),
        "machines": len([each for each in machines if each["State"]["Name"] != "terminated"]),
    }


ONE_EACH = {"queues": 1, "buckets": 1, "roles": 1, "groups": 1, "machines": 1}
NONE = dict.fromkeys(ONE_EACH, 0)


@dataclass
class Process:
    """Our CloudFormation in a process of its own, which can be killed as the kernel kills."""

    cloud: Cloud
    left: int = 10**9  # calls to other services until it is killed
    answered: threading.Event = field(default_factory=threading.Event)
    killed: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        database = self.cloud.folder / "own-process.sqlite"
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, str(database), self.cloud.url], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        session = boto3.Session("test", "test", region_name="us-east-1")
        self.cloud._clients["cloudformation"] = session.client("cloudformation", endpoint_url=url)

    def count(self, service: str, call: str) -> None:
        self.answered.wait(10)  # only what was answered was promised
        with self._lock:
            self.left -= 1
            if self.left == 0:
                self.kill()
                self.killed.set()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


def survive(cloud: Cloud, moment: int, when: str, ask: Any, name: str = "web") -> tuple[str, str]:
    """Ask for something, kill the process at its n-th call, start it again; the stack's status and story at the end."""
    process = Process(cloud)
    process.start()
    try:
        process.left = moment
        setattr(cloud, when, process.count)
        ask(cloud.cfn)
        process.answered.set()
        assert process.killed.wait(20), "it made fewer calls than that"
        setattr(cloud, when, lambda service, call: None)
        process.start()
        return cloud.settled(name), cloud.told(name)
    finally:
        setattr(cloud, when, lambda service, call: None)
        process.kill()


@pytest.mark.parametrize(
    ("moment", "when"), [(2, "after"), (4, "before"), (6, "after"), (8, "after"), (10, "before"), (12, "after")]
)
def test_a_killed_creation_is_completed_and_nothing_is_made_twice(cloud: Cloud, moment: int, when: str) -> None:
    body = json.dumps(template("a"))
    asked = {"StackName": "web", "TemplateBody": body, "Capabilities": ["CAPABILITY_IAM"]}
    status, told = survive(cloud, moment, when, lambda cfn: cfn.create_stack(**asked))
    assert (status, standing(cloud)) == ("CREATE_COMPLETE", ONE_EACH), told


@pytest.mark.parametrize(("moment", "when"), [(12, "after"), (16, "after"), (20, "before")])
def test_a_killed_rollback_leaves_nothing(cloud: Cloud, moment: int, when: str) -> None:
    body = json.dumps(template("a", broken=True))
    asked = {"StackName": "web", "TemplateBody": body, "Capabilities": ["CAPABILITY_IAM"]}
    status, told = survive(cloud, moment, when, lambda cfn: cfn.create_stack(**asked))
    assert (status, standing(cloud)) == ("ROLLBACK_COMPLETE", NONE), told


def test_a_stopped_update_goes_on(cloud: Cloud) -> None:
    """A replacement and a change in place, the service ended between the two."""
    assert cloud.create("web", template("a")) == "CREATE_COMPLETE", cloud.told("web")
    halted = threading.Event()

    def halt(service: str, call: str) -> None:
        if call == "TagQueue" or call.startswith("PUT /bucket-b"):
            halted.set()
            time.sleep(0.2)

    cloud.before = halt
    cloud.cfn.update_stack(StackName="web", TemplateBody=json.dumps(template("b")), Capabilities=["CAPABILITY_IAM"])
    assert halted.wait(10)
    cloud.restart()
    assert cloud.settled("web") == "UPDATE_COMPLETE", cloud.told("web")
    assert standing(cloud) == ONE_EACH
    assert cloud.physical("web", "Bucket") == "bucket-b"


def test_a_replacement_killed_and_cancelled_leaves_nothing(cloud: Cloud) -> None:
    """The new bucket is there, nobody has heard of it yet, and the update is to go no further."""
    process = Process(cloud)
    process.start()

    def end(service: str, call: str) -> None:
        if call.startswith("PUT /bucket-b") and not process.killed.is_set():
            cloud.cfn.cancel_update_stack(StackName="web")
            process.kill()
            process.killed.set()

    def named(name: str) -> str:
        return json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}}})

    try:
        cloud.cfn.create_stack(StackName="web", TemplateBody=named("bucket-a"))
        assert cloud.settled("web") == "CREATE_COMPLETE", cloud.told("web")
        cloud.after = end
        cloud.cfn.update_stack(StackName="web", TemplateBody=named("bucket-b"))
        assert process.killed.wait(20)
        process.start()
        assert cloud.settled("web") == "UPDATE_ROLLBACK_COMPLETE", cloud.told("web")
        assert [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]] == ["bucket-a"]
    finally:
        cloud.after = lambda service, call: None
        process.kill()


def test_what_was_told_is_there_after_a_restart(cloud: Cloud) -> None:
    assert cloud.create("web", template("a")) == "CREATE_COMPLETE", cloud.told("web")
    before = cloud.story("web")
    cloud.restart()
    assert cloud.story("web") == before
    assert cloud.delete("web") == "DELETE_COMPLETE"
    assert standing(cloud) == NONE
