"""An environment's template: the buckets and queues that its machines share, under the names that all others use."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from builder import environment
from builder.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
NAMES = yaml.safe_load((ROOT / "projects/environment.yaml").read_text())
BUCKETS = {
    "elife-production-final", "elife-publishing-eif", "elife-publishing-expanded", "elife-publishing-cdn",
    "elife-publishing-archive", "elife-publishing-xml",
}  # fmt: skip
QUEUES = {"incoming-queue", "event-property-incoming-queue", "workflow-starter-queue", "website-ingest-queue"}


def resources(prefix: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(environment.described(prefix).template)["Resources"]
    return made


def named(prefix: str, kind: str, name: str) -> set[str]:
    return {each["Properties"][name] for each in resources(prefix).values() if each["Type"] == f"AWS::{kind}"}


def public(body: dict[str, Any]) -> list[dict[str, Any]]:
    """What a bucket's policy allows."""
    statements = body["Properties"]["PolicyDocument"]["Statement"]
    return [each for each in statements if each["Effect"] == "Allow"]


@pytest.mark.parametrize(("prefix", "first"), [("ct", "ct-"), ("continuum-test", "continuum-test-"), ("", "")])
def test_all_is_called_by_the_prefix(prefix: str, first: str) -> None:
    assert named(prefix, "S3::Bucket", "BucketName") == {first + name for name in BUCKETS}
    queues = named(prefix, "SQS::Queue", "QueueName")
    assert queues == {first + name + end for name in QUEUES for end in ("", "-dead")}
    assert environment.described(prefix).names.swf_domain == (f"Publish.{prefix}" if prefix else "Publish")


def test_buckets_are_encrypted_and_stay() -> None:
    buckets = [each for each in resources("ct").values() if each["Type"] == "AWS::S3::Bucket"]
    assert (
        {each["DeletionPolicy"] for each in buckets} == {each["UpdateReplacePolicy"] for each in buckets} == {"Retain"}
    )
    assert all(each["Properties"]["BucketEncryption"] for each in buckets)


def test_only_objects_of_the_cdn_are_public() -> None:
    made = resources("ct")
    open_to_all = {name: public(body) for name, body in made.items() if body["Type"] == "AWS::S3::BucketPolicy"}
    (statement,) = open_to_all.pop("ElifePublishingCdnBucketPolicy")
    assert (statement["Principal"], statement["Action"]) == ("*", "s3:GetObject")
    assert statement["Resource"] == {"Fn::Sub": "${ElifePublishingCdnBucket.Arn}/*"}
    assert set(map(len, open_to_all.values())) == {0} and len(open_to_all) == 5
    for name, body in made.items():
        if body["Type"] == "AWS::S3::Bucket" and name != "ElifePublishingCdnBucket":
            assert set(body["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}


def test_a_new_file_is_told_to_the_incoming_queue_alone() -> None:
    told = {
        name: body["Properties"]["NotificationConfiguration"]
        for name, body in resources("ct").items()
        if "NotificationConfiguration" in body["Properties"]
    }
    (configuration,) = told["ElifeProductionFinalBucket"]["QueueConfigurations"]
    assert len(told) == 1
    assert configuration == {"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": ["IncomingQueue", "Arn"]}}


def test_the_machines_ask_for_nothing_that_the_environment_lacks() -> None:
    """projects/elife.yaml and the bot's settings name what projects/environment.yaml makes."""
    projects = yaml.safe_load((ROOT / "projects/elife.yaml").read_text())
    for project in projects.values():
        access = project.get("aws", {}).get("access", {})
        assert {name for names in access.get("s3", {}).values() for name in names} <= set(NAMES["s3"])
        assert {name for names in access.get("sqs", {}).values() for name in names} <= set(NAMES["sqs"])
    settings = (ROOT / "salt/salt/elife-bot/config/opt-elife-bot-settings.py").read_text()
    assert set(re.findall(r"_bucket = '([^']+)'", settings)) == set(NAMES["s3"])
    assert set(re.findall(r"_queue = '{{ dash }}([^']+)'", settings)) == set(NAMES["sqs"])


def test_cfn_lint_has_nothing_to_say(tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(environment.described("ct").template)
    command = [ROOT / ".venv/bin/cfn-lint", "--non-zero-exit-code", "informational", tmp_path / "template.json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("prefix", ["a--b", "Ct", "ct-", "-ct", "ct_1", "ct/x", " ", "c" * 64, "prod", "ct.x"])
def test_what_is_no_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(UsageError):
        environment.described(prefix)


def test_a_name_that_gets_too_long_is_told() -> None:
    with pytest.raises(UsageError, match="choose a shorter prefix"):
        environment.described("c" * 50)
