"""How long a stack of 30 resources without machines takes, against its own API calls made one after another.

`python -m bench.cloudformation [ROUNDS]` prints both and their ratio (wanted: at most 1.5). The cloud is the daemon's,
in this process: its own SQS, S3 and access control, and moto with its state kept on disk. The calls are made as
anybody makes them, by boto3 over HTTP.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any

import boto3
from botocore.exceptions import ClientError

from localcloud.access.access import Access
from localcloud.access.resources import Resources
from localcloud.cloudformation import CloudFormation
from localcloud.cloudformation.clients import Clients
from localcloud.destinations import Destinations
from localcloud.endpoint import Endpoint, serve
from localcloud.s3 import S3
from localcloud.sqs import Sqs
from localcloud.state import State

KINDS: list[dict[str, Any]] = [
    {"Type": "AWS::SQS::Queue"},
    {"Type": "AWS::SNS::Topic"},
    {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}},
    {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Ref": "R0"}}},
    {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
    {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}},
]
TEMPLATE = json.dumps({"Resources": {f"R{n}": KINDS[n % len(KINDS)] for n in range(30)}})
KEYS = ("bench", "bench")  # the operator's, of a cloud that lives for this run
WANTED = 1.5


def main(rounds: int) -> int:
    with tempfile.TemporaryDirectory() as folder, _cloud(Path(folder)) as (service, url):
        session: Any = boto3.Session(*KEYS, region_name="us-east-1")
        client: Any = session.client("cloudformation", endpoint_url=url)
        anybody = Clients(lambda: url, "us-east-1", KEYS)
        _stack(client, service, anybody, "warm")
        pairs = [_stack(client, service, anybody, f"round{n}") for n in range(rounds)]
    stack, calls = zip(*pairs, strict=True)
    ratio = median(stack) / median(calls)
    print(f"stack {_told(stack)}, its calls: {_told(calls)}, ratio {ratio:.2f} (wanted: at most {WANTED})")
    return 0 if ratio <= WANTED else 1


@contextmanager
def _cloud(folder: Path) -> Iterator[tuple[CloudFormation, str]]:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    url, sqs, state = "", Sqs(folder / "sqs.sqlite"), State(folder / "moto.sqlite")
    destinations = Destinations(sqs)
    s3 = S3(folder / "s3", destinations.deliver, destinations.may_deliver)
    state.restore()
    service = CloudFormation(folder / "cloudformation.sqlite", lambda: url, credentials=KEYS, inside=lambda: endpoint)
    access = Access(KEYS, Resources(s3, sqs, service))
    own = {"sqs": sqs.app, "s3": s3.app, "cloudformation": service.app}
    moto = state.kept(DomainDispatcherApplication(create_backend_app))
    endpoint = Endpoint(own, moto, lambda service: None, dict, access.admit)
    server = serve(endpoint, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.server_port}"
    parts = (sqs, s3, service)
    for part in parts:
        part.start()
    yield service, url
    for part in reversed(parts):
        part.stop()
    server.shutdown()
    state.stop()


def _stack(client: Any, service: CloudFormation, anybody: Clients, name: str) -> tuple[float, float]:
    """Seconds of the stack's creation, and of the calls that it made, made again by anybody."""
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
        with suppress(
            ClientError
        ):  # a deleted queue's name is free again only after a minute: refused, in no less time
            anybody.call(*arguments)
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


def _told(seconds: tuple[float, ...]) -> str:
    return f"{median(seconds):.3f} s (least {min(seconds):.3f})"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
