"""moto's state: there before the answer, whole after kill -9, one object where services share one."""

from __future__ import annotations

import logging
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from localcloud.home import CloudError
from localcloud.state import State
from tests.localcloud.moto_process import Process

Started = Callable[[], Process]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Starts a process on this test's file; the one before is killed first, as by kill -9."""
    processes: list[Process] = []

    def start() -> Process:
        if processes:
            processes.pop().kill()
        processes.append(Process(tmp_path / "moto.sqlite"))
        return processes[-1]

    yield start
    processes.pop().kill()


def test_what_was_answered_is_there_after_kill_9(started: Started) -> None:
    """A change of each kind of service, and what has keys and certificates in it."""
    now = started()
    vpc = now.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]  # made when it was read
    key = now.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    signed = now.client("kms").sign(KeyId=key, Message=b"text", SigningAlgorithm="ECDSA_SHA_256")["Signature"]
    certificate = now.client("acm").request_certificate(DomainName="one.test")["CertificateArn"]
    now.client("secretsmanager").create_secret(Name="one", SecretString="word")
    now.client("route53").create_hosted_zone(Name="one.test", CallerReference="one")
    now.client("ssm").put_parameter(Name="/one", Value="1", Type="String")
    now.client("ec2").create_key_pair(KeyName="one")
    default = now.client("kms").describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["KeyId"]  # made when it was read

    then = started()
    assert then.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"] == vpc
    assert then.client("kms").describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["KeyId"] == default
    assert then.client("kms").verify(KeyId=key, Message=b"text", Signature=signed, SigningAlgorithm="ECDSA_SHA_256")[
        "SignatureValid"
    ]
    assert (
        then.client("acm").describe_certificate(CertificateArn=certificate)["Certificate"]["DomainName"] == "one.test"
    )
    assert then.client("secretsmanager").get_secret_value(SecretId="one")["SecretString"] == "word"
    assert then.client("route53").list_hosted_zones()["HostedZones"][0]["Name"] == "one.test."
    assert then.client("ssm").get_parameter(Name="/one")["Parameter"]["Value"] == "1"
    assert then.client("ec2").describe_key_pairs(KeyNames=["one"])["KeyPairs"]
    then.client("ssm").delete_parameter(Name="/one")
    assert started().client("ssm").describe_parameters()["Parameters"] == []


def test_an_object_of_two_services_is_one_afterwards(started: Started) -> None:
    """EC2 keeps IAM's profile: what IAM changes of it later, EC2 sees, also when both come from the file."""
    iam = started().client("iam")
    iam.create_role(RoleName="one", AssumeRolePolicyDocument="{}")
    now = started()
    ec2, iam = now.client("ec2"), now.client("iam")
    iam.create_instance_profile(InstanceProfileName="one")
    instance = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    profile = {"Name": "one"}
    ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile=profile)

    now = started()
    now.client("iam").delete_instance_profile(InstanceProfileName="one")
    now.client("iam").create_instance_profile(InstanceProfileName="two")
    now = started()
    ec2, iam = now.client("ec2"), now.client("iam")
    association = ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"][0]
    assert association["IamInstanceProfile"]["Arn"].endswith("/one")
    ec2.replace_iam_instance_profile_association(
        AssociationId=association["AssociationId"], IamInstanceProfile={"Name": "two"}
    )
    ids = {
        each["InstanceProfileName"]: each["InstanceProfileId"]
        for each in iam.list_instance_profiles()["InstanceProfiles"]
    }
    then = started()
    association = then.client("ec2").describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"][0]
    assert association["IamInstanceProfile"]["Id"] == ids["two"]
    units = _units(then)
    assert "ec2 iam" in units
    assert not {"ec2", "iam"} & set(units)


def test_killed_at_any_moment_under_load(started: Started) -> None:
    """Four callers write parameters and topics while the process is killed: none that was answered is missing."""
    told: set[str] = set()
    chance = random.Random(3)
    for turn in range(4):
        now = started()
        callers = [threading.Thread(target=_write, args=(now, f"{turn}-{each}", told)) for each in range(4)]
        for caller in callers:
            caller.start()
        wanted = len(told) + chance.randrange(10, 60)
        while len(told) < wanted:
            callers[0].join(0.001)
        now.kill()
        for caller in callers:
            caller.join()
    then = started()
    pages = then.client("ssm").get_paginator("describe_parameters").paginate()
    parameters = {each["Name"] for page in pages for each in page["Parameters"]}
    topics = {topic["TopicArn"].rpartition(":")[2] for topic in _topics(then)}
    assert told - {f"ssm {name}" for name in parameters} - {f"sns {name}" for name in topics} == set()


def _write(process: Process, name: str, told: set[str]) -> None:
    ssm, sns = process.client("ssm"), process.client("sns")
    with suppress(BotoCoreError, ClientError):
        for number in range(1000):
            ssm.put_parameter(Name=f"p{name}-{number}", Value="x", Type="String")
            told.add(f"ssm p{name}-{number}")
            sns.create_topic(Name=f"t{name}-{number}")
            told.add(f"sns t{name}-{number}")


def _topics(process: Process) -> list[Any]:
    pages = process.client("sns").get_paginator("list_topics").paginate()
    return [topic for page in pages for topic in page["Topics"]]


def _units(process: Process) -> list[str]:
    with closing(sqlite3.connect(str(process.process.args[-1]))) as file:  # type: ignore[index]
        return [row[0] for row in file.execute("SELECT services FROM units")]


def test_what_another_version_kept_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "moto.sqlite"
    state = State(file)
    state.restore()
    state.stop()
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE facts SET value = 'moto 1.0'")
        database.commit()
    with pytest.raises(CloudError, match=r"moto 1\.0.*cloud reset"):
        State(file).restore()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/moto.pickle.gz").touch()
    with pytest.raises(CloudError, match=r"older.*cloud reset"):
        State(tmp_path / "other/moto.sqlite").restore()


def test_a_change_that_cannot_be_written_is_an_error_and_the_next_one_writes_it(tmp_path: Path) -> None:
    from moto.ssm.models import ssm_backends

    file = tmp_path / "moto.sqlite"
    state = State(file)
    state.restore()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON units BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        with pytest.raises(sqlite3.Error, match="disk full"), state.changing():
            ssm_backends["123456789012"]["us-east-1"]
        database.execute("DROP TRIGGER full")
        state.changed("sns")
        assert [row[0] for row in database.execute("SELECT services FROM units ORDER BY 1")] == ["sns", "ssm"]
    state.stop()


def test_a_service_that_cannot_be_kept_is_told_of_and_keeps_no_other_from_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from moto.events.models import events_backends
    from moto.ssm.models import ssm_backends

    state = State(tmp_path / "moto.sqlite")
    state.restore()
    try:
        with caplog.at_level(logging.ERROR), state.changing():
            events_backends["123456789012"]["us-east-1"].thread = threading.Thread()
            ssm_backends["123456789012"]["us-east-1"]
        assert "moto's events will not be there" in caplog.text
        with closing(sqlite3.connect(tmp_path / "moto.sqlite")) as database:
            assert "ssm" in {row[0] for row in database.execute("SELECT services FROM units")}
    finally:
        del events_backends["123456789012"]["us-east-1"].thread
        state.stop()
