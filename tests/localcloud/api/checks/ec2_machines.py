"""EC2's machines."""

from __future__ import annotations

import base64
import socket
from typing import Any

from tests.localcloud.api.check import At, check, eventually, refused

IMAGE = "/aws/service/debian/release/12/latest/amd64"
OFTEN = {"Delay": 1, "MaxAttempts": 120}


def image(at: At) -> str:
    return str(at("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"])


@check("ec2", "DescribeImages DescribeInstanceTypes DescribeInstanceTypeOfferings")
def images(at: At) -> None:
    """Debian's image stands where Debian publishes it; instance types are AWS's"""
    ec2 = at("ec2")
    (told,) = ec2.describe_images(ImageIds=[image(at)])["Images"]
    assert (told["State"], told["Architecture"], told["VirtualizationType"]) == ("available", "x86_64", "hvm")
    (kind,) = ec2.describe_instance_types(InstanceTypes=["t3.micro"])["InstanceTypes"]
    assert (kind["VCpuInfo"]["DefaultVCpus"], kind["MemoryInfo"]["SizeInMiB"]) == (2, 1024)
    asked = [{"Name": "instance-type", "Values": ["t3.micro"]}]
    assert ec2.describe_instance_type_offerings(Filters=asked)["InstanceTypeOfferings"]


@check(
    "ec2",
    "RunInstances DescribeInstances DescribeInstanceStatus DescribeInstanceAttribute GetConsoleOutput StopInstances",
    "StartInstances ModifyInstanceAttribute TerminateInstances AttachVolume DetachVolume",
)
def machines(at: At) -> None:
    """`running` is a machine that boots and answers; stopped, changed, started, terminated, as the waiters ask"""
    ec2 = at("ec2")
    assert refused(ec2.run_instances, ImageId="ami-00000000", MinCount=1, MaxCount=1) == "InvalidAMIID.NotFound"
    asked = {"ImageId": image(at), "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1}
    (made,) = ec2.run_instances(**asked, UserData="#!/bin/sh\necho as asked >/dev/console\n")["Instances"]
    assert made["State"]["Name"] == "pending"
    one = {"InstanceIds": [made["InstanceId"]]}
    ec2.get_waiter("instance_running").wait(**one, WaiterConfig=OFTEN)
    eventually(lambda: _answers(made["PrivateIpAddress"]), 60)
    status = ec2.describe_instance_status(**one)["InstanceStatuses"]
    assert [each["InstanceState"]["Name"] for each in status] == ["running"]
    console = {"InstanceId": made["InstanceId"], "Latest": True}
    eventually(lambda: "as asked" in ec2.get_console_output(**console).get("Output", ""))
    given = ec2.describe_instance_attribute(InstanceId=made["InstanceId"], Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(given).startswith(b"#!/bin/sh")
    _volume(at, ec2, made)
    ec2.stop_instances(**one)
    ec2.get_waiter("instance_stopped").wait(**one, WaiterConfig=OFTEN)
    assert not _answers(made["PrivateIpAddress"])
    ec2.modify_instance_attribute(InstanceId=made["InstanceId"], InstanceType={"Value": "t3.micro"})
    ec2.start_instances(**one)
    ec2.get_waiter("instance_running").wait(**one, WaiterConfig=OFTEN)
    eventually(lambda: _answers(made["PrivateIpAddress"]), 60)
    pages = ec2.get_paginator("describe_instances").paginate(**one)
    (told,) = (each for page in pages for group in page["Reservations"] for each in group["Instances"])
    assert (told["InstanceType"], told["PrivateIpAddress"]) == ("t3.micro", made["PrivateIpAddress"])
    same = told["PublicIpAddress"] == told["PrivateIpAddress"]
    at.differs("the public address is the private one, reachable from this host", same, here=True, aws=False)
    ec2.modify_instance_attribute(InstanceId=made["InstanceId"], DisableApiTermination={"Value": True})
    assert refused(ec2.terminate_instances, **one) == "OperationNotPermitted"
    ec2.modify_instance_attribute(InstanceId=made["InstanceId"], DisableApiTermination={"Value": False})
    ec2.terminate_instances(**one)
    ec2.get_waiter("instance_terminated").wait(**one, WaiterConfig=OFTEN)
    assert not _answers(made["PrivateIpAddress"])


def _volume(at: At, ec2: Any, instance: dict[str, Any]) -> None:
    """A volume is in use while it is attached."""
    zone = instance["Placement"]["AvailabilityZone"]
    volume = ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance["InstanceId"], Device="/dev/sdh")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume])
    device = (at.home / "machines" / instance["InstanceId"] / "upper/dev/sdh").exists()
    at.differs("no device of an attached volume appears on the machine", device, here=False, aws=True)
    ec2.detach_volume(VolumeId=volume)
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume])


def _answers(address: str) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, 22)) == 0
