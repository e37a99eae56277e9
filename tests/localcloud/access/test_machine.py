"""A real machine and its role: what its project needs, and nothing of others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.conftest import Cloud

pytestmark = pytest.mark.machines

PYTHON = "/opt/elife-bot/venv/bin/python"
ASK = """
import json, sys, boto3, botocore
def ask(service, call, asked):
    try:
        told = getattr(boto3.client(service, "us-east-1"), call)(**asked)
        return told["Arn"] if call == "get_caller_identity" else ""
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
print(json.dumps([ask(*each) for each in json.loads(sys.argv[1])]))
"""


@pytest.fixture(scope="module")
def bot(cloud: Cloud) -> str:
    return cloud.launch("elife-bot", "continuum-test")


def asked(cloud: Cloud, machine: str, *calls: tuple[str, str, dict[str, Any]]) -> list[str]:
    """How the machine's role is answered: the codes of refusals, "" where there is none."""
    done = cloud.tried("ssh", machine, "--", PYTHON, "-c", ASK, json.dumps(calls))
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_it_is_its_role(cloud: Cloud, bot: str) -> None:
    found = cloud.client("ec2").describe_instances(Filters=[{"Name": "tag:Name", "Values": [bot]}])
    instance = found["Reservations"][0]["Instances"][0]["InstanceId"]
    (arn,) = asked(cloud, bot, ("sts", "get_caller_identity", {}))
    assert arn.startswith("arn:aws:sts::123456789012:assumed-role/elife-bot-continuum-test-Role-")
    assert arn.endswith(f"/{instance}")


def test_it_reaches_its_own_queues_and_no_other(cloud: Cloud, bot: str) -> None:
    calls = [("sqs", "get_queue_url", {"QueueName": name}) for name in ("ct-incoming-queue", "end2end-incoming-queue")]
    assert asked(cloud, bot, *calls) == ["", "AccessDenied"]


def test_it_reads_its_own_code_and_no_other(cloud: Cloud, bot: str) -> None:
    s3 = cloud.client("s3")
    (bucket,) = [each["Name"] for each in s3.list_buckets()["Buckets"] if "builder" in each["Name"]]
    others = "code/elife-lax/secret"
    s3.put_object(Bucket=bucket, Key=others, Body=b"x")
    mine = s3.list_objects_v2(Bucket=bucket, Prefix="code/elife-bot/")["Contents"][0]["Key"]
    reads = [("s3", "get_object", {"Bucket": bucket, "Key": key}) for key in (mine, "salt/current", others)]
    assert asked(cloud, bot, *reads) == ["", "", "AccessDenied"]
    write = {"Bucket": bucket, "Key": "stacks/another/x", "Body": "x"}
    assert asked(cloud, bot, ("s3", "put_object", write)) == ["AccessDenied"]


def test_it_registers_its_workflows_as_often_as_it_likes(cloud: Cloud, bot: str) -> None:
    for _ in range(2):
        cloud.on(bot, f"cd /opt/elife-bot && {PYTHON} register.py")
    elsewhere = {"domain": "Another", "name": "x", "version": "1"}
    assert asked(cloud, bot, ("swf", "register_workflow_type", elsewhere)) == ["AccessDeniedException"]


def test_it_may_nothing_to_machines_or_people(cloud: Cloud, bot: str) -> None:
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("ec2", "describe_instances", {}),
        ("iam", "list_users", {}),
        ("secretsmanager", "get_secret_value", {"SecretId": "x"}),
        ("cloudformation", "delete_stack", {"StackName": bot}),
        ("cloudformation", "describe_stacks", {"StackName": bot}),
        ("swf", "describe_domain", {"name": "Another"}),
    )
    refused = ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AccessDenied", ""]
    assert asked(cloud, bot, *calls) == [*refused, "AccessDeniedException"]


def test_its_credentials_hold_for_hours_and_are_told_as_on_aws(cloud: Cloud, bot: str) -> None:
    url = "http://169.254.169.254/latest"
    read = (
        f"T=$(curl -sX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' {url}/api/token); "
        f'get() {{ curl -sw " %{{http_code}}\\n" -H "X-aws-ec2-metadata-token: $T" {url}/meta-data/$1; }}; '
        "R=$(get iam/security-credentials/ | cut -d' ' -f1); get iam/security-credentials/$R; get iam/info; "
        "get iam/security-credentials/other; get nothing"
    )
    credentials, info, other, nothing = cloud.on(bot, read).replace("\n ", " ").splitlines()
    told = json.loads(credentials.removesuffix(" 200"))
    left = datetime.fromisoformat(told["Expiration"]) - datetime.now(UTC)
    assert 3600 < left.total_seconds() <= 6 * 3600
    assert told["AccessKeyId"].startswith("ASIA")
    profile = json.loads(info.removesuffix(" 200"))
    assert (profile["Code"], bool(profile["InstanceProfileId"])) == ("Success", True)
    assert other.endswith(" 404") and nothing.endswith(" 404")
