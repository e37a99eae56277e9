"""A cloud of the tests' own, and what tests do with it again and again."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud import bends, missing
from localcloud.cloudformation import CloudFormation
from localcloud.destinations import Destinations
from localcloud.endpoint import Endpoint, serve, service_of
from localcloud.s3 import S3
from localcloud.sqs import Limits, Sqs

Template = dict[str, Any]
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass
class Cloud:
    """The endpoint's address and its clients. `before` and `after` are told of each call to moto: (service, call)."""

    url: str
    folder: Path
    app: Wsgi
    before: Callable[[str, str], None] = lambda service, call: None
    after: Callable[[str, str], None] = lambda service, call: None
    calls: list[tuple[str, str]] = field(default_factory=list)
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, name: str) -> Any:
        if name not in self._clients:
            self.point(name, self.url)
        return self._clients[name]

    def point(self, name: str, url: str) -> None:
        """Have the client of a service call that address from now on."""
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        session: Any = _session()
        self._clients[name] = session.client(name, endpoint_url=url, config=config)

    def __post_init__(self) -> None:
        self.start()

    @property
    def cfn(self) -> Any:
        return self.client("cloudformation")

    def restart(self) -> None:
        """Stop our CloudFormation where it is, and let a new one take over its database."""
        self.service.stop()
        self.start()

    def start(self) -> None:
        self.service = CloudFormation(self.folder / "cloudformation.sqlite", lambda: self.url, inside=lambda: self.app)
        self.service.start()

    # What tests do again and again

    def create(self, name: str, template: Template, **more: Any) -> str:
        """Ask for a stack, wait until it is still; give back its status."""
        more.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM"])
        self.cfn.create_stack(StackName=name, TemplateBody=json.dumps(template), **more)
        return self.settled(name)

    def update(self, name: str, template: Template, **more: Any) -> str:
        more.setdefault("Capabilities", ["CAPABILITY_NAMED_IAM"])
        self.cfn.update_stack(StackName=name, TemplateBody=json.dumps(template), **more)
        return self.settled(name)

    def delete(self, name: str) -> str:
        stack_id = self.stack(name)["StackId"]
        self.cfn.delete_stack(StackName=name)
        return self.settled(stack_id)

    def settled(self, name: str, seconds: float = 30) -> str:
        deadline = time.monotonic() + seconds
        while (status := self.stack(name)["StackStatus"]).endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, f"{name} is still {status}: {self.told(name)}"
            time.sleep(0.02)
        return str(status)

    def stack(self, name: str) -> Any:
        return self.cfn.describe_stacks(StackName=name)["Stacks"][0]

    def outputs(self, name: str) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.stack(name).get("Outputs", [])}

    def physical(self, name: str, logical_id: str) -> str:
        told = self.cfn.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
        return str(told["StackResourceDetail"]["PhysicalResourceId"])

    def told(self, name: str) -> str:
        """The events as text, for a test that fails."""
        return "\n".join(" ".join(event) for event in self.story(name))

    def story(self, name: str, logical_id: str | None = None) -> list[tuple[str, str, str]]:
        """(logical id, status, reason) of the events, oldest first."""
        pages = self.cfn.get_paginator("describe_stack_events").paginate(StackName=name)
        events = [event for page in pages for event in page["StackEvents"]]
        return [
            (event["LogicalResourceId"], event["ResourceStatus"], event.get("ResourceStatusReason", ""))
            for event in reversed(events)
            if logical_id in (None, event["LogicalResourceId"])
        ]


def refused(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    """(code, message) of a refusal."""
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


@cache
def _session() -> Any:
    return boto3.Session("test", "test", region_name="us-east-1")


def moto() -> Wsgi:
    """The services that are moto's, in this process."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    missing.add()
    app: Wsgi = DomainDispatcherApplication(create_backend_app)
    return app


@contextmanager
def serving(
    folder: Path, moto_app: Wsgi, around: Callable[[Wsgi], Wsgi] = lambda app: app, reuse: int = 0
) -> Iterator[Cloud]:
    """An empty cloud, served as the daemon serves it, on a free port of loopback; `around` sees each call first.

    `reuse` is for how many seconds a deleted queue keeps its name: AWS says 60, the tests would sit them out.
    """
    from moto.moto_api._internal import moto_api_backend

    moto_api_backend.reset()

    def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        service, call = service_of(environ), _call(environ)
        made.calls.append((service, call))
        made.before(service, call)
        answer = apps.get(service, moto_app)(environ, start_response)
        made.after(service, call)
        return answer

    def own(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return made.service.app(environ, start_response)

    sqs = Sqs(folder / "sqs.sqlite", limits=Limits(reuse=reuse))
    destinations = Destinations(sqs)
    s3 = S3(folder / "s3", destinations.deliver, destinations.may_deliver)
    apps: dict[str, Wsgi] = {"sqs": sqs.app, "s3": s3.app}
    for service in (sqs, s3):
        service.start()
    bends.send_to(sqs.deliver, sqs.policy)
    endpoint = Endpoint({"cloudformation": own, **dict.fromkeys(apps, watched)}, watched, lambda service: None, dict)
    app = around(endpoint)
    server = serve(app, "127.0.0.1", 0)
    made = Cloud(f"http://127.0.0.1:{server.server_port}", folder, app)
    try:
        yield made
    finally:
        made.service.stop()
        server.shutdown()
        s3.stop()
        sqs.stop()


def _call(environ: dict[str, Any]) -> str:
    """The action's name, or method and path where the service has REST."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return str(target).rpartition(".")[2]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        return str(body.decode().partition("Action=")[2].partition("&")[0])
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
