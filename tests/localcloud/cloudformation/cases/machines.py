"""AWS::EC2::Instance, and what belongs to a machine: volumes, key pairs and addresses."""

from __future__ import annotations

import base64
from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

IMAGE = "ami-12c6146b"  # moto's own Debian
MACHINE: Resource = {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": IMAGE, "InstanceType": "t3.micro"}}


def instance(cloud: Cloud, it: str) -> Any:
    told = cloud.client("ec2").describe_instances(InstanceIds=[it])["Reservations"][0]["Instances"][0]
    return None if told["State"]["Name"] == "terminated" else told["InstanceType"]


def user_data(cloud: Cloud, it: str) -> Any:
    if instance(cloud, it) is None:
        return None
    told = cloud.client("ec2").describe_instance_attribute(InstanceId=it, Attribute="userData")
    return base64.b64decode(told["UserData"]["Value"]).decode()


def volume(cloud: Cloud, it: str) -> Any:
    return cloud.client("ec2").describe_volumes(VolumeIds=[it])["Volumes"][0]["Size"]


def attachment(cloud: Cloud, it: str) -> Any:
    volume_id, instance_id = it.split("|")
    told = cloud.client("ec2").describe_volumes(VolumeIds=[volume_id])["Volumes"]
    return [each["Device"] for each in told[0]["Attachments"] if each["InstanceId"] == instance_id] or None


def key_pair(cloud: Cloud, it: str) -> Any:
    pairs = cloud.client("ec2").describe_key_pairs(KeyNames=[it])["KeyPairs"]
    stored = cloud.client("ssm").get_parameter(Name=f"/ec2/keypair/{pairs[0]['KeyPairId']}", WithDecryption=True)
    return stored["Parameter"]["Type"], "PRIVATE KEY" in stored["Parameter"]["Value"]


def address(cloud: Cloud, it: str) -> Any:
    return cloud.client("ec2").describe_addresses(PublicIps=[it])["Addresses"][0].get("InstanceId", "") != ""


def association(cloud: Cloud, it: str) -> Any:
    addresses = cloud.client("ec2").describe_addresses()["Addresses"]
    return True if it in [each.get("AssociationId") for each in addresses] else None


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


CASES = [
    Case(
        "AWS::EC2::Instance",
        MACHINE["Properties"] | {"UserData": b64("#!/bin/sh")},
        instance,
        "t3.micro",
        {"InstanceType": "t3.small"},
        "t3.small",
        {"ImageId": "ami-785db401"},
    ),
    Case(
        "AWS::EC2::Instance",
        MACHINE["Properties"] | {"UserData": {"Fn::Base64": "one"}},
        user_data,
        "one",
        {"UserData": {"Fn::Base64": "two"}},
        "two",
        {"AvailabilityZone": "us-east-1b"},
    ),
    Case("AWS::EC2::Volume", {"AvailabilityZone": "us-east-1a", "Size": "10"}, volume, 10, {"Size": 20}, 20),
    Case(
        "AWS::EC2::VolumeAttachment",
        {"VolumeId": {"Ref": "Volume"}, "InstanceId": {"Ref": "Machine"}, "Device": "/dev/sdf"},
        attachment,
        ["/dev/sdf"],
        beside={
            "Machine": MACHINE,
            "Volume": {
                "Type": "AWS::EC2::Volume",
                "Properties": {"AvailabilityZone": {"Fn::GetAtt": "Machine.AvailabilityZone"}, "Size": 1},
            },
        },
    ),
    Case(
        "AWS::EC2::KeyPair",
        {"KeyName": "one", "KeyType": "ed25519"},
        key_pair,
        ("SecureString", True),
        replace={"KeyName": "two"},
    ),
    Case(
        "AWS::EC2::EIP",
        {"Domain": "vpc"},
        address,
        False,
        {"InstanceId": {"Ref": "Machine"}},
        True,
        beside={"Machine": MACHINE},
    ),
    Case(
        "AWS::EC2::EIPAssociation",
        {"EIP": {"Ref": "Address"}, "InstanceId": {"Ref": "Machine"}},
        association,
        True,
        beside={"Machine": MACHINE, "Address": {"Type": "AWS::EC2::EIP"}},
    ),
]
