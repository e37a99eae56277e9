"""What EC2 and RDS say is what runs: the local cloud's machines, from any AWS client's side."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from localcloud.home import CloudError
from localcloud.machines.container import Machine
from tests.conftest import Cloud, eventually

pytestmark = pytest.mark.machines
IMAGE = "/aws/service/debian/release/12/latest/amd64"


def run_instance(cloud: Cloud, **more: Any) -> dict[str, Any]:
    image = cloud.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    asked = {"ImageId": image, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **more}
    return dict(cloud.client("ec2").run_instances(**asked)["Instances"][0])


def described(cloud: Cloud, instance_id: str) -> dict[str, Any]:
    found = cloud.client("ec2").describe_instances(InstanceIds=[instance_id])
    return dict(found["Reservations"][0]["Instances"][0])


def state(cloud: Cloud, instance_id: str) -> str:
    return str(described(cloud, instance_id)["State"]["Name"])


def running(cloud: Cloud, **more: Any) -> tuple[str, Machine]:
    instance_id = run_instance(cloud, **more)["InstanceId"]
    eventually(lambda: state(cloud, instance_id) == "running")
    machine = Machine(cloud.home / "machines" / instance_id)
    machine.wait_until_up()
    return instance_id, machine


def answers(address: str, port: int = 22) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def test_an_instance_lives_as_ec2_says(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    instance_id, machine = running(cloud)
    address = described(cloud, instance_id)["PrivateIpAddress"]
    assert eventually(lambda: answers(address))

    ec2.stop_instances(InstanceIds=[instance_id])
    eventually(lambda: state(cloud, instance_id) == "stopped")
    assert not machine.is_running()

    ec2.start_instances(InstanceIds=[instance_id])
    eventually(lambda: state(cloud, instance_id) == "running")
    assert eventually(lambda: answers(address))

    ec2.terminate_instances(InstanceIds=[instance_id])
    eventually(lambda: state(cloud, instance_id) == "terminated")
    assert not machine.folder.exists()
    assert not machine.rootfs.exists()


def test_a_reboot_keeps_the_disk_and_the_address(cloud: Cloud) -> None:
    instance_id, machine = running(cloud)
    machine.run("sh", "-c", "echo kept >/root/file")
    booted = machine.run("cat", "/proc/sys/kernel/random/boot_id", "/proc/1/stat")
    cloud.client("ec2").reboot_instances(InstanceIds=[instance_id])
    eventually(lambda: machine.is_running() and _try(machine, "cat", "/proc/1/stat") not in ("", booted))
    machine.wait_until_up()
    assert machine.run("cat", "/root/file") == "kept\n"
    cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])


def test_a_machine_that_shuts_itself_down_is_stopped(cloud: Cloud) -> None:
    instance_id, machine = running(cloud)
    machine.run("systemctl", "--no-block", "poweroff")
    eventually(lambda: state(cloud, instance_id) == "stopped", seconds=60)
    reason = described(cloud, instance_id)["StateReason"]["Code"]
    assert reason == "Client.InstanceInitiatedShutdown"
    cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])


def test_root_on_a_machine_is_nobody_here(cloud: Cloud) -> None:
    instance_id, machine = running(cloud)
    machine.run("touch", "/root/mine")
    assert (machine.upper / "root/mine").stat().st_uid == 1_000_000
    with pytest.raises(CloudError, match="not permitted"):
        machine.run("mknod", "/root/disk", "b", "254", "0")
    cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])


def test_the_console_is_the_machines_own_whatever_is_on_it(cloud: Cloud) -> None:
    instance_id, machine = running(cloud)
    machine.run("sh", "-c", r"printf 'seen \033[31mred\033[0m <&> ende\n' >/dev/console")

    def console() -> str:
        return str(cloud.client("ec2").get_console_output(InstanceId=instance_id, Latest=True).get("Output", ""))

    assert eventually(lambda: "seen \033[31mred\033[0m <&> ende" in console())
    assert "-----BEGIN SSH HOST KEY KEYS-----" in console()
    cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])


def test_metadata_by_version_two_only(cloud: Cloud) -> None:
    instance_id, machine = running(cloud, UserData="#!/bin/sh\necho from-user-data >/root/made\n")
    get = "curl -s -w '%{http_code}' http://169.254.169.254/latest/meta-data/instance-id"
    assert machine.run("sh", "-c", get).endswith("401")
    token = (
        "T=$(curl -sX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token); "
        'curl -s -H "X-aws-ec2-metadata-token: $T" http://169.254.169.254/latest/'
    )
    assert machine.run("sh", "-c", f"{token}meta-data/instance-id") == instance_id
    assert json.loads(machine.run("sh", "-c", f"{token}dynamic/instance-identity/document"))["region"] == "us-east-1"
    assert "instance-type" in machine.run("sh", "-c", f"{token}meta-data/").splitlines()
    eventually(lambda: _try(machine, "cat", "/root/made") == "from-user-data\n")
    cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])


def test_metadata_is_not_for_others(cloud: Cloud) -> None:
    gateway = _gateway(cloud)
    request = urllib.request.Request(f"http://{gateway}:8169/latest/api/token", method="PUT")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=5)


def test_a_name_of_route53_is_found_by_the_machines(cloud: Cloud) -> None:
    route53 = cloud.client("route53")
    zone = route53.create_hosted_zone(Name="names.test", CallerReference="names")["HostedZone"]["Id"]
    instance_id, machine = running(cloud)

    with pytest.raises(route53.exceptions.HostedZoneAlreadyExists):
        route53.create_hosted_zone(Name="names.test", CallerReference="names")

    def change(action: str, kind: str, name: str, value: str) -> None:
        record = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        batch: Any = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    change("CREATE", "A", "a.names.test", "10.9.8.7")
    change("CREATE", "CNAME", "c.names.test", "a.names.test")
    assert eventually(lambda: _try(machine, "getent", "hosts", "c.names.test")).split()[0] == "10.9.8.7"
    change("DELETE", "A", "a.names.test", "10.9.8.7")
    eventually(lambda: not _try(machine, "getent", "hosts", "a.names.test"))
    cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])


def test_a_database_is_postgresql_with_its_master_user(cloud: Cloud) -> None:
    import psycopg

    rds, password = cloud.client("rds"), 'it\'s "quoted" \\ here'
    rds.create_db_instance(
        DBInstanceIdentifier="numbers", DBInstanceClass="db.t3.micro", Engine="postgres", EngineVersion="15",
        MasterUsername="master", MasterUserPassword=password, AllocatedStorage=20, DBName="ledger",
    )  # fmt: skip
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier="numbers", WaiterConfig={"Delay": 1, "MaxAttempts": 240}
    )
    endpoint = rds.describe_db_instances(DBInstanceIdentifier="numbers")["DBInstances"][0]["Endpoint"]
    hosts = (cloud.home / "names/hosts").read_text().splitlines()
    address = next(line.split()[0] for line in hosts if line.endswith(f" {endpoint['Address']}"))

    def connected(word: str) -> Any:
        return psycopg.connect(
            host=address, port=endpoint["Port"], user="master", password=word, dbname="ledger", sslmode="require"
        )

    with connected(password) as link:
        assert link.execute("SELECT current_database()").fetchone() == ("ledger",)
    with pytest.raises(psycopg.OperationalError, match="password"):
        connected("wrong")
    rds.modify_db_instance(DBInstanceIdentifier="numbers", MasterUserPassword="another one", ApplyImmediately=True)
    eventually(lambda: _connects(lambda: connected("another one")))
    rds.delete_db_instance(DBInstanceIdentifier="numbers", SkipFinalSnapshot=True)
    eventually(lambda: not (cloud.home / "machines/db-numbers").exists())


def test_all_is_there_again_after_kill_9(own_cloud: Cloud) -> None:
    instance_id, machine = running(own_cloud)
    own_cloud.client("s3").create_bucket(Bucket="kept-bucket")
    own_cloud.client("swf").register_domain(name="kept", workflowExecutionRetentionPeriodInDays="1")
    os.kill(own_cloud.status()["pid"], signal.SIGKILL)
    assert machine.is_running()
    own_cloud.start()
    assert state(own_cloud, instance_id) in ("pending", "running")
    assert own_cloud.client("s3").list_buckets()["Buckets"][0]["Name"] == "kept-bucket"
    assert own_cloud.client("swf").list_domains(registrationStatus="REGISTERED")["domainInfos"][0]["name"] == "kept"
    own_cloud.stop()
    assert not machine.is_running()
    own_cloud.start()
    eventually(lambda: state(own_cloud, instance_id) == "running")
    assert machine.is_running()


def test_two_clouds_side_by_side_and_nothing_left_of_one(own_cloud: Cloud, cloud: Cloud) -> None:
    instance_id, _ = running(own_cloud)
    assert _gateway(own_cloud) != _gateway(cloud)
    assert instance_id not in {machine.name for machine in (cloud.home / "machines").iterdir()}
    bridge = own_cloud.status()["bridge"]
    own_cloud.reset()
    left = {kind: found for kind, found in _traces().items() if any(bridge in line for line in found)}
    assert left == {}
    assert not own_cloud.home.exists()
    assert instance_id not in "".join(_traces()["mounts"])
    assert [each for each in Path("/sys/fs/cgroup").glob("**/lxc.*") if instance_id in each.name] == []
    assert cloud.status()["bridge"] in _traces()["networks"]


def test_a_taken_port_is_said_so(own_cloud: Cloud) -> None:
    port = int(str(own_cloud.status()["endpoint"]).rpartition(":")[2])
    own_cloud.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = own_cloud.tried("aws_stack_list")
    assert said.returncode != 0
    assert f"port {port}" in said.stderr
    assert "taken" in said.stderr


def _gateway(cloud: Cloud) -> str:
    return str(cloud.status()["network"]).replace(".0.0/16", ".0.1")


def _try(machine: Machine, *command: str) -> str:
    try:
        return machine.run(*command, timeout=10)
    except CloudError:
        return ""


def _connects(connect: Any) -> bool:
    import psycopg

    try:
        connect().close()
    except psycopg.OperationalError:
        return False
    return True


def _traces() -> dict[str, set[str]]:
    """All that a cloud leaves on a host while it is there."""

    def lines(*command: str) -> set[str]:
        return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines())

    return {
        "networks": {path.name for path in Path("/sys/class/net").iterdir()},
        "rules": lines("nft", "list", "tables"),
        "mounts": set(Path("/proc/mounts").read_text().splitlines()),
        "processes": lines("ps", "-eo", "args"),
    }
