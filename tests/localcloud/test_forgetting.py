"""What a cloud forgets in time, and that it does not grow in between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from localcloud.forgetting import KEPT_LOG, LONGEST_LOG, Forgetting, forget_in_moto, shorten
from localcloud.home import ACCOUNT, REGION
from tests.localcloud.test_state import Started, started

__all__ = ["started"]
HOUR = 3600.0


@pytest.fixture
def ec2(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from moto import mock_aws

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("ec2", REGION, aws_access_key_id="x", aws_secret_access_key="x")


def instance(ec2: Any) -> str:
    return str(ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"])


def known(ec2: Any) -> set[str]:
    found = ec2.describe_instances()["Reservations"]
    return {each["InstanceId"] for reservation in found for each in reservation["Instances"]}


def test_a_terminated_instance_is_described_for_an_hour(ec2: Any) -> None:
    gone, stays = instance(ec2), instance(ec2)
    ec2.create_tags(Resources=[gone], Tags=[{"Key": "Name", "Value": "gone"}])
    ec2.terminate_instances(InstanceIds=[gone])
    forget_in_moto(1000)
    forget_in_moto(1000 + HOUR - 1)
    assert known(ec2) == {gone, stays}
    forget_in_moto(1000 + HOUR + 1)
    assert known(ec2) == {stays}
    assert len(ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [gone]}])["Tags"]) == 0
    assert len(ec2.describe_instances()["Reservations"]) == 1


def test_tags_of_what_is_gone_are_forgotten_and_no_others(ec2: Any) -> None:
    from moto.logs.models import logs_backends

    logs: Any = boto3.client("logs", REGION, aws_access_key_id="x", aws_secret_access_key="x")
    for name in ("gone", "stays"):
        logs.create_log_group(logGroupName=name, tags={"a": "b"})
    stays, gone = (ec2.create_security_group(GroupName=name, Description=name)["GroupId"] for name in ("one", "two"))
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    ec2.create_tags(Resources=[stays, gone, vpc], Tags=[{"Key": "a", "Value": "b"}])
    logs.delete_log_group(logGroupName="gone")
    ec2.delete_security_group(GroupId=gone)
    forget_in_moto(1000)
    assert {tag["ResourceId"] for tag in ec2.describe_tags()["Tags"]} == {stays, vpc}
    assert [arn.split(":")[6] for arn in logs_backends[ACCOUNT][REGION].tagger.tags] == ["stays"]


def test_a_long_log_keeps_its_end_and_its_writer_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "daemon.log"
    with file.open("ab", buffering=0) as writer:
        line = b"x" * 99 + b"\n"
        writer.write(line * (LONGEST_LOG // 100))
        shorten([file, tmp_path / "none.log"])
        assert file.stat().st_size == LONGEST_LOG // 100 * 100
        writer.write(line + b"last\n")
        shorten([file])
        writer.write(b"after\n")
    words = file.read_bytes()
    assert KEPT_LOG - 200 < len(words) <= KEPT_LOG + len(b"after\n")
    assert words.startswith(line)
    assert words.endswith(b"last\nafter\n")


def test_a_job_that_fails_keeps_no_other_from_its_work() -> None:
    done = threading.Event()

    def fails(now: float) -> None:
        raise ValueError(now)

    forgetting = Forgetting((fails, lambda now: done.set()))
    forgetting.start()
    assert done.wait(30)
    forgetting.stop()


def test_no_growth_by_calls_that_leave_nothing(started: Started) -> None:
    """Rounds of making, reading and removing: the second half of them adds next to nothing to the process."""
    process = started()
    clients = [process.client(service) for service in ("ssm", "iam", "ec2")]
    sizes = []
    for number in range(4):
        for turn in range(20):
            _round(clients, f"{number}-{turn}")
        sizes.append(_resident(process.process.pid))
    assert sizes[3] - sizes[1] < 3 << 20, sizes


def _round(clients: list[Any], name: str) -> None:
    ssm, iam, ec2 = clients
    ssm.put_parameter(Name=name, Value="x" * 4000, Type="String")
    ssm.delete_parameter(Name=name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
    iam.delete_role(RoleName=name)
    group = ec2.create_security_group(GroupName=name, Description="soak")["GroupId"]
    ec2.describe_security_groups(GroupIds=[group])
    ec2.delete_security_group(GroupId=group)


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def test_a_deleted_stack_is_known_for_ninety_days(tmp_path: Path) -> None:
    from localcloud.cloudformation.records import Event, Stack
    from localcloud.cloudformation.store import Store

    store = Store(tmp_path / "cloudformation.sqlite")
    for name, deleted in (("live", None), ("old", 50.0), ("new", 150.0)):
        store.keep_stack(Stack(name, name, "x", 1.0, deleted=deleted))
    for at in (40.0, 160.0):
        for name in ("live", "old", "new"):
            store.keep_event(Event(f"{name}-{at}", name, name, "R", "r", "AWS::S3::Bucket", "x", at))
    store.forget_before(100)
    assert {stack.name for stack in store.stacks()} == {"live", "new"}
    told = {name: [event.time for event in store.events(name, None, 10)[0]] for name in ("live", "old", "new")}
    assert told == {"live": [160.0], "old": [], "new": [160.0]}
    store.close()
