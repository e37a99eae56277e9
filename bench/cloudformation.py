"""How long a stack of 30 resources without machines takes, against its own API calls made one after another.

`python -m bench.cloudformation [ROUNDS]` prints the two times and their ratio (wanted: at most 1.5).
Both talk to one endpoint in this process, with moto behind it.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import boto3
from botocore.exceptions import ClientError

from localcloud.cloudformation import CloudFormation
from localcloud.endpoint import Endpoint, serve

KINDS: list[dict[str, Any]] = [
    {"Type": "AWS::SQS::Queue"},
    {"Type": "AWS::SNS::Topic"},
    {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
    {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "R0"}}},
    {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
    {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}},
]
TEMPLATE = json.dumps({"Resources": {f"R{n}": KINDS[n % len(KINDS)] for n in range(30)}})


def main(rounds: int) -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    with tempfile.TemporaryDirectory() as folder:
        url = ""
        service = CloudFormation(Path(folder) / "cloudformation.sqlite", lambda: url, inside=lambda: endpoint)
        endpoint = Endpoint(
            {"cloudformation": service.app}, DomainDispatcherApplication(create_backend_app), lambda service: None, dict
        )
        url = f"http://127.0.0.1:{serve(endpoint, '127.0.0.1', 0).server_port}"
        session: Any = boto3.Session("bench", "bench", region_name="us-east-1")
        client: Any = session.client("cloudformation", endpoint_url=url)
        _stack(client, service, "warm")
        pairs = [_stack(client, service, f"round{n}") for n in range(rounds)]
        service.stop()
    stack, calls = (median(column) for column in zip(*pairs, strict=True))
    print(f"stack {stack:.3f} s, its calls one after another {calls:.3f} s, ratio {stack / calls:.2f} (wanted: 1.5)")


def _stack(client: Any, service: CloudFormation, name: str) -> tuple[float, float]:
    """Seconds of the stack's creation, and of the calls it made, replayed on the same clients."""
    made: list[tuple[Any, ...]] = []
    call = service.clients.call

    def recorded(*arguments: Any) -> dict[str, Any]:
        made.append(arguments)
        return call(*arguments)

    service.clients.call = recorded  # type: ignore[method-assign, assignment]
    started = time.perf_counter()
    client.create_stack(StackName=name, TemplateBody=TEMPLATE, Capabilities=["CAPABILITY_IAM"])
    stack = _until(client, name, started)
    service.clients.call = call  # type: ignore[method-assign]
    _remove(client, name)
    started = time.perf_counter()
    for arguments in made:
        with suppress(ClientError):  # looking whether a name is free is a call too, and says "not found"
            call(*arguments)
    return stack, time.perf_counter() - started


def _until(client: Any, name: str, started: float) -> float:
    while (status := client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]).endswith("IN_PROGRESS"):
        time.sleep(0.02)
    assert status.endswith("COMPLETE"), status
    return time.perf_counter() - started


def _remove(client: Any, name: str) -> None:
    stack_id = client.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    client.delete_stack(StackName=name)
    _until(client, stack_id, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
