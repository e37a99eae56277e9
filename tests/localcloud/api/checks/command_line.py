"""PyPI's awscli, as a user types it, after eval "$(./bldr cloud env)"."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from tests.localcloud.api.check import AWS_CLI, At, check
from tests.localcloud.api.checks.cloudformation import template


@check(AWS_CLI, "s3 mb", "s3 cp", "s3 ls", "s3 sync", "s3 mv", "s3 rm", "s3 presign", "s3 rb")
def files(at: At) -> None:
    """Files up and down, the large one in parts; folders synchronised; listed, moved, removed"""
    url = f"s3://{at.name()}"
    at.aws("s3", "mb", url)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "up").mkdir()
        (folder / "up/large.tif").write_bytes(bytes(9 << 20))  # awscli parts what is over 8 MB
        (folder / "up/ü.xml").write_text("<x/>")
        at.aws("s3", "cp", "up/large.tif", f"{url}/one/large.tif", "--no-progress", folder=folder)
        assert "large.tif" in at.aws("s3", "ls", f"{url}/one/")
        assert at.aws("s3", "sync", "up", f"{url}/two", "--no-progress", folder=folder).count("upload:") == 2
        assert at.aws("s3", "sync", "up", f"{url}/two", "--no-progress", folder=folder) == ""
        (folder / "up/ü.xml").unlink()
        assert "delete:" in at.aws("s3", "sync", "up", f"{url}/two", "--delete", folder=folder)
        at.aws("s3", "mv", f"{url}/one/large.tif", f"{url}/one/moved.tif")
        at.aws("s3", "cp", f"{url}/one/moved.tif", "down.tif", "--no-progress", folder=folder)
        assert (folder / "down.tif").stat().st_size == 9 << 20
    assert at.aws("s3", "presign", f"{url}/one/moved.tif").startswith("http")
    assert "large.tif" not in at.aws("s3", "ls", f"{url}/one/")
    assert "BucketNotEmpty" in at.aws("s3", "rb", url, code=1)
    at.aws("s3", "rm", url, "--recursive")
    at.aws("s3", "rb", url)
    assert "NoSuchBucket" in at.aws("s3", "ls", url, code=255)


@check(AWS_CLI, "cloudformation deploy", "cloudformation wait", "cloudformation describe-stacks",
       "cloudformation list-stack-resources", "cloudformation delete-stack")  # fmt: skip
def stacks(at: At) -> None:
    """A stack deployed with parameters and tags, deployed again without a change, deleted, waited for"""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "template.json"
        file.write_text(template(at))
        deploy = ("cloudformation", "deploy", "--stack-name", at.name(), "--template-file", str(file))
        given = ("--parameter-overrides", "Seconds=50", "--tags", "a=1")  # awscli looks every 30 s whether it is done
        assert "Successfully created/updated stack" in at.aws(*deploy, *given)
        time.sleep(1)  # awscli names its change sets by the second
        assert "No changes to deploy" in at.aws(*deploy, *given, "--no-fail-on-empty-changeset")
    of = ("--stack-name", at.name())
    (told,) = at.aws_json("cloudformation", "describe-stacks", *of)["Stacks"]
    assert (told["StackStatus"], told["Tags"]) == ("CREATE_COMPLETE", [{"Key": "a", "Value": "1"}])
    listed = at.aws_json("cloudformation", "list-stack-resources", *of)["StackResourceSummaries"]
    assert len(listed) == 2
    at.aws("cloudformation", "delete-stack", *of)
    at.aws("cloudformation", "wait", "stack-delete-complete", *of)


@check(AWS_CLI, "sqs create-queue", "sqs send-message", "sqs receive-message", "sns publish", "sns create-topic")
def queues(at: At) -> None:
    """Queues and topics"""
    url = at.aws_json("sqs", "create-queue", "--queue-name", at.name())["QueueUrl"]
    at.aws("sqs", "send-message", "--queue-url", url, "--message-body", "ü")
    (got,) = at.aws_json("sqs", "receive-message", "--queue-url", url, "--attribute-names", "All")["Messages"]
    assert got["Body"] == "ü"
    topic = at.aws_json("sns", "create-topic", "--name", at.name())["TopicArn"]
    assert at.aws_json("sns", "publish", "--topic-arn", topic, "--message", "x")["MessageId"]


@check(AWS_CLI, "swf register-domain", "swf list-domains", "swf start-workflow-execution",
       "swf register-workflow-type", "swf list-open-workflow-executions")  # fmt: skip
def workflows(at: At) -> None:
    """A domain, a type, an execution started by hand"""
    of = ("--domain", at.name())
    at.aws("swf", "register-domain", "--name", at.name(), "--workflow-execution-retention-period-in-days", "1")
    listed = at.aws_json("swf", "list-domains", "--registration-status", "REGISTERED")["domainInfos"]
    assert at.name() in {each["name"] for each in listed}
    at.aws("swf", "register-workflow-type", *of, "--name", "Check", "--workflow-version", "1")
    run = at.aws_json(
        "swf", "start-workflow-execution", *of, "--workflow-id", "w", "--workflow-type", "name=Check,version=1",
        "--task-list", "name=x", "--child-policy", "TERMINATE", "--task-start-to-close-timeout", "30",
        "--execution-start-to-close-timeout", "60", "--input", json.dumps({"a": 1}),
    )["runId"]  # fmt: skip
    since = ("--start-time-filter", "oldestDate=2020-01-01T00:00:00Z")
    (told,) = at.aws_json("swf", "list-open-workflow-executions", *of, *since)["executionInfos"]
    assert told["execution"] == {"workflowId": "w", "runId": run}


@check(AWS_CLI, "sts get-caller-identity", "ec2 describe-vpcs", "iam list-roles", "rds describe-db-instances",
       "route53 list-hosted-zones", "ssm put-parameter", "ssm get-parameter", "secretsmanager create-secret",
       "secretsmanager get-secret-value", "logs describe-log-groups", "cloudwatch describe-alarms")  # fmt: skip
def others(at: At) -> None:
    """One call of each other service"""
    assert at.aws_json("sts", "get-caller-identity")["Account"] == "123456789012"
    assert any(each["IsDefault"] for each in at.aws_json("ec2", "describe-vpcs")["Vpcs"])
    assert "Roles" in at.aws_json("iam", "list-roles")
    assert "DBInstances" in at.aws_json("rds", "describe-db-instances")
    assert "HostedZones" in at.aws_json("route53", "list-hosted-zones")
    at.aws("ssm", "put-parameter", "--name", f"/{at.name()}", "--value", "v", "--type", "String")
    assert at.aws_json("ssm", "get-parameter", "--name", f"/{at.name()}")["Parameter"]["Value"] == "v"
    at.aws("secretsmanager", "create-secret", "--name", at.name(), "--secret-string", "s")
    got = at.aws_json("secretsmanager", "get-secret-value", "--secret-id", at.name())
    assert got["SecretString"] == "s"
    assert "logGroups" in at.aws_json("logs", "describe-log-groups")
    assert "MetricAlarms" in at.aws_json("cloudwatch", "describe-alarms")
