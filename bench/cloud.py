"""What the local cloud's daemon costs: its start, its memory with 100 stacks, and what it does while nobody asks.

    .venv/bin/python -m bench.cloud [--stacks 100] [--starts 5] [--idle 30] [--rounds 40]

A cloud of its own in a folder of its own, removed at the end; root is needed.
Exit code 1 where a figure is over its limit.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT = 1.5  # seconds
MEMORY_LIMIT = 350e6  # bytes
IDLE_LIMIT = 0.01  # of one processor
GROWTH_LIMIT = 5e6  # bytes, in the second half of the rounds
TICK = os.sysconf("SC_CLK_TCK")


def template(number: int) -> str:
    """A stack of ten resources without machines, as a project has them."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
    ingress = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"} for port in (22, 80, 443)]
    return json.dumps(
        {
            "Resources": {
                "Group": {
                    "Type": "AWS::EC2::SecurityGroup",
                    "Properties": {"GroupDescription": "bench", "SecurityGroupIngress": ingress},
                },
                "Role": {"Type": "AWS::IAM::Role", "Properties": role},
                "Policy": {
                    "Type": "AWS::IAM::Policy",
                    "Properties": {"PolicyName": "p", "PolicyDocument": policy, "Roles": [{"Ref": "Role"}]},
                },
                "Profile": {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "Role"}]}},
                "Bucket": {"Type": "AWS::S3::Bucket"},
                "Queue": {"Type": "AWS::SQS::Queue"},
                "Topic": {"Type": "AWS::SNS::Topic"},
                "Parameter": {
                    "Type": "AWS::SSM::Parameter",
                    "Properties": {"Name": f"/bench/{number}", "Type": "String", "Value": {"Ref": "Queue"}},
                },
                "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
                "Secret": {
                    "Type": "AWS::SecretsManager::Secret",
                    "Properties": {"GenerateSecretString": {"PasswordLength": 20}},
                },
            }
        }
    )


def main() -> int:
    """Measure, print a line a figure, and compare."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="bench-cloud-") as folder:
        cloud = Cloud(Path(folder) / "home")
        try:
            return _measure(cloud, given)
        finally:
            cloud.run("reset")


def _measure(cloud: Cloud, given: argparse.Namespace) -> int:
    cloud.run("start")
    empty, empty_used = zip(*[cloud.restarted() for _ in range(given.starts)], strict=True)
    one = _milliseconds(cloud, 50)
    _fill(cloud, given.stacks)
    memory = cloud.memory()
    behind = _milliseconds(cloud, 50)
    full, full_used = zip(*[cloud.restarted() for _ in range(given.starts)], strict=True)
    again = cloud.memory()
    growth = _growth(cloud, given.rounds)
    idle = cloud.idle(given.idle)
    print(f"a parameter put, empty: {one:.1f} ms; with {given.stacks} stacks behind: {behind:.1f} ms")
    print(f"start to first answer, at best: {min(empty):.2f} s; with {given.stacks} stacks {min(full):.2f} s")
    used = [statistics.median(column) for column in (empty_used, full_used)]
    print(f"processor time until then: {used[0]:.2f} s; with {given.stacks} stacks {used[1]:.2f} s")
    print(f"memory after a start with {given.stacks} stacks: {again / 1e6:.0f} MB")
    full_name = f"start to first answer, with {given.stacks} stacks"
    return max(
        _judge("start to first answer, empty", statistics.median(empty), START_LIMIT, "s"),
        _judge(full_name, statistics.median(full), START_LIMIT, "s"),
        _judge(f"memory after {given.stacks} stacks", memory / 1e6, MEMORY_LIMIT / 1e6, "MB"),
        _judge(f"growth in the second half of {given.rounds} rounds", growth / 1e6, GROWTH_LIMIT / 1e6, "MB"),
        _judge("processor while idle", idle * 100, IDLE_LIMIT * 100, "%"),
    )


class Cloud:
    """A cloud in a folder of its own, whose daemon is started here, to be timed."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, verb: str) -> None:
        command = [sys.executable, "-m", "localcloud", "--home", str(self.home), verb]
        subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)

    @property
    def pid(self) -> int:
        return int(json.loads((self.home / "endpoint.json").read_text())["pid"])

    def client(self, service: str, **given: Any) -> Any:
        import boto3
        from botocore.config import Config

        facts = json.loads((self.home / "endpoint.json").read_text())
        keys = {"aws_access_key_id": facts["access_key"], "aws_secret_access_key": facts["secret_key"]}
        config = Config(retries={"max_attempts": 0}, **given)
        session: Any = boto3.Session(region_name=facts["region"], **keys)
        return session.client(service, endpoint_url=facts["endpoint"], config=config)

    def restarted(self) -> tuple[float, float]:
        """Seconds from the daemon's start as a process to its first answer to an API call; how many of them it ran."""
        client = self.client("ec2")
        self.run("stop")
        began = time.perf_counter()
        with (self.home / "daemon.log").open("ab") as log:
            subprocess.Popen(
                [sys.executable, "-m", "localcloud", "--home", str(self.home), "serve"],
                cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "1000000"},
            )  # fmt: skip
        _until(lambda: client.describe_vpcs()["Vpcs"])
        took = time.perf_counter() - began
        _until((self.home / "endpoint.json").exists)
        return took, self._ticks() / TICK

    def memory(self) -> int:
        """Resident bytes of the daemon."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def idle(self, seconds: float) -> float:
        """Share of one processor that the daemon takes while nobody asks it anything."""
        time.sleep(3)
        before = self._ticks()
        time.sleep(seconds)
        return (self._ticks() - before) / TICK / seconds

    def _ticks(self) -> int:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])


def _fill(cloud: Cloud, stacks: int) -> None:
    """Make the stacks, four at once."""
    client = cloud.client("cloudformation", max_pool_connections=8)

    def make(number: int) -> None:
        name = f"bench-{number}"
        client.create_stack(StackName=name, TemplateBody=template(number), Capabilities=["CAPABILITY_NAMED_IAM"])
        client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(stacks)))


def _growth(cloud: Cloud, rounds: int) -> int:
    """Bytes that the daemon grows by while stacks, objects and messages are made, read and removed."""
    names = ("cloudformation", "s3", "sqs")
    formation, s3, sqs = (cloud.client(name, max_pool_connections=2) for name in names)
    s3.create_bucket(Bucket="bench-rounds")
    url = sqs.create_queue(QueueName="bench-rounds")["QueueUrl"]
    waiting: Any = {"WaiterConfig": {"Delay": 1, "MaxAttempts": 120}}
    sizes = []
    for number in range(rounds):
        name = f"round-{number}"
        formation.create_stack(
            StackName=name, TemplateBody=template(number + 10_000), Capabilities=["CAPABILITY_NAMED_IAM"]
        )
        formation.get_waiter("stack_create_complete").wait(StackName=name, **waiting)
        s3.put_object(Bucket="bench-rounds", Key=name, Body=b"x" * 100_000)
        s3.get_object(Bucket="bench-rounds", Key=name)["Body"].read()
        s3.delete_object(Bucket="bench-rounds", Key=name)
        sqs.send_message(QueueUrl=url, MessageBody="x" * 10_000)
        for message in sqs.receive_message(QueueUrl=url)["Messages"]:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        formation.delete_stack(StackName=name)
        formation.get_waiter("stack_delete_complete").wait(StackName=name, **waiting)
        sizes.append(cloud.memory())
    return sizes[-1] - sizes[rounds // 2 - 1]


def _milliseconds(cloud: Cloud, calls: int) -> float:
    """Median of a call that changes something, in milliseconds."""
    client = cloud.client("ssm")
    taken = []
    for number in range(calls):
        began = time.perf_counter()
        client.put_parameter(Name="/bench/timed", Value=str(number), Type="String", Overwrite=True)
        taken.append((time.perf_counter() - began) * 1000)
    client.delete_parameter(Name="/bench/timed")
    return statistics.median(taken)


def _until(check: Callable[[], Any], patience: float = 30) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    deadline = time.monotonic() + patience
    while True:
        try:
            if check():
                return
        except (BotoCoreError, ClientError):
            pass
        if time.monotonic() > deadline:
            raise TimeoutError(f"not there after {patience} s")
        time.sleep(0.01)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--stacks", type=int, default=100)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--idle", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=40)
    return parser.parse_args()


def _judge(what: str, found: float, limit: float, unit: str) -> int:
    print(f"{what}: {found:.2f} {unit}, limit {limit:g} {unit}: {'ok' if found <= limit else 'OVER'}")
    return int(found > limit)


if __name__ == "__main__":
    sys.exit(main())
