"""Who the machine is: a real HTTP server answers as the instance metadata service does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from continuum_highstate import machine

TAGS = {"Name": "elife-bot-ct--2", "Project": "elife-bot", "Instance": "ct"}


class Metadata(BaseHTTPRequestHandler):
    tags: ClassVar[dict[str, str]] = {}

    def do_PUT(self) -> None:
        self._answer("a-token" if self.path == "/latest/api/token" else None)

    def do_GET(self) -> None:
        if self.headers["X-aws-ec2-metadata-token"] != "a-token":
            self.send_error(401)
            return
        identity = {"accountId": "123456789012", "region": "eu-west-1"}
        known = {"/latest/dynamic/instance-identity/document": json.dumps(identity)}
        known |= {f"/latest/meta-data/tags/instance/{name}": value for name, value in self.tags.items()}
        self._answer(known.get(self.path))

    def _answer(self, text: str | None) -> None:
        if text is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Metadata, "tags", dict(TAGS))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/latest"
    server.shutdown()
    server.server_close()


def test_a_node_of_a_cluster_belongs_to_its_stack(metadata: str) -> None:
    identity = machine.read_identity(metadata)
    assert (identity.minion, identity.stack) == ("elife-bot-ct--2", "elife-bot-ct")
    assert identity.bucket == "continuum-builder-123456789012-eu-west-1"


def test_a_missing_tag_says_what_to_do(metadata: str) -> None:
    del Metadata.tags["Instance"]
    with pytest.raises(machine.ConvergeError, match=r"404 .*tags/instance/Instance.*InstanceMetadataTags"):
        machine.read_identity(metadata)


class CloudFormation:
    """What CloudFormation answers of one stack."""

    def __init__(self, metadata: dict[str, Any] | None) -> None:
        self.metadata = metadata

    def describe_stacks(self, StackName: str) -> dict[str, Any]:
        tags = [{"Key": "Branch", "Value": "main"}, {"Key": "Revision", "Value": "0123"}]
        outputs = [{"OutputKey": "Host", "OutputValue": "ct.lax.elifesciences.org"}]
        return {"Stacks": [{"StackName": StackName, "Tags": tags, "Outputs": outputs}]}

    def get_template_summary(self, StackName: str) -> dict[str, Any]:
        return {} if self.metadata is None else {"Metadata": json.dumps({"Continuum": self.metadata})}


IDENTITY = machine.Identity("elife-lax-ct", "elife-lax", "ct", "123456789012", "us-east-1")


def test_the_machines_data_is_the_stacks(tmp_path: Path) -> None:
    stack = machine.read_stack(IDENTITY, CloudFormation({"domain": "elifesciences.org", "aws": {"prefix": None}}))
    project = stack["project"]
    assert project["domain"] == "elifesciences.org" and project["host"] == "ct.lax.elifesciences.org"
    assert (project["branch"], project["revision"], project["prefix"]) == ("main", "0123", "ct")
    assert stack["cfn"]["outputs"]["Host"] == "ct.lax.elifesciences.org"
    machine.keep_stack(stack, tmp_path / "stack.json")
    assert machine.kept_stack(tmp_path / "stack.json") == stack
    assert (tmp_path / "stack.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("instance", "described", "prefix"),
    [
        ("ct", {"aws": {"prefix": "short"}}, "short"),
        ("ct", {"prefix": ""}, ""),
        ("prod", {}, ""),
        ("prod", {"aws": {"prefix": "x"}}, "x"),
        ("ct", None, "ct"),
    ],
)
def test_the_prefix_is_as_described_else_the_instance_id(instance: str, described: Any, prefix: str) -> None:
    identity = machine.Identity("n", "elife-lax", instance, "123456789012", "us-east-1")
    assert machine.read_stack(identity, CloudFormation(described))["project"]["prefix"] == prefix
