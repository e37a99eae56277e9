"""Machines: EC2 instances, key pair, disks, what may connect to them, and their host name."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from cloudformation.description import ExtVolume, Port, RootDisk
from cloudformation.instance import FIRST_BOOT

Find = Callable[..., dict[str, Any]]
SSH = Port(guest=22)


def test_metadata_needs_a_session_and_does_not_leave_the_machine(properties: Find) -> None:
    assert properties("Instance1")["MetadataOptions"] == {
        "HttpEndpoint": "enabled",
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 1,
        "InstanceMetadataTags": "enabled",
    }


def test_the_first_disk_is_encrypted_and_goes_with_the_machine(properties: Find) -> None:
    (disk,) = properties("Instance1", root=RootDisk(size=50))["BlockDeviceMappings"]
    assert disk["DeviceName"] == "/dev/xvda"
    assert disk["Ebs"] == {"DeleteOnTermination": True, "Encrypted": True, "VolumeSize": 50, "VolumeType": "gp3"}


def test_a_machine_has_the_stacks_key_pair_role_image_and_network(properties: Find) -> None:
    instance = properties("Instance1", type="t3.large")
    assert instance["InstanceType"] == "t3.large"
    assert instance["KeyName"] == {"Ref": "KeyPair"}
    assert instance["IamInstanceProfile"] == {"Ref": "InstanceProfile"}
    assert instance["ImageId"] == {"Ref": "Image"}
    assert instance["SecurityGroupIds"] == [{"Fn::GetAtt": ["SecurityGroup", "GroupId"]}]
    assert instance["PropagateTagsToVolumeOnCreation"] is True


def test_aws_makes_the_key_and_keeps_it(properties: Find) -> None:
    assert properties("KeyPair") == {"KeyName": "elife-web-ct", "KeyType": "ed25519"}


def test_a_cluster_is_so_many_machines_each_named_as_its_minion(templated: Find) -> None:
    made = templated(cluster_size=3)
    names = [made["Resources"][f"Instance{number}"]["Properties"]["Tags"] for number in (1, 2, 3)]
    assert names == [
        [{"Key": "Name", "Value": name}] for name in ("elife-web-ct", "elife-web-ct--2", "elife-web-ct--3")
    ]
    assert {"InstanceId3", "PrivateIP3", "PublicIP3"} <= made["Outputs"].keys()
    assert "Instance4" not in made["Resources"]


@pytest.mark.parametrize(
    ("subnets", "spread"), [((), [0, 0, 0]), (("subnet-1",), [0, 0, 0]), (("subnet-1", "subnet-2"), [0, 1, 0])]
)
def test_a_cluster_is_spread_over_the_subnets_that_the_project_names(
    templated: Find, subnets: tuple[str, ...], spread: list[int]
) -> None:
    made = templated(cluster_size=3, vpc_id="vpc-1", subnet_ids=subnets)["Resources"]
    chosen = [made[f"Instance{number}"]["Properties"]["SubnetId"]["Fn::Select"] for number in (1, 2, 3)]
    assert chosen == [[index, {"Ref": "SubnetIds"}] for index in spread]


def test_a_further_disk_is_encrypted_beside_its_machine_and_outlives_it(templated: Find) -> None:
    made = templated(cluster_size=2, ext=ExtVolume(size=100))["Resources"]
    volume = made["ExtVolume2"]
    assert (volume["DeletionPolicy"], volume["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert volume["Properties"] == {
        "AvailabilityZone": {"Fn::GetAtt": ["Instance2", "AvailabilityZone"]},
        "Encrypted": True,
        "Size": 100,
        "VolumeType": "gp3",
    }
    assert made["ExtVolumeAttachment2"]["Properties"]["InstanceId"] == {"Ref": "Instance2"}


def test_the_first_boot_program_is_told_bucket_stack_and_region_and_is_right_bash(properties: Find) -> None:
    joint, parts = properties("Instance1")["UserData"]["Fn::Base64"]["Fn::Join"]
    values = {"BuilderBucket": "builder", "AWS::StackName": "elife-web-ct", "AWS::Region": "us-east-1"}
    program = joint.join(part if isinstance(part, str) else values[part["Ref"]] for part in parts)
    shebang, told, *_ = program.splitlines()
    assert shebang == "#!/bin/bash"
    assert told == "export CONTINUUM_BUCKET=builder CONTINUUM_STACK=elife-web-ct AWS_DEFAULT_REGION=us-east-1"
    assert len(program) < 16384  # what EC2 allows
    subprocess.run(["bash", "-n"], input=program, text=True, check=True)
    python = FIRST_BOOT.read_text().split("<<'PYTHON'\n")[1].split("\nPYTHON")[0]
    compile(python, "first_boot.sh", "exec")


def _rules(group: dict[str, Any]) -> set[tuple[int, str]]:
    return {(rule["FromPort"], rule["CidrIp"]) for rule in group["SecurityGroupIngress"]}


def test_ports_are_open_to_everybody(properties: Find) -> None:
    group = properties("SecurityGroup", ports={80: Port(guest=80), 443: Port(guest=443)})
    assert _rules(group) == {(80, "0.0.0.0/0"), (443, "0.0.0.0/0")}


def test_ssh_is_open_to_private_networks_only(properties: Find) -> None:
    group = properties("SecurityGroup", ports={22: SSH})
    assert _rules(group) == {(22, "10.0.0.0/8"), (22, "172.16.0.0/12"), (22, "192.168.0.0/16")}


def test_ssh_is_open_to_the_networks_that_the_project_names(properties: Find) -> None:
    assert _rules(properties("SecurityGroup", ports={22: SSH}, ssh_from=("1.2.3.0/24",))) == {(22, "1.2.3.0/24")}


def test_ssh_is_open_to_everybody_where_the_project_says_so_in_so_many_words(properties: Find) -> None:
    group = properties("SecurityGroup", ports={22: Port(guest=22, cidr_ip="0.0.0.0/0")})
    assert _rules(group) == {(22, "0.0.0.0/0")}


def test_ssh_stays_closed_where_another_port_of_vagrants_leads_to_it(properties: Find) -> None:
    assert (22, "0.0.0.0/0") not in _rules(properties("SecurityGroup", ports={2222: SSH}))


def test_the_host_name_leads_to_every_machine(properties: Find) -> None:
    assert properties("HostRecord", cluster_size=2) == {
        "HostedZoneName": "elifesciences.org.",
        "Name": "ct.web.elifesciences.org.",
        "ResourceRecords": [{"Fn::GetAtt": ["Instance1", "PublicIp"]}, {"Fn::GetAtt": ["Instance2", "PublicIp"]}],
        "TTL": "60",
        "Type": "A",
    }


def test_a_project_without_subdomain_has_no_record(templated: Find) -> None:
    made = templated(names={"host": None})
    assert "HostRecord" not in made["Resources"]
    assert "Host" not in made["Outputs"]
